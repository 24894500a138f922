"""Gately: the upstream's own rules for a creation, after the schema. A body that breaks one gets HTTP 200 with code
2013.

The document has the same rules under `x-refused-upstream`, as schemas of the refused bodies. A test holds that both
refuse the same bodies under every profile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.providers.gately.request import HAILUO

Body = Mapping[str, Any]

INVALID: Final = 2013
NO_PROMPT: Final = "invalid params, text to video: prompt can't be empty"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name in the document, the profiles that it holds under, what breaks it, what is said, and why."""

    name: str
    holds: Callable[[frozenset[str]], bool]
    is_broken_by: Callable[[Body], bool]
    text: str
    why: str


def missing(field: str) -> str:
    """Return the upstream's text for a missing parameter."""
    return f"invalid params, binding: expr_path={field}, cause=missing required parameter"


def _passes(profile: frozenset[str]) -> bool:
    return "pass-through" in profile


def _is_hailuo(body: Body) -> bool:
    return bool(body["model"] == HAILUO)


def _is_bare(body: Body) -> bool:
    return not any(body.get(name) for name in ("prompt", "first_frame_image", "last_frame_image"))


def _is_too_long(body: Body) -> bool:
    return body.get("duration") == 10 and not (_is_hailuo(body) and body.get("resolution", "768P") == "768P")


def _is_odd_size(body: Body) -> bool:
    resolution = body.get("resolution")
    return resolution == "720P" or (resolution == "512P" and not body.get("first_frame_image"))


RULES: Final = (
    Rule(
        "i2v-needs-image",
        lambda profile: "i2v-without-image" not in profile,
        lambda body: body["model"].startswith("I2V-") and not body.get("first_frame_image"),
        "invalid params, model {model} does not support Text-to-Video mode (2013)",
        "{model} needs first_frame_image",
    ),
    Rule(
        "s2v-needs-subject",
        lambda profile: "s2v-needs-subject" in profile or "minimax" in profile,
        lambda body: body["model"] == "S2V-01" and "subject_reference" not in body,
        missing("subject_reference"),
        "{model} needs subject_reference",
    ),
    Rule(
        "t2v-needs-prompt",
        _passes,
        lambda body: body["model"].startswith("T2V-") and not body.get("prompt"),
        NO_PROMPT,
        "{model} needs a prompt",
    ),
    Rule(
        "hailuo-needs-prompt-or-image",
        _passes,
        lambda body: _is_hailuo(body) and _is_bare(body),
        NO_PROMPT,
        "{model} needs a prompt, a first frame or a last frame",
    ),
    Rule(
        "six-seconds-only",
        _passes,
        _is_too_long,
        "invalid params",
        f"10 seconds are for {HAILUO} at 768P only",
    ),
    Rule(
        "seven-twenty-only",
        _passes,
        lambda body: not _is_hailuo(body) and body.get("resolution", "720P") != "720P",
        "invalid params",
        "{model} makes 720P only",
    ),
    Rule(
        "hailuo-resolutions",
        _passes,
        lambda body: _is_hailuo(body) and _is_odd_size(body),
        "invalid params",
        "{model} makes 768P and 1080P, and 512P from a first frame",
    ),
)


def broken(body: Body, profile: frozenset[str]) -> Problem | None:
    """Return the first rule that a body breaks, as a problem."""
    for rule in RULES:
        if rule.is_broken_by(body) and rule.holds(profile):
            model = body["model"]
            return refused(rule.text.format(model=model), rule.why.format(model=model))
    return None


def refused(text: str, why: str) -> Problem:
    """Return a refusal of the upstream: `text` for the wire, `why` for people."""
    return Problem(ProblemKind.REFUSED, why, detail={"status_msg": text})
