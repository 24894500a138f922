"""ModelsLab: the messages about fields that break the document, in the words of either style.

Style `legacy` has the framework's (Laravel's) sentences, all wrong fields at once; style `documented` those of the 2026
error pages, only the first. Both check required fields and types first, then the model, then the picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from mockserver.domain.problem import Problem, Violation
from mockserver.provider.call import Call

LEGACY: Final = {
    "required": "The {name} field is required.",
    "integer": "The {name} field must be an integer.",
    "number": "The {name} field must be a number.",
    "string": "The {name} field must be a string.",
    "boolean": "The {name} field must be true or false.",
    "enum": "The selected {name} is invalid.",
    "minimum": "The {name} field must be at least {low}.",
    "maximum": "The {name} field must not be greater than {high}.",
    "url": "The {name} field must be a valid URL.",
}
DOCUMENTED: Final = {
    "required": "{field} is required",
    "integer": "{field} must be an integer",
    "number": "{field} must be a number",
    "string": "{field} must be a string",
    "boolean": "{field} must be a boolean",
    "enum": "{field} must be one of {values}",
    "between": "{field} must be between {low} and {high}",
    "minimum": "{field} must be at least {low}",
    "maximum": "{field} must be at most {high}",
    "url": "{field} must be a valid URL",
}
_BEYOND: Final = 2**53 - 1
_NUMERIC: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")


class Stage(IntEnum):
    """When a fault is looked for; those of an earlier stage are told first."""

    MISSING = 0
    TYPE = 1
    VALUE = 2
    MODEL = 3
    PICTURE = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that is wrong: `what` is a key of LEGACY, `got` what came."""

    field: str
    stage: Stage
    what: str
    schema: Mapping[str, Any]
    got: object = None


def faults(problem: Problem, call: Call) -> list[Fault]:
    """Return one fault for each wrong field that the document knows, in its order."""
    if call.operation is None:
        return []
    judged = call.provider.name, call.operation.id, call.profile
    schemas = call.judge.properties(*judged)
    needed = {broken.field for broken in call.judge.violations(*judged, {})}
    found: dict[str, Fault] = {}
    for broken in problem.violations:
        schema = schemas.get(broken.field)
        if schema is None:
            continue
        fault = _fault(broken, schema, is_needed=broken.field in needed)
        earlier = found.get(fault.field)
        if earlier is None or fault.stage < earlier.stage:
            found[fault.field] = fault
    return list(found.values())


def _fault(broken: Violation, schema: Mapping[str, Any], *, is_needed: bool) -> Fault:
    field, rule, got = broken.field, broken.rule, broken.got
    is_empty = rule == "minLength" or (rule == "type" and got is None and is_needed)
    if rule == "required" or (is_empty and is_needed):
        return Fault(field, Stage.MISSING, "required", schema)
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if rule == "type" or kind == "boolean":
        return Fault(field, Stage.TYPE, kind, schema, got)
    if kind in ("integer", "number"):
        return _about_number(field, kind, schema, got)
    if field == "init_image":
        return Fault(field, Stage.PICTURE, "string", schema, got)
    if rule == "enum":
        return Fault(field, Stage.MODEL if field == "model_id" else Stage.VALUE, "enum", schema, got)
    return Fault(field, Stage.VALUE, "url" if rule == "format" else "string", schema, got)


def _about_number(field: str, kind: str, schema: Mapping[str, Any], got: Any) -> Fault:
    """Return whether a number is out of range, or of another kind: a text that is no number, or one beyond 2^53."""
    value = got
    if isinstance(got, str):
        text = _NUMERIC.fullmatch(got)
        if text is None or (text[1] and kind == "integer"):
            return Fault(field, Stage.TYPE, kind, schema, got)
        value = float(got)
    if abs(value) <= _BEYOND and value < schema.get("minimum", value):
        return Fault(field, Stage.VALUE, "minimum", schema, got)
    if abs(value) <= _BEYOND and value > schema.get("maximum", value):
        return Fault(field, Stage.VALUE, "maximum", schema, got)
    return Fault(field, Stage.TYPE, kind, schema, got)


def legacy(found: Sequence[Fault]) -> object:
    """Return the `message` of style legacy: a map of all wrong fields, or one text about the model or the picture."""
    fields = {fault.field: [_said(LEGACY, fault.what, fault)] for fault in found if _is_mapped(fault)}
    if fields:
        return fields
    return "Model id not found" if any(fault.field == "model_id" for fault in found) else None


def _is_mapped(fault: Fault) -> bool:
    """Return whether a fault is in the map; a missing model counts as an unknown one."""
    return fault.stage <= Stage.VALUE and not (fault.field == "model_id" and fault.stage is Stage.MISSING)


def documented(found: Sequence[Fault]) -> object:
    """Return the `message` of style documented: the first wrong field by stage and order; None when it is
    the picture.
    """
    first = min(found, key=lambda fault: fault.stage)
    if first.stage is Stage.PICTURE:
        return None
    if first.stage is Stage.MODEL:
        return f"Model not found: {first.got}"
    is_range = first.what in ("minimum", "maximum") and None not in _bounds(first.schema)
    return _said(DOCUMENTED, "between" if is_range else first.what, first)


def _bounds(schema: Mapping[str, Any]) -> tuple[object, object]:
    """Return the documented bounds; those at 2^53 are ours."""
    low, high = schema.get("minimum"), schema.get("maximum")
    return None if low == -_BEYOND else low, None if high == _BEYOND else high


def _said(words: Mapping[str, str], what: str, fault: Fault) -> str:
    low, high = _bounds(fault.schema)
    values = ", ".join(map(str, fault.schema.get("enum", ())))
    return words[what].format(name=fault.field.replace("_", " "), field=fault.field, low=low, high=high, values=values)
