"""Members that are null, which the gateway's JSON decoder leaves at their zero value."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS
from mockserver.provider.reading import without_nulls
from tests.providers.gately.client import PROMPT
from tests.providers.gately.conftest import Open

OPTIONAL = (
    "first_frame_image", "last_frame_image", "prompt_optimizer", "fast_pretreatment", "duration", "resolution",
    "subject_reference", "callback_url", "aigc_watermark",
)  # fmt: skip
STYLES = [("gateway",), ("gateway", "pass-through", "callbacks"), ("minimax", "pass-through", "callbacks")]


@pytest.mark.parametrize("words", STYLES)
@pytest.mark.parametrize("field", OPTIONAL)
def test_an_optional_member_that_is_null_counts_as_absent(field: str, words: tuple[str, ...], opened: Open) -> None:
    """The task is made as without the member."""
    reply = opened(*words).create({**PROMPT, field: None})
    assert (reply.status, reply.code) == (200, 0), reply.body


@pytest.mark.parametrize("words", STYLES)
def test_the_document_allows_null_for_optional_members_alone(words: tuple[str, ...]) -> None:
    """Each optional member takes null in the request schema; a required one does not."""
    document = promise.load(PROVIDERS / "gately").under(list(words))
    schema = document["components"]["schemas"]["createVideo.request"]
    takes_null = {name for name, one in schema["properties"].items() if "null" in one["type"]}
    assert takes_null == schema["properties"].keys() - set(schema["required"])
    for one in (schema["properties"][name] for name in takes_null):
        assert None in one.get("enum", [None])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"model": "I2V-01", "first_frame_image": None}, "model I2V-01 does not support Text-to-Video mode"),
        ({"model": "T2V-01", "prompt": None}, "prompt can't be empty"),
        ({"model": "S2V-01", "subject_reference": None}, "expr_path=subject_reference, cause=missing required"),
        ({"model": None, "prompt": "a cat"}, "expr_path=model, cause=missing required parameter"),
    ],
)
def test_what_is_missing_is_told_of_a_null_too(body: dict[str, Any], told: str, opened: Open) -> None:
    """A null in the place of a member that the upstream wants is told as if the member were not there."""
    reply = opened("minimax", "pass-through").create(body)
    assert reply.code == 2013
    assert told in reply.json["base_resp"]["status_msg"]


@pytest.mark.parametrize("field", ["prompt_optimizer", "duration", "callback_url", "subject_reference"])
def test_an_optional_member_of_a_wrong_type_is_not_called_a_missing_required_one(field: str, opened: Open) -> None:
    """The text of the upstream does not say that what came is missing."""
    reply = opened("minimax", "pass-through").create({**PROMPT, field: "yes" if field != "callback_url" else 5})
    assert reply.json["base_resp"] == {"status_code": 2013, "status_msg": "invalid params"}


def test_nulls_are_dropped_from_objects_at_every_depth_and_kept_in_arrays() -> None:
    """An array's null is an element, and elements have places."""
    value = {"a": None, "b": {"c": None, "d": [None, {"e": None, "f": 0}]}, "g": False}
    assert without_nulls(value) == {"b": {"d": [None, {"f": 0}]}, "g": False}
