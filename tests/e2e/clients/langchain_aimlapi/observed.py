"""langchain-aimlapi 0.1.3 as it is, but for its base URL: one video by its own loop, with its own pauses."""

import os

from langchain_aimlapi import AimlapiVideoModel

base = os.environ["MOCK_BASE_URL"] + "/v2"
model = AimlapiVideoModel(base_url=base, provider="pixverse", model="pixverse/v5/text-to-video")
print(model.generate_videos("A cheerful white raccoon in a sequoia forest"))
