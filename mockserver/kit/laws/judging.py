"""Judge a run by laws."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.kit.laws.law import AnyLaw, Breach, Ground, Kept, Severity, Untold
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.table import LAWS
from mockserver.kit.laws.verdict import Kind, Verdict

BROKEN = {Severity.MUST: Kind.FAIL, Severity.SHOULD: Kind.WARN, Severity.MAY: Kind.INFO}
MOST_EVENTS = 20
"""How many records of kept situations a verdict names at most."""


def judge(run: Run, laws: Iterable[AnyLaw] = LAWS) -> list[Verdict]:
    """Return the verdict of each law on the run, in the order of the laws."""
    return [verdict_of(law, run) for law in laws]


def verdict_of(law: AnyLaw, run: Run) -> Verdict:
    """Return the verdict of one law. An exception in the law is a harness-error, never the client's fault."""
    severity, ground = run.rules.severity(law, run.profile)
    against = run.rules.reason_against(law, run.profile)
    if against is not None:
        return Verdict(law, Kind.NOT_APPLICABLE, severity, ground, against, replay=run.replay)
    try:
        return _weighed(law, run, severity, ground)
    except Exception as error:
        reason = f"judging went wrong: {type(error).__name__}: {error}"
        return Verdict(law, Kind.HARNESS_ERROR, severity, ground, reason, replay=run.replay)


def _weighed(law: AnyLaw, run: Run, severity: Severity, ground: Ground) -> Verdict:
    """Run the law over the run; what was kept is counted, and only some of it is kept in mind."""
    breaches: list[Breach] = []
    untold: Untold | None = None
    kept, events = 0, dict[int, None]()
    for finding in law.finder(run):
        if isinstance(finding, Kept):
            kept += 1
            if len(events) < MOST_EVENTS:
                events.update(dict.fromkeys(finding.events))
        elif isinstance(finding, Breach):
            breaches.append(finding)
        else:
            untold = untold or finding
    reason, shown = "", tuple(events)
    if breaches:
        kind, shown = BROKEN[severity], breaches[0].events
    elif kept:
        kind = Kind.PASS
    else:
        kind = Kind.INCONCLUSIVE
        reason = f"not exercised: {law.situation} did not occur" if untold is None else untold.reason
        shown = () if untold is None else untold.events
    situations = len(breaches) + kept
    return Verdict(law, kind, severity, ground, reason, breaches, situations, shown[:MOST_EVENTS], run.replay)
