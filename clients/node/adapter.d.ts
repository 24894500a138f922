/** What a client is asked to make: options have the provider's own field names. */
export interface Input {
  prompt: string;
  options: Record<string, unknown>;
}

/** What a client is handed beside its input. */
export interface Case {
  /** `http://127.0.0.1:PORT`, without a path and without a slash at the end. */
  baseUrl: string;
  /** New for each case. */
  apiKey: string;
  /** Aborted when the time is over. */
  signal: AbortSignal;
  /** The id of the case. */
  name: string;
  /** The name that `mockserver check` was given: tensorone, modelslab, ... */
  provider: string;
  /** The path at which the clip is to be left, unless it is returned as `clip`. */
  output: string;
  /** How many seconds the client may take. */
  deadlineSeconds: number;
  /** The shortest pause between two polls. */
  pollSeconds: number;
}

/** How it ended; see contracts/case.schema.json. */
export interface Outcome {
  outcome: "completed" | "failed" | "cancelled" | "expired" | "timeout" | "rejected" | "error" | "unknown_state";
  code?: string | number | null;
  message?: string | null;
  jobs?: (string | number)[];
  attempts?: number;
  /** The bytes of the clip, which are then written to `output`. */
  clip?: Uint8Array | ArrayBuffer;
}

export type Client = (input: Input, context: Case) => Promise<Outcome>;

export interface Options {
  /** How the client is called in reports. */
  name?: string;
  version?: string;
  /** How many cases run side by side; default 8. */
  parallel?: number;
  /** Default: standard input. */
  input?: NodeJS.ReadableStream;
  /** Default: standard output. */
  output?: NodeJS.WritableStream;
}

/** Thrown by a client that does not support a case. */
export class Unsupported extends Error {}

/** Speaks the protocol of contracts/adapter.schema.json until `bye`, or until the input ends. */
export function serve(client: Client, options?: Options): Promise<void>;
