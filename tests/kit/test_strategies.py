"""The strategies draw what they say, and the two validators agree on all of it."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema.validators import extend
from PIL import Image

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, names
from mockserver.kit.strategies import mutations, values
from mockserver.kit.strategies.mutations import sweep
from mockserver.kit.strategies.values import keeps, pictures, valid
from tests.properties.kinds import everything

ALL = {
    (name, one): schema
    for name in names()
    for one, schema in promise.request_schemas(promise.load(PROVIDERS / name).under(())).items()
}
EVERY_OPERATION = pytest.mark.parametrize(("provider", "operation"), ALL, ids=["-".join(one) for one in ALL])
settings.register_profile(
    "bodies",
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
BODIES = settings(settings.get_profile("bodies"), max_examples=40)


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    """As ECMA-262 means it: `$` is the end and nothing but the end; Python's lets a newline follow."""
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


Reference = extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


def reference(schema: Any) -> Any:
    return Reference(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


@EVERY_OPERATION
def test_valid_bodies_keep_the_schema_and_leave_no_field_out(provider: str, operation: str) -> None:
    schema, seen, other = ALL[provider, operation], set[str](), reference(ALL[provider, operation])

    @settings(BODIES, max_examples=150)
    @given(valid(schema))
    def drawn(body: dict[str, Any]) -> None:
        assert keeps(body, schema)
        assert other.is_valid(body)
        seen.update(body)

    drawn()
    assert set(schema.get("properties", {})) <= seen


@EVERY_OPERATION
def test_two_validators_agree_on_every_mutated_body(provider: str, operation: str) -> None:
    """On every kind of mistake at every field: what the server judges by and what the kit does say the same."""
    schema, verdicts, other = ALL[provider, operation], set[bool](), reference(ALL[provider, operation])
    made = set[str]()

    @settings(BODIES, max_examples=4)
    @given(valid(schema), st.integers(0, 9))
    def drawn(body: dict[str, Any], turn: int) -> None:
        for mutation in sweep(schema, body, turn):
            made.add(mutation.label)
            if mutation.is_json:
                verdict = keeps(mutation.value, schema)
                assert other.is_valid(mutation.value) is verdict, mutation.label
                verdicts.add(verdict)

    drawn()
    assert made == everything(schema)
    assert False in verdicts


def test_a_sweep_does_everything_to_every_field_and_says_so() -> None:
    schema, overrides = ALL["tensorone", "createVideo"], 10
    found = [mutation for turn in range(overrides) for mutation in sweep(schema, {"prompt": "a cat", "fps": 8}, turn)]
    labels = {mutation.label for mutation in found}
    assert labels == everything(schema)
    assert all(json.loads(one.body) == one.value for one in found if one.is_json)
    sent = b" ".join(one.body for one in found)
    assert all(text.encode() in sent for texts in mutations._AT_A_FIELD.values() for text in texts)


@BODIES
@given(pictures())
def test_pictures_can_be_decoded(text: str) -> None:
    with Image.open(BytesIO(b64decode(text.rpartition(",")[2]))) as picture:
        picture.load()
        assert picture.format == "PNG"


SMALL = [
    {"type": "integer", "minimum": 3, "maximum": 9, "multipleOf": 3},
    {"type": ["integer", "string", "null"], "minimum": 1, "pattern": "^[1-9][0-9]{0,3}$"},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    {"enum": ["5", 5, None]},
    {"const": "one"},
    {"type": "string", "format": "uri"},
    {"type": "string", "format": "date-time"},
    {"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}}},
    {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "integer", "minimum": 0}]},
]


@BODIES
@given(st.data(), st.sampled_from(SMALL))
def test_values_keep_their_schema(data: st.DataObject, schema: dict[str, Any]) -> None:
    assert keeps(data.draw(values.value(schema)), schema)
