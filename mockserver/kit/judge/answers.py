"""Do the answers of a provider conform to what its document lets a client expect?

The document's `tolerated` components say what a client must be able to take. An answer outside of them, or a status
word that the document does not know, tells that the provider has moved away from what we emulate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.reading import NOT_JSON
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.view import View
from mockserver.kit.promise.provider import schema
from mockserver.kit.promise.validation import complaints
from mockserver.kit.reports.model import Drift

ORDINARY: Final = (None, "success")
"""Scenarios of the mock under which it answers as the provider does."""


def drifts_of(run: Run) -> tuple[list[Drift], int]:
    """Return the answers that do not conform, and how many were compared. Answers of faults are not compared."""
    compared = 0
    found: list[Drift] = []
    for call in run.index.calls:
        names = _components(call)
        if names:
            compared += 1
            found += _drift(call, names)
    return found, compared


def _components(call: Call) -> list[str]:
    """The components of which one must take the answer; empty: it is not compared."""
    exchange = call.exchange
    if call.is_lost or call.json is NOT_JSON or exchange.fault is not None or exchange.scenario not in ORDINARY:
        return []
    if call.is_refused:
        return _errors(call.view)
    name = f"{exchange.operation}.tolerated"
    return [name] if name in _schemas(call.view) else []


def _schemas(view: View) -> Sequence[str]:
    return list(view.document.get("components", {}).get("schemas", {}))


def _errors(view: View) -> list[str]:
    names = _schemas(view)
    return ["error.tolerated"] if "error.tolerated" in names else [one for one in names if one.startswith("error.")]


def _drift(call: Call, names: Sequence[str]) -> list[Drift]:
    operation = call.exchange.operation or ""
    wrong = {name: complaints(call.json, schema(call.view.document, name)) for name in names}
    if all(wrong.values()):
        closest = min(wrong, key=lambda name: len(wrong[name]))
        return [Drift(call.n, operation, f"what {closest} takes", "; ".join(wrong[closest])[:300])]
    life = call.view.life
    if call.word is not None and life is not None and call.state is None and call.is_accepted:
        known = ", ".join(sorted({word for words in life.words.values() for word in words}))
        return [Drift(call.n, operation, f"one of the status words {known}", f"the status word {call.word!r}")]
    return []
