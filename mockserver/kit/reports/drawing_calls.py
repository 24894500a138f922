"""What a drawing tells of each call and each webhook: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.law import Cost
from mockserver.kit.laws.reading import at, json_of
from mockserver.kit.laws.run import Clock, Run
from mockserver.kit.laws.view import Role
from mockserver.kit.transcript import Attempt, Moment
from mockserver.prices import shown

ENDINGS: Final = {
    "cut": "server broke off",
    "left": "client left",
}
HEADERS: Final = ("Retry-After", "Location", "Content-Range")
"""The headers of an answer that a drawing tells."""
PHRASES: Final = {one.value: one.phrase for one in HTTPStatus}


@dataclass(frozen=True)
class Told:
    """A note beside a mark."""

    kind: str
    """hint, fault or money."""
    says: str
    where: str = "answer"
    """Whether it belongs to the request or the answer."""


@dataclass(frozen=True)
class Step:
    """A call, or an attempt at a webhook."""

    n: int
    began: float
    """Seconds since the first record."""
    ended: float
    asks: str
    answers: str
    is_webhook: bool = False
    is_open: bool = False
    """Whether it had not ended when the transcript was taken."""
    is_lost: bool = False
    notes: Sequence[Told] = ()
    hint: float | None = None
    """How many seconds the client was asked to wait."""

    def notes_of(self, where: str) -> tuple[Told, ...]:
        """Return the notes of its request or answer."""
        return tuple(one for one in self.notes if one.where == where)


def steps_of(run: Run) -> list[Step]:
    """Return the calls and webhooks of a run in the order in which they began."""
    seconds_at = _measure(run)
    calls = [_call_step(one, run, seconds_at) for one in run.index.calls]
    attempts = [_attempt_step(one, run, seconds_at) for one in run.index.attempts]
    return sorted([*calls, *attempts], key=lambda one: (one.began, one.n))


def money(cost: Cost) -> str:
    """Return an amount as people write it."""
    return "price not documented" if cost.amount is None else f"{shown(cost.amount)} {cost.currency}"


def _measure(run: Run) -> Callable[[Moment], float]:
    """How to read a moment: by the clock that the case counts by, else by the one on which more time passed."""
    moments = [one.arrived for one in run.index.calls] + [one.started for one in run.index.attempts]
    if not moments:
        return lambda _moment: 0.0
    ends = [one.ended for one in run.index.calls]
    first = min(moments, key=lambda one: one.monotonic)
    start, instant = first.monotonic, first.at
    machine = max(one.monotonic for one in [*moments, *ends]) - start
    virtual = max((one.at - instant).total_seconds() for one in [*moments, *ends])
    is_virtual = run.facts.clock is Clock.SANDBOX or (run.facts.clock is Clock.EITHER and virtual > 1.5 * machine)
    if is_virtual:
        return lambda moment: max(0.0, (moment.at - instant).total_seconds())
    return lambda moment: moment.monotonic - start


def _call_step(call: Call, run: Run, seconds_at: Callable[[Moment], float]) -> Step:
    request = call.exchange.request
    query = f"?{request.query}" if request.query else ""
    return Step(
        n=call.n,
        began=seconds_at(call.arrived),
        ended=max(seconds_at(call.arrived), seconds_at(call.ended)),
        asks=f"{request.method} {request.path}{query}",
        answers=_answer(call),
        is_open=call.is_under_way,
        is_lost=call.is_lost,
        notes=tuple(_notes(call, run)),
        hint=_hint(call),
    )


def _answer(call: Call) -> str:
    exchange = call.exchange
    if call.is_lost:
        part = exchange.answer if exchange.first_byte is not None else None
        what = f"a part of {part.status}" if part is not None else "no answer"
        return f"{what}: {ENDINGS.get(exchange.ending or '', 'under way')}"
    status = call.status or 0
    told = call.word or ("refused in the body" if call.is_hidden_refusal else PHRASES.get(status, ""))
    return f"{status} {told}".strip()


def _hint(call: Call) -> float | None:
    """The seconds that the answer asks the client to wait; the longer of header and body."""
    found = [call.body_hint] if call.body_hint is not None and not call.is_terminal else []
    if call.retry_after is not None and call.retry_after.is_sane:
        found.append(call.retry_after.seconds)
    return max(found, default=None)


def _notes(call: Call, run: Run) -> list[Told]:
    found = []
    for name in HEADERS:
        header = call.header(name.lower())
        if header is not None:
            found.append(Told("hint", f"{name}: {header[:60]}"))
    if call.body_hint is not None and not call.is_terminal:
        found.append(Told("hint", f"the body asks to wait {call.body_hint:g} s"))
    if call.exchange.fault is not None:
        found.append(Told("fault", f"fault {call.exchange.fault}"))
    if makes_job(call):
        found.append(Told("money", f"makes {call.job}: {money(run.prices.cost(call.exchange))}"))
    return found


def makes_job(call: Call) -> bool:
    """Whether the call made a job, whether or not its answer came through."""
    return call.role is Role.CREATE and call.job is not None


def _word(attempt: Attempt, run: Run) -> str:
    """The status word of the job that a webhook tells, where it tells one that the document knows."""
    life = run.rules.under(run.profile).life
    found = at(json_of(attempt.request.body), life.fields["status"]) if life is not None else None
    return f"{found} " if isinstance(found, str) else ""


def _attempt_step(attempt: Attempt, run: Run, seconds_at: Callable[[Moment], float]) -> Step:
    number = f", attempt {attempt.attempt}" if attempt.attempt > 1 else ""
    status = f"{attempt.status} {PHRASES.get(attempt.status, '')}".strip() if attempt.status is not None else ""
    ended = attempt.ended or attempt.started
    return Step(
        n=attempt.n,
        began=seconds_at(attempt.started),
        ended=max(seconds_at(attempt.started), seconds_at(ended)),
        asks=f"webhook {_word(attempt, run)}of {attempt.job}{number}",
        answers=status or f"no answer: {attempt.error or 'under way'}",
        is_webhook=True,
        is_open=attempt.ended is None,
        is_lost=attempt.status is None,
    )
