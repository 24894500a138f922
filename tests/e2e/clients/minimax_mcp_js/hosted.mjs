// minimax-mcp-js 0.0.18 over axios: its host is the default of its own client.
import axios from "axios";
import { MiniMaxAPI } from "minimax-mcp-js/build/utils/api.js";
import { VideoAPI } from "minimax-mcp-js/build/api/video.js";

const api = new VideoAPI(new MiniMaxAPI({ apiKey: process.env.MINIMAX_API_KEY }));
const made = await api.generateVideo({ model: "T2V-01", prompt: "A spaceship landing", asyncMode: true });
const done = await api.queryVideoGeneration({ taskId: made.task_id });
console.log(done.video_url, (await axios.get(done.video_url, { responseType: "arraybuffer" })).status);
