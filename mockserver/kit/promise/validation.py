"""JSON values and schemas of their own (2020-12, nothing referred to from outside): what breaks which rule."""

from __future__ import annotations

from functools import lru_cache
from json import dumps, loads
from typing import Any

import jsonschema_rs

MOST_VALIDATORS = 2000
# By the identity of the schema, which is kept beside, so that no other gets that identity meanwhile.
_VALIDATORS: dict[int, tuple[Any, jsonschema_rs.Draft202012Validator]] = {}


def complaints(body: Any, judging: Any) -> list[str]:
    """Return why a JSON value breaks a self-contained schema (2020-12, formats checked); empty: it keeps it.

    The schema must not change afterwards: it is compiled once.
    """
    errors = compiled(judging).iter_errors(body)
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


def compiled(judging: Any) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a self-contained schema; compiling takes twenty times as long as judging with it."""
    kept, validator = _VALIDATORS.get(id(judging), (None, None))
    if validator is None or kept is not judging:
        validator = _of_text(dumps(judging))
        if len(_VALIDATORS) >= MOST_VALIDATORS:
            _VALIDATORS.clear()
        _VALIDATORS[id(judging)] = judging, validator
    return validator


@lru_cache(MOST_VALIDATORS)
def _of_text(judging: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(loads(judging), validate_formats=True)
