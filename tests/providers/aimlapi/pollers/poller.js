// The rule of the page's JavaScript sample, in words of our own; see poller.py. Node's http module, no packages.
const http = require("http");
const [host, path, key, wanted, other] = process.argv.slice(2);
const PENDING = ["waiting", "active", "queued", "generating"];

function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    if (body) headers["Content-Length"] = Buffer.byteLength(body);
    const request = http.request(url, { method, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () => resolve({ code: answer.statusCode, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function main() {
  const made = await call("POST", new URL(host + path), wanted);
  if (made.code >= 400) throw new Error(made.text);
  const url = new URL(host + path);
  url.searchParams.append("generation_id", other || JSON.parse(made.text).id);
  for (let waited = 0; waited < 1000; waited += 10) {
    const body = JSON.parse((await call("GET", url)).text);
    if (!PENDING.includes(body.status)) {
      console.log("Processing complete:", JSON.stringify(body));
      return;
    }
    await new Promise((resume) => setTimeout(resume, 10_000));
  }
  throw new Error("timeout");
}

main();
