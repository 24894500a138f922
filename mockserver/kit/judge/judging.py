"""From a transcript to cases of a report: one for each provider that it has calls of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mockserver.kit.judge.answers import drifts_of
from mockserver.kit.laws.judging import judge
from mockserver.kit.laws.law import AnyLaw
from mockserver.kit.laws.providers import runs_of
from mockserver.kit.laws.run import CaseFacts, Run
from mockserver.kit.laws.table import LAWS
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.model import Case
from mockserver.kit.transcript.model import Transcript

UNTOLD_CREDENTIALS: Final = "the file shows no credential at all: what wrote it leaves them out"


@dataclass(frozen=True)
class Asked:
    """How transcripts are judged."""

    laws: Sequence[AnyLaw] = LAWS
    facts: CaseFacts = field(default_factory=CaseFacts)
    replay: str = ""
    """The one command that judges the same again."""
    compares_answers: bool = False
    """Whether the answers are compared with the providers' documents too."""
    may_lack_credentials: bool = False
    """Whether the transcript comes from a program that may leave credentials out."""


def cases_of(transcript: Transcript, name: str, asked: Asked | None = None) -> list[Case]:
    """Return the cases of a transcript. `name` is what people know it by; several providers stand behind it each."""
    asked = asked or Asked()
    runs = runs_of(transcript)
    found = []
    for run in runs:
        told = replace(run, facts=replace(asked.facts, case=name), replay=asked.replay)
        drifts, answers = drifts_of(told) if asked.compares_answers else ([], 0)
        verdicts = [_tempered(one, told, asked) for one in judge(told, asked.laws)]
        title = name if len(runs) == 1 else f"{name} ({run.provider})"
        found.append(Case(title, told, verdicts, drifts, answers))
    return found


def _tempered(verdict: Verdict, run: Run, asked: Asked) -> Verdict:
    """The verdict, inconclusive where it rests on what the file does not tell."""
    untold = _untold(run) if asked.may_lack_credentials else {}
    reason = untold.get(verdict.law.id)
    if reason is None or verdict.kind is Kind.NOT_APPLICABLE:
        return verdict
    return replace(verdict, kind=Kind.INCONCLUSIVE, reason=reason, breaches=(), events=(), situations=0)


def _untold(run: Run) -> Mapping[str, str]:
    """Why laws cannot be judged, by their ids."""
    if any(one.exchange.credential is not None for one in run.index.calls):
        return {}
    return {"AUTH-01": UNTOLD_CREDENTIALS}
