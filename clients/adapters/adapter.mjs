// An adapter in JavaScript: the protocol, and a small client of TensorOne that a case can be given to.
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(JSON.stringify(message) + "\n");

async function make({ base_url, api_key, input, output, poll_seconds, deadline }) {
  const signal = AbortSignal.timeout((deadline - 1) * 1000);
  const headers = { authorization: `Bearer ${api_key}` };
  const body = JSON.stringify({ prompt: input.prompt, ...input.options });
  const created = { method: "POST", body, headers: { ...headers, "content-type": "application/json" }, signal };
  let job = await (await fetch(`${base_url}/v2/ai/text-to-video`, created)).json();
  while (!["completed", "failed"].includes(job.status)) {
    await new Promise((done) => setTimeout(done, poll_seconds * 1100));
    job = await (await fetch(`${base_url}/v2/ai/videos/${job.videoId}/status`, { headers, signal })).json();
  }
  if (job.status === "completed") {
    await writeFile(output, Buffer.from(await (await fetch(job.videoUrl, { signal })).arrayBuffer()));
  }
  return { outcome: job.status, message: job.error ?? null, jobs: [job.videoId] };
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.type === "hello") say({ type: "hello", name: "example", parallel: 8 });
  if (message.type === "bye") process.exit();
  if (message.type !== "run") continue;
  make(message)
    .catch((error) => ({ outcome: "error", message: String(error) }))
    .then((told) => say({ type: "result", id: message.id, ...told }));
}
