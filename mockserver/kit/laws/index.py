"""The calls of a run as laws look at them: by role, by job, by what was sent; made once, in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from contracts.transcript import Attempt, Exchange, Moment
from mockserver.kit.laws import reading
from mockserver.kit.laws.rules import Role, View

if TYPE_CHECKING:
    from mockserver.kit.laws.run import Run

Key = tuple[str, str, str, bytes]


@dataclass(eq=False)
class Call:
    """One exchange, and what its answer says to a client that reads it well."""

    exchange: Exchange
    role: Role
    view: View
    """The provider under the profile of that moment."""
    previous: Call | None = None
    """The call before of the same method, path, query and body."""
    next: Call | None = None
    """The call after of the same method, path, query and body."""

    @property
    def n(self) -> int:
        """The number of its record."""
        return self.exchange.n

    @property
    def arrived(self) -> Moment:
        """When the request came."""
        return self.exchange.arrived

    @property
    def ended(self) -> Moment:
        """When the answer had been given, or the call had broken off; of one under way when it came."""
        return self.exchange.last_byte or self.exchange.read

    @property
    def status(self) -> int | None:
        """The status of the answer; None: the client got none."""
        answer = self.exchange.answer
        return answer.status if answer is not None and not self.is_lost else None

    @property
    def is_lost(self) -> bool:
        """Whether the client did not get the whole answer."""
        return self.exchange.ending != "complete"

    @property
    def is_under_way(self) -> bool:
        """Whether it had not ended when the transcript was taken."""
        return self.exchange.ending is None

    @cached_property
    def json(self) -> Any:
        """The answer's body, or reading.NOT_JSON; a lost answer has none."""
        answer = self.exchange.answer
        return reading.json_of(answer.body) if answer is not None and not self.is_lost else reading.NOT_JSON

    @cached_property
    def word(self) -> str | None:
        """The status word of the job in an answer 2xx; None: there is none."""
        life = self.view.life
        if life is None or self.status is None or not self.is_success:
            return None
        found = reading.at(self.json, life.fields["status"])
        return found if isinstance(found, str) else None

    @cached_property
    def state(self) -> str | None:
        """The state for which the word stands (queued, running, succeeded, failed ...); None: it is not known."""
        life = self.view.life
        return life.state_of(self.word) if life is not None and self.word is not None else None

    @property
    def is_terminal(self) -> bool:
        """Whether the answer says that the job has ended."""
        life = self.view.life
        return life is not None and self.word is not None and self.word in life.terminal

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        status = self.status
        return status is not None and 200 <= status < 300

    @cached_property
    def is_hidden_refusal(self) -> bool:
        """Whether a body under 2xx says that the call was refused."""
        return self.is_success and any(_refuses(self.json, one) for one in self.view.refusals)

    @property
    def is_accepted(self) -> bool:
        """Whether the call was answered 2xx and not refused in the body."""
        return self.is_success and not self.is_hidden_refusal

    def header(self, name: str) -> str | None:
        """Return a header of the answer that the client got."""
        answer = self.exchange.answer
        return answer.header(name) if answer is not None and self.status is not None else None

    @cached_property
    def body_hint(self) -> float | None:
        """The seconds to wait that the body tells; None: none."""
        found = [reading.number(reading.at(self.json, pointer)) for pointer in self.view.hints]
        return max((one for one in found if one is not None), default=None)


@dataclass(eq=False)
class JobLife:
    """What concerns one job."""

    id: str
    creates: list[Call] = field(default_factory=list)
    polls: list[Call] = field(default_factory=list)
    retrieves: list[Call] = field(default_factory=list)
    files: list[Call] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @cached_property
    def end(self) -> Call | None:
        """The first call whose answer told the client that the job has ended."""
        told = [one for one in (*self.creates, *self.polls) if one.is_terminal]
        return min(told, key=lambda one: one.n, default=None)


@dataclass(frozen=True)
class Index:
    """The calls of a run at its provider, in the order of their records, and the same by what laws ask for."""

    calls: Sequence[Call]
    by_role: Mapping[Role, Sequence[Call]]
    jobs: Mapping[str, JobLife]
    attempts: Sequence[Attempt]

    @property
    def creates(self) -> Sequence[Call]:
        """The calls that make jobs."""
        return self.by_role[Role.CREATE]

    @property
    def polls(self) -> Sequence[Call]:
        """The polls."""
        return self.by_role[Role.POLL]

    @property
    def files(self) -> Sequence[Call]:
        """The calls for the bytes of clips and pictures."""
        return self.by_role[Role.FILE]

    @cached_property
    def repeats(self) -> Sequence[tuple[Call, Call]]:
        """Each call that was sent again, with the next of the same method, path, query and body."""
        return [(one, one.next) for one in self.calls if one.next is not None]

    @classmethod
    def of(cls, run: Run) -> Index:
        """Return the index of a run."""
        calls = [_call(one, run) for one in run.transcript.exchanges if one.provider in (run.provider, None)]
        latest: dict[Key, Call] = {}
        by_role: dict[Role, list[Call]] = {role: [] for role in Role}
        jobs: dict[str, JobLife] = {}
        for call in calls:
            key = _key(call.exchange)
            call.previous = latest.get(key)
            if call.previous is not None:
                call.previous.next = call
            latest[key] = call
            by_role[call.role].append(call)
            _note(call, jobs)
        own = [one for one in run.transcript.attempts if one.job in jobs]
        for attempt in own:
            jobs[attempt.job].attempts.append(attempt)
        return cls(calls, by_role, jobs, own)


def _call(exchange: Exchange, run: Run) -> Call:
    view = run.rules.under(exchange.profile)
    role = view.roles.get(exchange.operation, Role.OTHER) if exchange.operation is not None else Role.OTHER
    return Call(exchange, role, view)


def _key(exchange: Exchange) -> Key:
    request = exchange.request
    body = request.body
    data = b"" if body is None else (body.digest or "").encode() or body.data or b""
    return request.method, request.path, request.query, data


def _note(call: Call, jobs: dict[str, JobLife]) -> None:
    job = call.exchange.job
    if job is None:
        return
    life = jobs.setdefault(job, JobLife(job))
    place = {
        Role.CREATE: life.creates,
        Role.POLL: life.polls,
        Role.RETRIEVE: life.retrieves,
        Role.FILE: life.files,
    }.get(call.role)
    if place is not None:
        place.append(call)


def _refuses(body: Any, where: Mapping[str, Any]) -> bool:
    found = reading.at(body, where["pointer"])
    if found is None:
        return False
    return found not in where["accepted"] if "accepted" in where else found in where["refused"]


def seconds(before: datetime, after: datetime) -> float:
    """Return the seconds between two instants."""
    return (after - before).total_seconds()


def groups(calls: Sequence[Call]) -> Mapping[str, Sequence[Call]]:
    """Return calls by their job, or by path and query where they are about none that the server knows."""
    found: dict[str, list[Call]] = defaultdict(list)
    for one in calls:
        found[one.exchange.job or f"{one.exchange.request.path}?{one.exchange.request.query}"].append(one)
    return found
