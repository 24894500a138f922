// Runs the cases of `mockserver check --adapter "node my-adapter.js"` for an asynchronous function:
//
//   import { serve } from "mockserver-t2v-adapter";
//   await serve(async (input, { baseUrl, apiKey, signal }) => ({ outcome: "completed", clip, jobs: [id] }));
//
// The protocol is contracts/adapter.schema.json: JSON lines on standard input and output.
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** Thrown by a client that does not support a case. */
export class Unsupported extends Error {}

const GRACE_SECONDS = 0.5; // before the deadline, so that the client can still tell its outcome

async function answer(client, run) {
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new DOMException("the time of the case is over", "TimeoutError")),
    Math.max(0, run.deadline - GRACE_SECONDS) * 1000,
  );
  const context = {
    baseUrl: run.base_url,
    apiKey: run.api_key,
    signal: abort.signal,
    name: run.case,
    provider: run.provider,
    output: run.output,
    deadlineSeconds: run.deadline,
    pollSeconds: run.poll_seconds,
  };
  try {
    const { clip, ...told } = (await client(run.input, context)) ?? {};
    if (clip !== undefined && clip !== null) await writeFile(run.output, new Uint8Array(clip));
    return { type: "result", id: run.id, ...told };
  } catch (error) {
    if (error instanceof Unsupported) return { type: "unsupported", id: run.id, message: error.message };
    const isOver = abort.signal.aborted || error?.name === "TimeoutError";
    return { type: "result", id: run.id, outcome: isOver ? "timeout" : "error", message: String(error?.message ?? error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Speaks the protocol until `bye`, or until the input ends; cases that are under way are still answered. */
export async function serve(client, options = {}) {
  const { name = "javascript", version, parallel = 8, input = process.stdin, output = process.stdout } = options;
  const say = (message) => output.write(JSON.stringify(message) + "\n");
  const underWay = new Set();
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (!line.trim()) continue;
    const message = JSON.parse(line);
    if (message.type === "hello") say({ type: "hello", name, version, parallel });
    if (message.type === "bye") break;
    if (message.type !== "run") continue;
    const work = answer(client, message).then(say).finally(() => underWay.delete(work));
    underWay.add(work);
  }
  await Promise.all(underWay);
}
