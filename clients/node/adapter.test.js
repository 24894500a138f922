import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";

import { serve, Unsupported } from "./adapter.js";

async function spoken(client, messages, options = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const done = serve(client, { input, output, ...options });
  for (const message of messages) input.write(JSON.stringify(message) + "\n");
  input.end();
  await done;
  const text = output.read()?.toString() ?? "";
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

const run = (id, more = {}) => ({
  type: "run", id, case: "plain", provider: "tensorone", base_url: "http://127.0.0.1:1", api_key: "key",
  input: { prompt: "a kite", options: { fps: 4 } }, output: "/nowhere", deadline: 5, poll_seconds: 0.5, ...more,
});

test("hello is answered with the name and how many cases run side by side", async () => {
  const [told] = await spoken(async () => ({}), [{ type: "hello", protocol: 1 }], { name: "mine", parallel: 3 });
  assert.deepEqual(told, { type: "hello", name: "mine", parallel: 3 });
});

test("a client is handed its case, and its outcome goes back under the case's number", async () => {
  let handed;
  const client = async (input, context) => {
    handed = { input, ...context };
    return { outcome: "failed", code: 7, jobs: ["job-1"] };
  };
  const [told] = await spoken(client, [run("4")]);
  assert.deepEqual(told, { type: "result", id: "4", outcome: "failed", code: 7, jobs: ["job-1"] });
  assert.equal(handed.baseUrl, "http://127.0.0.1:1");
  assert.equal(handed.apiKey, "key");
  assert.deepEqual(handed.input, { prompt: "a kite", options: { fps: 4 } });
  assert.equal(handed.pollSeconds, 0.5);
});

test("a clip that is returned is left at the case's path", async () => {
  const output = join(await mkdtemp(join(tmpdir(), "adapter-")), "clip.mp4");
  const client = async () => ({ outcome: "completed", clip: new Uint8Array([1, 2, 3]).buffer });
  const [told] = await spoken(client, [run("1", { output })]);
  assert.deepEqual(told, { type: "result", id: "1", outcome: "completed" });
  assert.deepEqual([...(await readFile(output))], [1, 2, 3]);
});

test("an error is the outcome error, and no end of the process", async () => {
  const client = async (_, { name }) => {
    if (name === "bad") throw new Error("no route");
    return { outcome: "completed" };
  };
  const told = await spoken(client, [run("1", { case: "bad" }), run("2")]);
  assert.deepEqual(told.find((one) => one.id === "1"), { type: "result", id: "1", outcome: "error", message: "no route" });
  assert.equal(told.find((one) => one.id === "2").outcome, "completed");
});

test("a case that is not supported is told as that", async () => {
  const client = async () => {
    throw new Unsupported("no webhooks here");
  };
  assert.deepEqual(await spoken(client, [run("1")]), [{ type: "unsupported", id: "1", message: "no webhooks here" }]);
});

test("the signal is aborted when the time is over, which is the outcome timeout", async () => {
  const client = (_, { signal }) =>
    new Promise((_done, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  const [told] = await spoken(client, [run("1", { deadline: 0.5 })]);
  assert.equal(told.outcome, "timeout");
});

test("cases run side by side and are answered in the order in which they end", async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  const second = new Promise((done) => output.once("data", done));
  const client = async (_, { name }) => {
    if (name === "first") await second;
    return { outcome: "completed" };
  };
  const lines = [];
  output.on("data", (data) => lines.push(...data.toString().split("\n").filter(Boolean)));
  const done = serve(client, { input, output });
  for (const name of ["first", "second"]) input.write(JSON.stringify(run(name, { case: name })) + "\n");
  input.end();
  await done;
  await new Promise(setImmediate);
  assert.deepEqual(lines.map((line) => JSON.parse(line).id), ["second", "first"]);
});

test("bye ends it, and what comes after is not read", async () => {
  assert.deepEqual(await spoken(async () => ({}), [{ type: "bye" }, run("1")]), []);
});
