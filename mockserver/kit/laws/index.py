"""The calls of a run as laws look at them: by role, by job, by what was sent; made once, in one pass."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.rules import Rules
from mockserver.kit.laws.view import Role
from mockserver.kit.transcript.model import Attempt, Exchange, Transcript

Key = tuple[str, str, str, bytes]


@dataclass(eq=False)
class JobLife:
    """What concerns one job."""

    id: str
    creates: list[Call] = field(default_factory=list)
    polls: list[Call] = field(default_factory=list)
    retrieves: list[Call] = field(default_factory=list)
    files: list[Call] = field(default_factory=list)
    cancels: list[Call] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    @cached_property
    def last(self) -> int:
        """The number of the last call that follows it; 0: there is none."""
        return max((one.n for row in (self.polls, self.retrieves, self.files) for one in row[-1:]), default=0)

    @cached_property
    def end(self) -> Call | None:
        """The first call whose answer told the client that the job has ended."""
        firsts = [next((one for one in row if one.is_terminal), None) for row in (self.creates, self.polls)]
        return min((one for one in firsts if one is not None), key=lambda one: one.n, default=None)


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

    @cached_property
    def polls_by_job(self) -> Mapping[str, Sequence[Call]]:
        """The polls by their job, or by path and query where they are about none that the server knows."""
        found: dict[str, list[Call]] = defaultdict(list)
        for one in self.polls:
            found[one.job or f"{one.exchange.request.path}?{one.exchange.request.query}"].append(one)
        return found

    @property
    def files(self) -> Sequence[Call]:
        """The calls for the bytes of clips and pictures."""
        return self.by_role[Role.FILE]

    @cached_property
    def failures(self) -> Sequence[Call]:
        """The calls that were lost, refused for the rate or answered 5xx."""
        return [one for one in self.calls if one.is_failure]

    @cached_property
    def refused(self) -> Sequence[Call]:
        """The calls that the client was told to be refused: 4xx, 5xx, or in a body under 2xx."""
        return [one for one in self.calls if one.is_refused]

    @cached_property
    def hinted(self) -> Sequence[Call]:
        """The calls that were refused or led elsewhere, with a Retry-After."""
        return [one for one in self.calls if one.status is not None and one.status >= 300 and one.retry_after]

    @cached_property
    def _by_operation(self) -> Mapping[str | None, Sequence[Call]]:
        found: dict[str | None, list[Call]] = defaultdict(list)
        for one in self.calls:
            found[one.exchange.operation].append(one)
        return found

    def next_of_operation(self, call: Call) -> Call | None:
        """Return the next call of the same operation."""
        same = self._by_operation[call.exchange.operation]
        at = bisect_right(same, call.n, key=lambda one: one.n)
        return same[at] if at < len(same) else None

    def soon_after(self, call: Call, most: int = 100) -> Sequence[Call]:
        """Return the calls whose records come next after that of a call, at most so many."""
        at = bisect_right(self.calls, call.n, key=lambda one: one.n)
        return self.calls[at : at + most]

    @cached_property
    def streaks(self) -> Sequence[Sequence[Call]]:
        """Calls of the same bytes that failed one after the other, in rows of at least one; the next after a row's
        last is `next` of it, and no failure.
        """
        found = []
        for first in self.failures:
            if first.previous is None or not first.previous.is_failure:
                row = [first]
                while row[-1].next is not None and row[-1].next.is_failure:
                    row.append(row[-1].next)
                found.append(row)
        return found

    @cached_property
    def has_success(self) -> bool:
        """Whether the client was told of the success of any job."""
        return any(one.end is not None and one.end.state == "succeeded" for one in self.jobs.values())

    @cached_property
    def api_origin(self) -> tuple[str, str] | None:
        """The origin of the first call that wants a credential."""
        return next((one.origin for one in self.calls if one.exchange.operation in one.view.guarded), None)

    @cached_property
    def repeats(self) -> Sequence[tuple[Call, Call]]:
        """Each call that was sent again, with the next of the same method, path, query and body."""
        return [(one, one.next) for one in self.calls if one.next is not None]

    @classmethod
    def of(cls, transcript: Transcript, rules: Rules) -> Index:
        """Return the index of a run at the provider of the rules."""
        calls = [_call(one, rules) for one in transcript.exchanges if one.provider in (rules.name, None)]
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
        own = [one for one in transcript.attempts if one.job in jobs]
        for attempt in own:
            jobs[attempt.job].attempts.append(attempt)
        return cls(calls, by_role, jobs, own)


def _call(exchange: Exchange, rules: Rules) -> Call:
    view = rules.under(exchange.profile)
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
        Role.CANCEL: life.cancels,
    }.get(call.role)
    if place is not None:
        place.append(call)


def seconds(before: datetime, after: datetime) -> float:
    """Return the seconds between two instants."""
    return (after - before).total_seconds()
