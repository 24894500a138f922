"""Judge a run by laws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mockserver.kit.laws.law import Breach, Ground, Kept, Law, Severity, Untold
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.table import LAWS
from mockserver.kit.laws.verdict import Kind, Verdict

BROKEN = {Severity.MUST: Kind.FAIL, Severity.SHOULD: Kind.WARN, Severity.MAY: Kind.INFO}
MOST_EVENTS = 20
"""How many records of kept situations a verdict names at most."""


def judge(run: Run, laws: Iterable[Law] = LAWS) -> list[Verdict]:
    """Return the verdict of each law on the run, in the order of the laws."""
    return [verdict_of(law, run) for law in laws]


def verdict_of(law: Law, run: Run) -> Verdict:
    """Return the verdict of one law. An exception in the law is a harness-error, never the client's fault."""
    severity, ground = run.rules.severity(law, run.profile)
    against = run.rules.reason_against(law, run.profile)
    if against is not None:
        return Verdict(law, Kind.NOT_APPLICABLE, severity, ground, against, replay=run.replay)
    try:
        found = list(law.finder(run))
    except Exception as error:
        reason = f"judging went wrong: {type(error).__name__}: {error}"
        return Verdict(law, Kind.HARNESS_ERROR, severity, ground, reason, replay=run.replay)
    return _weighed(law, run, severity, ground, found)


def _weighed(
    law: Law, run: Run, severity: Severity, ground: Ground, found: Sequence[Kept | Breach | Untold]
) -> Verdict:
    breaches = [one for one in found if isinstance(one, Breach)]
    kept = [one for one in found if isinstance(one, Kept)]
    untold = [one for one in found if isinstance(one, Untold)]
    situations = len(breaches) + len(kept)
    if breaches:
        events, reason, kind = breaches[0].events, "", BROKEN[severity]
    elif kept:
        events, reason, kind = tuple(n for one in kept for n in one.events), "", Kind.PASS
    elif untold:
        events, reason, kind = untold[0].events, untold[0].reason, Kind.INCONCLUSIVE
    else:
        events, reason, kind = (), f"not exercised: {law.situation} did not occur", Kind.INCONCLUSIVE
    events = tuple(dict.fromkeys(events))[:MOST_EVENTS]
    return Verdict(law, kind, severity, ground, reason, breaches, situations, events, run.replay)
