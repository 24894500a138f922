"""taam_cloud 1.0.0 as it is. It has no loop of its own: this one asks every three seconds."""

import time

from taam_cloud import TaamCloud

client = TaamCloud()
body = {"model": "T2V-01-Director", "prompt": "A spaceship landing on a distant planet"}
task = client.post("/v1/video_generation", body=body, cast_to=object)["task_id"]
status = ""
while status not in ("Success", "Fail"):
    time.sleep(3)
    answer = client.get("/v1/query/video_generation", cast_to=object, options={"params": {"task_id": task}})
    status = answer["status"]
file = client.get("/v1/files/retrieve", cast_to=object, options={"params": {"file_id": answer["file_id"]}})["file"]
print(status, file["filename"])
