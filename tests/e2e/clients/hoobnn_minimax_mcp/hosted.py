"""hoobnn-minimax-mcp 0.3.0 takes https addresses alone; its transport makes the three calls of the v1 surface."""

import urllib.request

from minimax_mcp import client

task = client.request("/v1/video_generation", {"model": "T2V-01", "prompt": "A spaceship landing"})["task_id"]
done = client.request("/v1/query/video_generation", query={"task_id": task})
file = client.request("/v1/files/retrieve", query={"file_id": done["file_id"]})["file"]
with urllib.request.urlopen(file["download_url"]) as answer:
    print(file["download_url"], answer.status)
