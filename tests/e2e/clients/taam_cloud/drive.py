"""taam_cloud 1.0.0, the vendor's package: its generic calls over the three video paths, unchanged but for the host."""

import os
import time

import httpx
from taam_cloud import AuthenticationError, BadRequestError, TaamCloud

URL, KEY = os.environ["E2E_URL"], os.environ["E2E_KEY"]
client = TaamCloud(base_url=URL, bearer_token=KEY)


def get(path: str, **params: str) -> dict:
    """One GET with query parameters."""
    return client.get(path, cast_to=object, options={"params": params})


body = {"model": "T2V-01-Director", "prompt": "A spaceship landing on a distant planet [Pan right]"}
task = client.post("/v1/video_generation", body=body, cast_to=object)["task_id"]
words = []
while not words or words[-1] not in ("Success", "Fail"):
    answer = get("/v1/query/video_generation", task_id=task)
    words.append(answer["status"])
    time.sleep(0.2)
assert list(dict.fromkeys(words)) == ["Preparing", "Queueing", "Processing", "Success"], words
file = get("/v1/files/retrieve", file_id=answer["file_id"])["file"]
content = httpx.get(file["download_url"]).content
assert (len(content), content[4:8]) == (file["bytes"], b"ftyp")
print("ok: a video through all five words, of the size that was told")

for key, wrong, error in (("invalid-key", body, AuthenticationError), (KEY, {"model": "T2V-01"}, BadRequestError)):
    try:
        TaamCloud(base_url=URL, bearer_token=key).post("/v1/video_generation", body=wrong, cast_to=object)
    except error:
        print(f"ok: {error.__name__}")
    else:
        raise AssertionError(f"no {error.__name__}")
