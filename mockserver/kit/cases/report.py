"""How a client reports its outcome: one JSON object, the last line that it prints."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from mockserver.kit.cases.model import CaseBroken, check
from mockserver.kit.laws.run import Artifact, Outcome, Result

UNSUPPORTED: Final = 89
"""The exit code of a client that does not support a case."""
SHOWN: Final = 200


class NoReport(ValueError):
    """What a client printed ends in no outcome; the text says why."""


def reported(value: Any, artifact: Artifact | None = None) -> Outcome:
    """Return the outcome that a JSON value reports. Raises NoReport."""
    try:
        check(value, "report")
    except CaseBroken as broken:
        raise NoReport(f"it reported no outcome: {broken}") from None
    code = value.get("code")
    return Outcome(
        Result(value["outcome"]),
        None if code is None else str(code),
        value.get("message"),
        tuple(str(one) for one in value.get("jobs", ())),
        artifact,
    )


def attempts_of(value: Any) -> int | None:
    """Return how often a client says, in its report, that it sends a request at most; None: it does not say."""
    found: int | None = value.get("attempts")
    return found


def last_line(text: str) -> Any:
    """Return the JSON value in the last line of a text which is not empty. Raises NoReport."""
    line = next((one for one in reversed(text.splitlines()) if one.strip()), None)
    if line is None:
        raise NoReport("it printed nothing: the last line on standard output is the outcome")
    try:
        return json.loads(line)
    except ValueError:
        raise NoReport(f"the last line that it printed is no JSON: {line[:SHOWN]}") from None


def left_behind(path: Path) -> Artifact | None:
    """Return the clip that a client left at a path; None where there is none."""
    if not path.is_file():
        return None
    return artifact_of(path.read_bytes())


def artifact_of(data: bytes) -> Artifact:
    """Return a clip by its bytes."""
    return Artifact(len(data), blake2b(data, digest_size=20).hexdigest())
