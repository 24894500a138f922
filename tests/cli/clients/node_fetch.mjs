// A client with Node's own fetch.
const site = "https://api.tensorone.ai/v2/ai";
const headers = { Authorization: `Bearer ${process.env.MOCK_API_KEY}`, "Content-Type": "application/json" };
const body = JSON.stringify({ prompt: "A lighthouse at night" });
const made = await (await fetch(`${site}/text-to-video`, { method: "POST", headers, body })).json();
let done = made;
while (done.status !== "completed") {
  await new Promise((wake) => setTimeout(wake, 200));
  done = await (await fetch(`${site}/videos/${made.videoId}/status`, { headers })).json();
}
const file = await fetch(done.videoUrl);
console.log(done.videoUrl, file.headers.get("content-type"), (await file.arrayBuffer()).byteLength);
