"""Two laws that a case adds to those of the catalogue: how the client ends, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mockserver.kit.cases.model import Case
from mockserver.kit.laws.download import fetches
from mockserver.kit.laws.following import told
from mockserver.kit.laws.law import AnyLaw, Basis, Breach, Evidence, Finding, Ground, Kept, Law, Severity, Untold
from mockserver.kit.laws.run import Result, Run

PROTOCOL: Final = Ground(Basis.STANDARD, "the protocol of cases: docs/conformance.md", "docs/conformance.md")
ENDINGS: Final = ("OUT-01", "OUT-02")


def endings(case: Case, *, leaves_clips: bool) -> list[AnyLaw]:
    """Return the laws of a client's end in a case; `leaves_clips`: whether it was told where to leave its clip."""
    laws = [
        Law(
            id="OUT-01",
            sentence="A client ends in time with an outcome that is reasonable for what happened.",
            why="A caller acts on the outcome: it pays again, waits, or gives up.",
            severity=Severity.MUST,
            ground=PROTOCOL,
            evidence=Evidence.OUTCOME,
            finder=_ends_reasonably(case),
            situation="an outcome",
        )
    ]
    if leaves_clips:
        laws.append(
            Law(
                id="OUT-02",
                sentence="A client that reports completed leaves the whole clip of its job behind.",
                why="A clip that is missing or broken is found by somebody else, later.",
                severity=Severity.MUST,
                ground=PROTOCOL,
                evidence=Evidence.OUTCOME,
                finder=_leaves_the_clip,
                situation="the outcome completed",
            )
        )
    return laws


def _ends_reasonably(case: Case) -> Callable[[Run], Iterator[Finding]]:
    def find(run: Run) -> Iterator[Finding]:
        events = tuple(one.n for one in run.index.calls[-1:])
        expected = "the outcome " + " or ".join(case.outcomes)
        if run.outcome is None or run.facts.crashed is not None or run.outcome.result not in case.outcomes:
            said = "" if run.outcome is None or not run.outcome.message else f": {run.outcome.message[:200]}"
            yield Breach(expected, told(run) + said, events)
        else:
            yield Kept(events)

    return find


def _leaves_the_clip(run: Run) -> Iterator[Finding]:
    if run.outcome is None or run.outcome.result is not Result.COMPLETED:
        return
    digests = set()
    for life in run.index.jobs.values():
        bodies = [one.exchange.answer.body for one in fetches(life) if one.exchange.answer is not None]
        digests |= {body.digest for body in bodies if body is not None and body.digest is not None}
    events = tuple(one.n for one in run.index.files[-1:])
    left = run.outcome.artifact
    if left is None:
        yield Breach("the clip at MOCK_OUTPUT", "no file", events)
    elif not digests:
        yield Untold("no file of a job was fetched", events)
    elif left.digest in digests:
        yield Kept(events)
    else:
        yield Breach("the bytes of the job's file", f"{left.length} other bytes", events)
