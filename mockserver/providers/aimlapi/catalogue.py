"""AI/ML API: the public list of models, its filters and its optional sections, and the balance."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Final
from urllib.parse import parse_qsl, quote

import orjson

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Answer, Call
from mockserver.provider.spending import spent_by
from mockserver.providers.aimlapi import wire
from mockserver.providers.aimlapi.request import (
    ALIASES,
    CREDITS_PER_DOLLAR,
    IMAGE,
    IMAGE_5_5,
    LIP_SYNC,
    RATES,
    TEXT,
    TEXT_5_5,
    TRANSITION,
    WITH_SPEECH,
)

TYPE: Final = "internal/video-generations/submit"
BALANCE: Final = 10.07  # the documented example
SECTIONS: Final = ("modalities", "capabilities", "pricing")


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the list."""

    id: str
    name: str
    released: str
    """The day on which its page appeared."""
    says: str
    """One sentence about it, in our words."""
    page: str
    takes: tuple[str, ...]
    can: tuple[str, ...]


MODELS: Final = (
    Model(
        TEXT, "PixVerse v5 Text-to-Video", "2025-09-18", "A video from a prompt.", "v5-text-to-video",
        ("text",), ("text_to_video",),
    ),
    Model(
        IMAGE, "PixVerse v5 Image-to-Video", "2025-09-18", "A video from a picture and a prompt.",
        "v5-image-to-video", ("image", "text"), ("image_to_video",),
    ),
    Model(
        TRANSITION, "PixVerse v5 Transition", "2025-09-18", "A video that leads from one picture to another.",
        "v5-transition", ("image", "text"), ("image_to_video",),
    ),
    Model(
        TEXT_5_5, "PixVerse v5.5 Text-to-Video", "2025-12-10", "A video from a prompt, with sound if wanted.",
        "v5-5-text-to-video", ("text",), ("text_to_video",),
    ),
    Model(
        IMAGE_5_5, "PixVerse v5.5 Image-to-Video", "2025-12-10",
        "A video from a picture and a prompt, with sound if wanted.", "v5-5-image-to-video",
        ("image", "text"), ("image_to_video",),
    ),
    Model(
        LIP_SYNC, "PixVerse Lip-Sync", "2025-12-24", "A video whose speaker says a text or a sound file.",
        "lip-sync", ("audio", "text", "video"), ("lip_sync",),
    ),
)  # fmt: skip


def _aliases(model: Model) -> list[str]:
    return [alias for alias, canonical in ALIASES.items() if canonical == model.id]


def _price(model: Model) -> dict[str, object]:
    """Return the price by resolution and second, in US dollars; a lip-sync has one price."""
    if model.id not in RATES:
        unit = {"name": "generation", "price": WITH_SPEECH / CREDITS_PER_DOLLAR, "per": 1}
        return {"kind": "fixed", "currency": "USD", "units": [unit]}
    rate = RATES[model.id] / CREDITS_PER_DOLLAR
    prices = {"360p": rate, "540p": rate, "720p": rate, "1080p": 2 * rate}
    return {
        "kind": "variants",
        "dimensions": ["resolution"],
        "variants": [
            {"when": {"resolution": resolution}, "price": price, "unit": "second", "per": 1}
            for resolution, price in prices.items()
        ],
    }


_SECTION: Final[dict[str, Callable[[Model], object]]] = {
    "modalities": lambda model: {"input": list(model.takes), "output": ["video"]},
    "capabilities": lambda model: list(model.can),
    "pricing": _price,
}


def model_to_json(model: Model, sections: Iterable[str]) -> dict[str, object]:
    """Return a model as it is listed, with these sections of `SECTIONS` attached."""
    item: dict[str, object] = {
        "id": model.id,
        "info": {
            "releasedAt": model.released,
            "name": model.name,
            "developer": "PixVerse",
            "description": model.says,
            "url": "",
            "docsUrl": f"https://docs.aimlapi.com/api-references/video-models/pixverse/{model.page}",
            "docsJson": f"https://api.aimlapi.com/docs-json?model={quote(model.id, '')}&endpoint={quote(TYPE, '')}",
        },
        "type": TYPE,
        "aliases": _aliases(model),
        "tags": ["playground:video", "tier:tier_2"],
    }
    return item | {section: _SECTION[section](model) for section in sections}


