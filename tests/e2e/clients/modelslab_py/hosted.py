"""modelslab_py 0.2.3, the vendor's SDK, with its own host: synchronous, and asynchronous over aiohttp."""

import asyncio
import os

import requests
from modelslab_py.core.apis.video import Video
from modelslab_py.core.client import Client
from modelslab_py.schemas.video import Text2Video

client = Client(os.environ["API_KEY"], fetch_retry=10, fetch_timeout=1)
asked = Text2Video(model_id="cogvideox", prompt="Space Station in space")
video = Video(client)
created = video.text_to_video(asked)
done = created if created["status"] == "success" else video.fetch(str(created["id"]))
(link,) = done["output"]
print(link, requests.get(link).status_code)


async def in_async() -> str:
    """A link by the asynchronous form, which goes over aiohttp."""
    made = Client(os.environ["API_KEY"], fetch_retry=10, fetch_timeout=20)
    created = await Video(made).async_text_to_video(asked)
    await made.close()
    return (created["output"] or created["future_links"])[0]


link = asyncio.run(in_async())
print(link, requests.get(link).status_code)
