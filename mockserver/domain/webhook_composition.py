"""The attempts at the webhooks of a job, as a scenario has them: built in by name, or out of data.

[scenarios.flaky-hook]
webhooks = { tries = [{ changes = ["truncated"] }, { after_seconds = 5, only_if_failed = true }], failed = [] }
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.invalid_data import InvalidScenario, items, members_of, number, one, words
from mockserver.domain.timeline import State
from mockserver.domain.webhook_plan import CHANGES, ONCE, Plan, Try

WEBHOOKS: Final = ("tries", *(state.value for state in State))
TRY: Final = ("after_seconds", "only_if_failed", "with_previous", "before_answer", "changes")
EXPECTED: Final = 'numbers of seconds after the event, such as [0, 30], or tables such as {changes = ["truncated"]}'


@dataclass(frozen=True, slots=True)
class WebhookPlan:
    """The attempts at each webhook of a job."""

    tries: Plan = ONCE
    by_state: tuple[tuple[State, Plan], ...] = ()
    """The attempts at webhooks that tell of one state, in the place of the others."""

    def plan(self, state: State) -> Plan:
        """Return the attempts at the webhook that tells of a state."""
        return dict(self.by_state).get(state, self.tries)


def _after(*seconds: float) -> Plan:
    return tuple(Try(timedelta(seconds=one)) for one in seconds)


def _retried(_state: State, times: float) -> Plan:
    """A first try, and up to so many retries: after 1 s, 2 s, 4 s and so on, at most a minute."""
    waits = [timedelta(seconds=min(2.0**nth, 60.0)) for nth in range(min(int(times), 99))]
    return (Try(), *(Try(wait, only_if_failed=True) for wait in waits))


def _changed(name: str) -> Callable[[State, float], Plan]:
    return lambda _state, _number: (Try(changes=(name,)),)


WEBHOOK_PLANS: Final[Mapping[str, Callable[[State, float], Plan]]] = {
    "webhook-again": lambda _, times: _after(*[0] * min(max(1, int(times)), 100)),
    "webhook-late": lambda _, seconds: _after(seconds),
    "webhook-lost": lambda _state, _number: (),
    "webhook-disorder": lambda state, seconds: _after(0 if state.is_terminal else seconds),
    "webhook-early": lambda _state, _number: (Try(before_answer=True),),
    "webhook-together": lambda _state, _number: (Try(), Try(with_previous=True)),
    "webhook-retried": _retried,
    **{f"webhook-{name}": _changed(name) for name in CHANGES},
}
"""The attempts at the webhook that tells of a state, with the scenario's number, by the names of built-in scenarios."""


def read_webhook_plan(data: object, path: tuple[str, ...]) -> WebhookPlan:
    """Return the plan that data describes: by state, else for all; where neither is named, once at once."""
    row = members_of(data, path, WEBHOOKS)
    plans = {name: _read_tries(value, (*path, name)) for name, value in row.items()}
    usual = plans.pop("tries", ONCE)
    return WebhookPlan(usual, tuple((state, plans[state.value]) for state in State if state.value in plans))


def _read_tries(data: object, path: tuple[str, ...]) -> Plan:
    rows = items(data, path, EXPECTED)
    return tuple(_read_try(row, (*path, f"[{index}]"), is_first=not index) for index, row in enumerate(rows))


def _read_try(data: object, path: tuple[str, ...], *, is_first: bool) -> Try:
    if not isinstance(data, Mapping):
        seconds = number({path[-1]: data}, path[:-1], path[-1])
        if seconds is None:
            raise InvalidScenario(path, "expected a number of seconds, got null")
        return Try(timedelta(seconds=seconds))
    row = members_of(data, path, TRY)
    made = Try(
        timedelta(seconds=number(row, path, "after_seconds") or 0.0),
        only_if_failed=_flag(row, path, "only_if_failed"),
        with_previous=_flag(row, path, "with_previous"),
        before_answer=_flag(row, path, "before_answer"),
        changes=words(row, path, "changes", CHANGES),
    )
    for name in ("only_if_failed", "with_previous"):
        if is_first and getattr(made, name):
            raise InvalidScenario((*path, name), "expected false: no try comes before the first")
    return made


def _flag(row: Mapping[str, Any], path: tuple[str, ...], name: str) -> bool:
    return one(row, path, name, bool, "true or false", default=False)


def webhook_plan_data(plan: WebhookPlan) -> dict[str, Any]:
    """Return the data of which `read_webhook_plan` makes this plan."""
    told = {state.value: _tries_data(tries) for state, tries in plan.by_state}
    return {"tries": _tries_data(plan.tries), **told}


def _tries_data(tries: Plan) -> list[Any]:
    return [_try_data(one) for one in tries]


def _try_data(one: Try) -> Any:
    """Return a try as data: its seconds where it has nothing else."""
    flags = {name: True for name in TRY[1:4] if getattr(one, name)}
    changes = {"changes": list(one.changes)} if one.changes else {}
    seconds = one.after.total_seconds()
    return {"after_seconds": seconds, **flags, **changes} if flags or changes else seconds