_FILTERS: Final[dict[str, Callable[[Model], Iterable[str]]]] = {
    "id": lambda model: [model.id, *_aliases(model)],
    "type": lambda _: [TYPE],
    "tags": lambda _: ["playground:video", "tier:tier_2"],
    "modalities": lambda model: [*model.takes, "video"],
    "input_modalities": lambda model: model.takes,
    "output_modalities": lambda _: ["video"],
    "capabilities": lambda model: model.can,
}


def _read_filters(query_string: str) -> dict[str, frozenset[str]]:
    """Return the values of each parameter, separated by commas or repeated, in lower case."""
    asked: dict[str, set[str]] = {}
    for name, value in parse_qsl(query_string):
        asked.setdefault(name, set()).update(part.strip().lower() for part in value.split(","))
    return {name: frozenset(values) for name, values in asked.items()}


def _sections(asked: dict[str, frozenset[str]]) -> list[str]:
    include = asked.get("include", frozenset())
    if "all" in include or asked.get("details", frozenset()) & {"true", "1"}:
        return list(SECTIONS)
    return [section for section in SECTIONS if section in include]


def _etag(raw: bytes) -> str:
    """Return the weak tag of the whole answer, in the form that the service's framework gives it."""
    digest = b64encode(blake2b(raw, digest_size=20).digest()).rstrip(b"=").decode("ascii")
    return f'W/"{len(raw):x}-{digest}"'


def listed(call: Call) -> Answer:
    """Return the models that pass the filters."""
    asked = _read_filters(call.query_string)
    sections = _sections(asked)
    wanted = [(values, _FILTERS[name]) for name, values in asked.items() if name in _FILTERS]
    passing = [
        model_to_json(model, sections)
        for model in MODELS
        if all(values.intersection(one.lower() for one in own(model)) for values, own in wanted)
    ]
    body = {"object": "list", "data": passing}
    if not wire.is_traced(call.profile):
        return Answer(200, body, content_type=wire.JSON)
    raw = orjson.dumps(body)
    tag = _etag(raw)
    kept = [(b"etag", tag.encode("ascii")), (b"cache-control", b"max-age=60")]
    if _is_known(call.header("if-none-match"), tag):
        return Answer(304, b"", kept)
    return Answer(200, raw, kept, content_type=wire.JSON)


def _is_known(if_none_match: str, tag: str) -> bool:
    """Return whether the client has the answer under this tag already, by weak comparison."""
    offered = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag.removeprefix("W/") in offered or offered == ["*"]


def looked_up(call: Call) -> Answer | Problem:
    """Return one model by id or alias, in any case."""
    name = call.params["id"].lower()
    model = next((one for one in MODELS if name in (one.id, *_aliases(one))), None)
    if model is None:
        return Problem(ProblemKind.MISSING, f"no model {name[:80]!r}", detail={"resource": "model", "id": name})
    return Answer(
        200,
        {"object": "model", "data": model_to_json(model, _sections(_read_filters(call.query_string)))},
        content_type=wire.JSON,
    )


def balance(call: Call) -> Answer:
    """Answer with the rest of the sandbox's budget; without one always enough.

    It is 0 where the sandbox's scenario refuses submissions for lack of credits.
    """
    budget = call.sandbox.budget
    left = BALANCE if budget is None else float(max(budget - spent_by(call), Decimal(0)))
    if call.sandbox.scenario.refuses is ProblemKind.OUT_OF_CREDITS:
        left = 0
    return Answer(200, {"current_balance": left, "currency": "USD"}, content_type=wire.JSON)
