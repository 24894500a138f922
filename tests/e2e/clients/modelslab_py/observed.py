"""modelslab_py 0.2.3 as it is: one video by its own loop, with its own pauses."""

import os

from modelslab_py.core.apis.video import Video
from modelslab_py.core.client import Client
from modelslab_py.schemas.video import Text2Video

video = Video(Client(os.environ["API_KEY"]))
created = video.text_to_video(Text2Video(model_id="cogvideox", prompt="Space Station in space"))
print(created["status"], video.fetch(str(created["id"]))["status"])
