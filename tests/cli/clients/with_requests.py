"""A client with requests."""

import os
import time

import requests

SITE = "https://api.tensorone.ai/v2/ai"

headers = {"Authorization": f"Bearer {os.environ['MOCK_API_KEY']}"}
made = requests.post(f"{SITE}/text-to-video", json={"prompt": "A lighthouse at night"}, headers=headers).json()
while (done := requests.get(f"{SITE}/videos/{made['videoId']}/status", headers=headers).json())[
    "status"
] != "completed":
    time.sleep(0.2)
file = requests.get(done["videoUrl"])
print(done["videoUrl"], file.headers["content-type"], len(file.content))
