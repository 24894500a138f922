"""modelslab 0.2, an older package of the vendor's name: its host is fixed on both surfaces."""

import json
import os

import requests
from modelslab import AIVideo, EPVideo

COMMON = {
    "key": os.environ["API_KEY"], "model_id": "cogvideox", "prompt": "Space Station in space", "negative_prompt": "",
    "height": 512, "width": 512, "num_frames": 16, "num_inference_steps": 20, "guidance_scale": 7,
    "upscale_height": 640, "upscale_width": 1024, "upscale_strength": 0.6, "upscale_guidance_scale": 8,
    "upscale_num_inference_steps": 20, "output_type": "mp4",
}  # fmt: skip

for create, fetch in ((AIVideo().text2video, AIVideo().fetch_queued), (EPVideo().txt2video, EPVideo().fetch_queued)):
    made = json.loads(create(**COMMON))
    done = json.loads(fetch(COMMON["key"], made["id"]))
    (link,) = done["output"]
    print(link, requests.get(link).status_code)
