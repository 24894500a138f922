"""The scenario that a call asks for: in the header `X-Mock-Scenario`, or with a marker at the end of a prompt."""

from __future__ import annotations

import re
from typing import Final

from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.provider.call import Call

HEADER: Final = b"x-mock-scenario"
MARK: Final = b"#mock:"
_MARKER: Final = re.compile(r"\s*#mock:(\S*)\s*\Z")


def chosen(call: Call, known: ScenarioCatalogue) -> Scenario | None:
    """Return the scenario that a call asks for; None where it asks for none. A header wins over a marker.

    The marker is removed from the prompt before the body is read. Raises UnknownScenario.
    """
    named = call.headers.get(HEADER)
    marked = _unmarked(call) if MARK in call.body else None
    spelling = named.decode("latin-1") if named is not None else marked
    return None if spelling is None else known.parse(spelling)


def _unmarked(call: Call) -> str | None:
    """Remove the marker from the prompt and return the spelling in it."""
    value = call.value
    prompt = value.get("prompt") if isinstance(value, dict) else None
    found = _MARKER.search(prompt) if isinstance(prompt, str) else None
    if found is None or not isinstance(value, dict) or not isinstance(prompt, str):
        return None
    value["prompt"] = prompt[: found.start()]
    return found[1]
