"""modelslab_py 0.2.3, the vendor's SDK: both surfaces, synchronous and asynchronous, unchanged but for its base URL."""

import asyncio
import os

import requests
from modelslab_py.core.apis.video import Video
from modelslab_py.core.client import Client
from modelslab_py.schemas.video import Image2Video, Text2Video, Text2VideoUltra

URL, KEY = os.environ["E2E_URL"], os.environ["E2E_KEY"]


def client() -> Client:
    """A client that waits a second between fetches, where its default is a minute."""
    made = Client(KEY, fetch_retry=10, fetch_timeout=1)
    made.base_url = f"{URL}/api/"
    return made


def fetched(video: Video, created: dict) -> None:
    """Fetch until success, and get the file."""
    assert created["status"] == "processing", created
    assert created["fetch_result"].startswith(URL)
    done = video.fetch(str(created["id"]))
    assert done["status"] == "success", done
    assert done["output"] == created["future_links"], (done, created)
    file = requests.get(done["output"][0], timeout=30)
    assert file.status_code == 200
    assert len(file.content) > 1000


for enterprise in (False, True):
    video = Video(client(), enterprise=enterprise)
    fetched(video, video.text_to_video(Text2Video(model_id="cogvideox", prompt="Space Station in space")))
    picture = "https://example.com/picture.png"
    model = Image2Video(model_id="svd", init_image=picture, prompt="a cat", height=512, width=512)
    fetched(video, video.image_to_video(model))
    print(f"ok: text and image to video on the {'enterprise' if enterprise else 'v6'} surface")

video = Video(client())
fetched(video, video.text_to_video_ultra(Text2VideoUltra(model_id="wan2.2", prompt="Space Station in space")))
print("ok: ultra")


async def in_async() -> None:
    """The asynchronous form."""
    made = client()
    made.fetch_timeout = 20  # there it is the request's time limit too
    created = await Video(made).async_text_to_video(Text2Video(model_id="cogvideox", prompt="Space Station"))
    assert created["status"] in ("processing", "success"), created
    await made.close()


asyncio.run(in_async())
print("ok: asynchronous")

context = Video(client(), enterprise=True)
for call in ("system_details", "restart_server", "update_server", "clear_cache", "clear_queue"):
    method = getattr(context, call, None)
    if method is not None:
        answer = method()
        assert answer["status"] in ("ok", "success"), (call, answer)
print("ok: server management")
