"""Which scenario a call itself asks for: the header `X-Mock-Scenario`, or a marker at the end of its prompt."""

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
    """Return the scenario that a call asks for, if it does; a marker is taken out of the prompt before it is read.

    Raises UnknownScenario for a spelling that is none. A header wins over a marker.
    """
    named = call.headers.get(HEADER)
    marked = _unmarked(call) if MARK in call.body else None
    spelling = named.decode("latin-1") if named is not None else marked
    return None if spelling is None else known.parse(spelling)


def _unmarked(call: Call) -> str | None:
    """Take the marker out of the prompt, and return what it named."""
    value = call.value
    prompt = value.get("prompt") if isinstance(value, dict) else None
    found = _MARKER.search(prompt) if isinstance(prompt, str) else None
    if found is None or not isinstance(value, dict) or not isinstance(prompt, str):
        return None
    value["prompt"] = prompt[: found.start()]
    return found[1]
