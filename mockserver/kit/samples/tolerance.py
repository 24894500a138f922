"""Is an answer that a provider published one that our document tolerates? By its open schemas of what may come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.kit.promise.conformance import FIRST_ERROR, components
from mockserver.kit.promise.provider import schema
from mockserver.kit.promise.validation import complaints
from mockserver.kit.samples.fixtures import Sample


def intolerances(sample: Sample, document: Mapping[str, Any]) -> list[str]:
    """Return why no schema of `document` (that of the sample's profile) tolerates the sample's answer; empty: one does.

    An answer is judged by `<operation>.tolerated`, a refusal by `error.tolerated` and a delivery by
    `webhook.tolerated`, or, where the document has no such component, by any `error.*` and any `webhook.*`.
    """
    if sample.answer is None:
        return []
    names = _judges(sample, document)
    wrong = [] if names else [f"{sample.operation}: no component can judge it"]
    for name in names:
        found = complaints(sample.answer.body, schema(document, name))
        if not found:
            return []
        wrong += [f"{name}: {complaint}" for complaint in found]
    return wrong


def _judges(sample: Sample, document: Mapping[str, Any]) -> list[str]:
    status = sample.answer.status if sample.answer else None
    refuses = sample.is_refused or (status is not None and status >= FIRST_ERROR)
    head = "error" if refuses and sample.operation != "webhook" else sample.operation
    tolerated = f"{head}.tolerated"
    if tolerated in document.get("components", {}).get("schemas", {}):
        return [tolerated]
    return components(document, head) if head in ("error", "webhook") else []
