"""Where schemathesis' sequences of calls begin, and which links of a document they followed.

By itself schemathesis guesses the beginnings from names: a creation whose body has a `model_id` is held to need a model
that nobody creates, so the sequences of such a document begin with polls of jobs that nobody made and lead nowhere. The
document knows better: a sequence begins with a call that leads on and to which no other one leads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from mockserver.kit.promise import operations
from mockserver.kit.promise.document import find


def declared(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the links of a document, named as schemathesis names them: the ids of the operations from and to."""
    known = operations(document)
    found = {}
    for source in known.values():
        for status, answer in source.raw.get("responses", {}).items():
            whole = find(document, answer["$ref"]) if "$ref" in answer else answer
            for name, link in whole.get("links", {}).items():
                target = known[link["operationId"]]  # our documents name their targets so, and not by operationRef
                found[f"{_label(source)} -> [{status}] {name} -> {_label(target)}"] = (source.id, target.id)
    return found


def _label(operation: Any) -> str:
    return f"{operation.method} {operation.path}"


def beginnings(document: Mapping[str, Any]) -> set[str]:
    """Return the operations that lead on and to which no other one leads, as `METHOD /path`."""
    links, known = declared(document).values(), operations(document)
    reached = {target for source, target in links if source != target}
    return {_label(known[source]) for source, _ in links if source not in reached}


@contextmanager
def watched(document: Mapping[str, Any]) -> Iterator[set[str]]:
    """Let the sequences of a run of schemathesis begin where the document says; what is yielded fills with the links
    that they followed with a value out of the answer before. Of a document without links the guess is kept.
    """
    from schemathesis.cli import EventHandler
    from schemathesis.cli.ext.handlers import CUSTOM_HANDLERS
    from schemathesis.specs.openapi import stateful

    followed: set[str] = set()

    class Watcher(EventHandler[Any]):
        def handle_event(self, _: object, event: Any) -> None:
            cases = event.recorder.cases.values() if hasattr(event, "recorder") else ()
            followed.update(case.transition.id for case in cases if case.transition and case.is_transition_applied)

    guessed, known = stateful.classify_root_transitions, beginnings(document)

    def classified(*told: Any) -> stateful.RootTransitions:
        roots: stateful.RootTransitions = guessed(*told)
        roots.reliable = known or roots.reliable
        return roots

    CUSTOM_HANDLERS.append(Watcher)
    try:
        with patch.object(stateful, "classify_root_transitions", classified):
            yield followed
    finally:
        CUSTOM_HANDLERS.remove(Watcher)
