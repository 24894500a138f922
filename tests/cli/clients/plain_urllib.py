"""A client of the standard library."""

import json
import os
import time
import urllib.request

SITE = "https://api.tensorone.ai/v2/ai"


def ask(url: str, body: object = None) -> dict:
    """One call."""
    headers = {"Authorization": f"Bearer {os.environ['MOCK_API_KEY']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.load(answer)


job = ask(f"{SITE}/text-to-video", {"prompt": "A lighthouse at night"})["videoId"]
while (done := ask(f"{SITE}/videos/{job}/status"))["status"] != "completed":
    time.sleep(0.2)
with urllib.request.urlopen(done["videoUrl"]) as file:
    print(done["videoUrl"], file.headers["content-type"], len(file.read()))
