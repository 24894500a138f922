// A client with Node's https module, over its global agent.
const https = require("node:https");

const headers = { Authorization: `Bearer ${process.env.MOCK_API_KEY}`, "Content-Type": "application/json" };
const ask = (url, body) =>
  new Promise((resolve, reject) => {
    const asked = https.request(url, { method: body ? "POST" : "GET", headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ kind: answer.headers["content-type"], content: Buffer.concat(parts) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });

(async () => {
  const site = "https://api.tensorone.ai/v2/ai";
  const made = JSON.parse((await ask(`${site}/text-to-video`, JSON.stringify({ prompt: "A lighthouse at night" }))).content);
  let done = made;
  while (done.status !== "completed") {
    await new Promise((wake) => setTimeout(wake, 200));
    done = JSON.parse((await ask(`${site}/videos/${made.videoId}/status`)).content);
  }
  const file = await ask(done.videoUrl);
  console.log(done.videoUrl, file.kind, file.content.length);
})();
