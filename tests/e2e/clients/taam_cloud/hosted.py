"""taam_cloud 1.0.0 with its own host, over httpx; the variable for its address is taken away."""

import os

import httpx

del os.environ["TAAM_CLOUD_BASE_URL"]

from taam_cloud import TaamCloud

client = TaamCloud()
body = {"model": "T2V-01-Director", "prompt": "A spaceship landing on a distant planet"}
task = client.post("/v1/video_generation", body=body, cast_to=object)["task_id"]
done = client.get("/v1/query/video_generation", cast_to=object, options={"params": {"task_id": task}})
file = client.get("/v1/files/retrieve", cast_to=object, options={"params": {"file_id": done["file_id"]}})["file"]
print(file["download_url"], httpx.get(file["download_url"], timeout=120).status_code)
