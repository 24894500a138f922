"""The public list of models, and the balance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.providers.aimlapi.client import Client

LISTS = ("/v1/models", "/models", "/api/v1/models")


def _ids(client: Client, query: str) -> list[str]:
    return [model["id"] for model in client.call("GET", f"/v1/models?{query}").json()["data"]]


@pytest.mark.fact("aimlapi.catalogue.not-modified")
@pytest.mark.parametrize("path", LISTS)
def test_an_unchanged_list_is_not_sent_again(client_of: Callable[..., Client], path: str) -> None:
    client = client_of("2026")
    first = client.call("GET", path)
    tag = first.header("etag") or ""
    for offered in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = client.call("GET", path, headers={"If-None-Match": offered})
        assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
        assert again.header("content-length") is None
    assert client.call("GET", path, headers={"If-None-Match": '"x"'}).body == first.body
    assert client.call("GET", f"{path}?include=pricing").header("etag") != tag


def test_the_models_stand_in_the_order_of_the_pages(client: Client) -> None:
    names = ["v5/text-to-video", "v5/image-to-video", "v5/transition", "v5.5/text-to-video", "v5.5/image-to-video"]
    assert _ids(client, "") == [f"pixverse/{name}" for name in [*names, "lip-sync"]]


def test_filters_widen_by_value_and_narrow_by_parameter(client: Client) -> None:
    assert len(_ids(client, "capabilities=TEXT_TO_VIDEO,lip_sync")) == 3
    assert len(_ids(client, "capabilities=text_to_video&capabilities=lip_sync")) == 3
    assert _ids(client, "capabilities=text_to_video&input_modalities=image") == []
    assert len(_ids(client, "modalities=video&unheard=of&id=")) == 6
    assert _ids(client, "modalities=audio") == ["pixverse/lip-sync"]


def test_prices_are_those_of_the_answers(client: Client) -> None:
    models = client.call("GET", "/v1/models?include=all").json()["data"]
    assert all(list(model)[-3:] == ["modalities", "capabilities", "pricing"] for model in models)
    variants = {one["when"]["resolution"]: one["price"] for one in models[0]["pricing"]["variants"]}
    assert variants == {"360p": 0.042, "540p": 0.042, "720p": 0.042, "1080p": 0.084}
    assert models[5]["pricing"]["units"][0]["price"] == 1.0
