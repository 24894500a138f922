"""A recorded file as cases: HAR, a transcript, or the lines of NDJSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mockserver.data import contracts
from mockserver.kit.judge.judging import Asked, cases_of
from mockserver.kit.judge.recognition import Recognition
from mockserver.kit.laws.law import AnyLaw
from mockserver.kit.laws.providers import rules
from mockserver.kit.laws.run import CaseFacts
from mockserver.kit.laws.table import LAWS
from mockserver.kit.promise.provider import names
from mockserver.kit.reports.model import Case
from mockserver.kit.transcript.har import SANDBOX, HarBroken, is_har, read_har
from mockserver.kit.transcript.model import Transcript
from mockserver.kit.transcript.reading import TranscriptBroken, read, read_lines


class NothingToJudge(ValueError):
    """A file is none that can be judged, or holds no call of a provider; the text says why."""


@dataclass(frozen=True)
class Recorded:
    """Recorded traffic, and what its user says of it."""

    value: Any
    """The JSON value of the file, or a tuple of the lines of NDJSON."""
    name: str
    """What the file is called."""
    provider: str | None = None
    """Whose the calls to unknown hosts are; None: nobody's."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Further hosts, each with the name of its provider."""
    profiles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Profile words by provider."""

    @cached_property
    def transcript(self) -> Transcript:
        """The calls, with what the providers' documents say of them. Raises NothingToJudge."""
        known = {name: rules(name) for name in names(contracts())}
        recognition = Recognition(known, self.hosts, self.profiles, self.provider)
        return recognition.recognised(self._read())

    def _read(self) -> Transcript:
        try:
            if is_har(self.value):
                return read_har(self.value)
            if isinstance(self.value, Mapping) and "kind" not in self.value:
                return read(self.value)
            records = read_lines(self.value if isinstance(self.value, tuple) else [json.dumps(self.value)])
        except (HarBroken, TranscriptBroken) as wrong:
            raise NothingToJudge(f"expected HAR, a transcript or NDJSON: {wrong}"[:300]) from None
        return Transcript(SANDBOX, records[0].n if records else 1, records[-1].n if records else 0, records)

    def cases(self, facts: CaseFacts, replay: str, laws: Sequence[AnyLaw] = LAWS) -> list[Case]:
        """Return a case for each provider. Raises NothingToJudge."""
        asked = Asked(laws, facts, replay, compares_answers=True, may_lack_credentials=is_har(self.value))
        found = cases_of(self.transcript, self.name, asked)
        if not found:
            calls = len(self.transcript.exchanges)
            hosts = sorted({one.request.header("host") or "" for one in self.transcript.exchanges})[:5]
            what = (
                f"none of its {calls} calls goes to a known provider ({', '.join(hosts)})"
                if calls
                else "it has no call"
            )
            raise NothingToJudge(f"{what}; --provider NAME says whose they are" if calls else what)
        return found

    def notes(self) -> list[str]:
        """Return what somebody should know of the file beside the verdicts."""
        other = [one for one in self.transcript.exchanges if one.provider is None]
        unknown = [one for one in self.transcript.exchanges if one.provider is not None and one.operation is None]
        found = [f"{len(other)} calls go to no known provider and are not judged."] if other else []
        if unknown:
            told = ", ".join(sorted({f"{one.request.method} {one.request.path}" for one in unknown})[:5])
            found.append(f"{len(unknown)} calls are of no operation that the provider's document has: {told}")
        return found
