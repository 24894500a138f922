"""Reports on runs at the toy provider of the laws' examples."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from mockserver.kit.laws.examples import example
from mockserver.kit.laws.judging import judge
from mockserver.kit.laws.law import Basis, Breach, Cost, Evidence, Ground, Kept, Law, Severity, Untold
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.reports.model import Case, Drift, Report
from mockserver.kit.transcript import Exchange

GOOD = """
0   create -> 200 queued
2   poll -> 200 running
4   poll -> 200 done
4.1 file -> 200
"""
HASTY = """
0    create -> 200 queued
0.5  poll -> 200 queued
0.6  poll -> 200 queued
0.7  poll -> 200 queued
0.8  poll -> 200 queued
0.9  poll -> 200 queued
1.0  poll -> 200 queued
2    poll -> 429 +retry-after=5
4    poll -> lost fault=reset
10   poll -> 200 done
10.5 webhook done -> 200 took=0.2
"""
RESENT = """
0    create -> lost fault=reset
0.07 create job=2 -> 200 queued
3    poll job=2 -> 200 done
"""


class Priced:
    """Each job costs a quarter."""

    def cost(self, creation: Exchange) -> Cost:
        return Cost(Decimal("0.25"), "USD", f"https://prices.example/{creation.operation}")


def law(id_: str, severity: Severity, *findings: Kept | Breach | Untold) -> Law:
    """A law that finds what it is told."""
    return Law(
        id=id_, sentence=f"A client keeps {id_}.", why="Because.", severity=severity,
        ground=Ground(Basis.STANDARD, "RFC 9110 section 9.2.2", "https://www.rfc-editor.org/rfc/rfc9110.html#section-9.2.2"),
        evidence=Evidence.PASSIVE, finder=lambda _run: iter(findings), situation="something",
    )  # fmt: skip


def _raises(_run: Run) -> None:
    raise ZeroDivisionError("a law went wrong")


BROKEN = Breach("a pause of at least 1 s", "0.100 s", (2, 3), Cost(Decimal("0.25"), "USD", "https://prices.example"))
ALL_KINDS = (
    law("AAA-01", Severity.MUST, BROKEN, BROKEN),
    law("AAA-02", Severity.SHOULD, Breach("a", "b", (1,))),
    law("AAA-03", Severity.MAY, Breach("c", "d", (1,))),
    law("AAA-04", Severity.MUST, Kept((1, 2))),
    law("AAA-05", Severity.MUST),
    law("AAA-06", Severity.MUST, Untold("the outcome was not told", (1,))),
    law("AAA-07", Severity.MUST),
    replace(law("AAA-08", Severity.MUST), finder=_raises),  # type: ignore[arg-type]
)


def case(text: str = HASTY, laws: tuple[Law, ...] = ALL_KINDS, name: str = "toy", **members: object) -> Case:
    """A case: a run and what laws say of it."""
    run = replace(example(text), prices=Priced(), replay=f"mockserver replay {name}")
    return Case(name, run, [_of_a_poorer_provider(one) for one in judge(run, laws)], **members)  # type: ignore[arg-type]


def _of_a_poorer_provider(one: Verdict) -> Verdict:
    """AAA-07 does not apply; the toy provider has everything that a law can need."""
    if one.law.id != "AAA-07":
        return one
    return replace(one, kind=Kind.NOT_APPLICABLE, reason="toy documents no webhooks")


def report(*cases: Case, **members: object) -> Report:
    """A report on cases; one case of all kinds of verdict where none is given."""
    drift = Drift(2, "getClip", "/state: one of queued, running", "/state: 'paused'")
    chosen = cases or (case(drifts=[drift], answers=5),)
    return Report("mockserver judge toy.ndjson", "1.2.3", chosen, **members)  # type: ignore[arg-type]
