// A client with axios.
import axios from "axios";

const site = "https://api.tensorone.ai/v2/ai";
const client = axios.create({ headers: { Authorization: `Bearer ${process.env.MOCK_API_KEY}` } });
const made = (await client.post(`${site}/text-to-video`, { prompt: "A lighthouse at night" })).data;
let done = made;
while (done.status !== "completed") {
  await new Promise((wake) => setTimeout(wake, 200));
  done = (await client.get(`${site}/videos/${made.videoId}/status`)).data;
}
console.log(done.videoUrl, (await axios.get(done.videoUrl, { responseType: "arraybuffer" })).status);
