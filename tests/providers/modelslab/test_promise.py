"""The table and the promise say the same."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, operations, schema
from mockserver.providers.modelslab import PROVIDER

PROFILES = [
    "strict", "strict-types", "any-model", "old-models", "defaults-2024", "always-processing", "always-success",
    "meta-23", "no-future-links", "float-eta", "fetch-by-body", "get-fetch", "video-generations", "late-files",
    "spam-filter", "retry-30", "escaped-slashes", "signed-links",
]  # fmt: skip


def test_the_words_are_those_of_the_sheet() -> None:
    assert [word.name for word in PROVIDER.words] == ["legacy", "documented", *PROFILES]
    assert PROVIDER.profile() == {"legacy"}


def test_every_operation_of_the_document_is_served_and_no_other() -> None:
    loaded = promise.load(PROVIDERS / "modelslab")
    for words in ((), ("get-fetch",), ("fetch-by-body",), ("documented", "fetch-by-body", "get-fetch")):
        profile = PROVIDER.profile(words)
        served = {
            (one.id, one.method, one.path) for one in PROVIDER.operations if one.only is None or one.only in profile
        }
        promised = {(one.id, one.method, one.path) for one in operations(loaded.under(words)).values()}
        assert served == promised


def test_the_other_folder_of_files_is_promised_and_served() -> None:
    document = promise.load(PROVIDERS / "modelslab").under(("video-generations",))
    assert operations(document)["getGeneration"].path == "/video_generations/{name}"
    assert {one.path for one in PROVIDER.operations if one.id == "getGeneration"} == {
        "/generations/{name}", "/video_generations/{name}",
    }  # fmt: skip


STATUS = {"status": "success"}
LINK = "https://files.example.com/a.mp4"
SHAPES: list[dict[str, Any]] = [
    {"status": "processing", "id": 1, "output": "", "eta": 20.9379869184},
    {"status": "processing", "id": 1, "tip_1": "wait", "webhook_status": "", "extra_assets": [], "audio_time": None},
    {**STATUS, "id": None, "warning": "", "output": [LINK]},
    {**STATUS, "id": 5, "output": [LINK], "proxy_links": LINK},
    {**STATUS, "id": 5, "output": [LINK], "proxy_links": None, "future_links": [LINK], "eta": 1.25, "tip": "last"},
    {**STATUS, "id": 5, "output": [LINK], "generationTime": 10.562345678, "links": [LINK]},
    {"status": "error", "messege": "older spelling"},
]


@pytest.mark.fact("modelslab.tolerated.shapes")
@pytest.mark.parametrize("name", ["text2video.tolerated", "fetchVideo.tolerated"])
def test_the_shapes_of_recorded_answers_are_tolerated(name: str) -> None:
    tolerated = schema(promise.load(PROVIDERS / "modelslab").under(()), name)
    for shape in SHAPES:
        jsonschema.validate(shape, tolerated, cls=jsonschema.Draft202012Validator)
