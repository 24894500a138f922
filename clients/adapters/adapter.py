"""An adapter in Python: the protocol, and a small client of TensorOne that a case can be given to."""

import json
import sys
import threading
import time
import urllib.request
from pathlib import Path


def make(run: dict) -> dict:
    def call(method: str, url: str, body: dict | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {run['api_key']}"} if url.startswith(run["base_url"]) else {}
        headers |= {"Content-Type": "application/json"} if body else {}
        data = json.dumps(body).encode() if body else None
        asked = urllib.request.Request(url, data, headers, method=method)
        return urllib.request.urlopen(asked, timeout=run["deadline"] / 2).read()

    wanted = {"prompt": run["input"]["prompt"], **run["input"]["options"]}
    job = json.loads(call("POST", run["base_url"] + "/v2/ai/text-to-video", wanted))
    while job["status"] not in ("completed", "failed"):
        time.sleep(run["poll_seconds"] * 1.1)
        job = json.loads(call("GET", f"{run['base_url']}/v2/ai/videos/{job['videoId']}/status"))
    if job["status"] == "completed":
        Path(run["output"]).write_bytes(call("GET", job["videoUrl"]))
    return {"outcome": job["status"], "message": job.get("error"), "jobs": [job["videoId"]]}


def answer(run: dict) -> None:
    try:
        told = make(run)
    except Exception as error:
        told = {"outcome": "error", "message": str(error)}
    print(json.dumps({"type": "result", "id": run["id"], **told}), flush=True)


for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        print(json.dumps({"type": "hello", "name": "example", "parallel": 8}), flush=True)
    elif message["type"] == "run":
        threading.Thread(target=answer, args=(message,)).start()
