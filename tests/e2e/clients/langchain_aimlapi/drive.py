"""langchain-aimlapi 0.1.3: the legacy URL, polled until done, unchanged but for its base URL."""

import os
import sys

import requests
from langchain_aimlapi import AimlapiVideoModel

URL, KEY = os.environ["E2E_URL"], os.environ["E2E_KEY"]

model = AimlapiVideoModel(base_url=f"{URL}/v2", provider="pixverse", model="pixverse/v5/text-to-video", api_key=KEY)
try:
    videos = model.generate_videos("A cheerful white raccoon in a sequoia forest", poll_interval=1, timeout=20)
except TimeoutError as error:
    print(f"TimeoutError: {error}")
    sys.exit()
link = videos[0] if isinstance(videos, list) else videos
link = link if isinstance(link, str) else link["url"]
file = requests.get(link, timeout=30)
assert (file.status_code, file.headers["content-type"], file.content[4:8]) == (200, "video/mp4", b"ftyp")
print("ok: a video by the legacy URL")
