"""A sandbox: everything that belongs to one API key. Parallel tests share a server and never meet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from mockserver.domain.chance import Draw, draw
from mockserver.domain.job import Job, end_of
from mockserver.domain.quota import Log
from mockserver.domain.scenario import SUCCESS, Scenario
from mockserver.ports import Clock

ANONYMOUS: Final = "anonymous"
LOTS: Final = 9_400


def digest_of(name: str) -> str:
    """The short digest under which the sandbox of a key is listed; the key itself is never stored."""
    return "sb_" + blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


@dataclass(slots=True)
class Book:
    """The jobs of a sandbox in the order of their submission, and the other names they go by."""

    jobs: dict[str, Job] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Job | None:
        """The job with this id or alias."""
        job = self.jobs.get(name)
        return job if job is not None else self.by_alias(name)

    def by_id(self, name: str) -> Job | None:
        """The job with this id."""
        return self.jobs.get(name)

    def by_alias(self, name: str) -> Job | None:
        """The job with this alias."""
        return self.jobs.get(self.aliases.get(name, ""))

    def add(self, job: Job) -> None:
        """Put a job in, or its later value in the place of the earlier."""
        self.jobs[job.id] = job
        if job.alias:
            self.aliases[job.alias] = job.id

    def drop(self, job: Job) -> None:
        """Forget a job and its names."""
        del self.jobs[job.id]
        self.aliases.pop(job.alias, None)

    def finished(self, now: datetime) -> Iterator[Job]:
        """The jobs whose life is over at `now`, oldest submission first."""
        for job in self.jobs.values():
            end = end_of(job)
            if end is not None and end <= now:
                yield job

    def unfinished(self, now: datetime) -> Iterator[Job]:
        """The jobs whose life is not over at `now`, oldest submission first."""
        for job in self.jobs.values():
            end = end_of(job)
            if end is None or end > now:
                yield job


@dataclass(slots=True)
class Sandbox:
    """What one key owns. `lot` is a number that no other living sandbox of this server has; `limits` says whether rate
    limits refuse, `hold` how long a creation that waits is held (None: what the timing says), `scenario` the fate of
    its jobs and `queue` the fates of the next ones, `files_url` the origin that links point to (None: where the client
    came).
    """

    digest: str
    clock: Clock
    seed: int
    lot: int
    profiles: dict[str, frozenset[str]]
    timing: str
    limits: bool = False
    hold: timedelta | None = None
    scenario: Scenario = SUCCESS
    queue: deque[Scenario] = field(default_factory=deque)
    files_url: str | None = None
    book: Book = field(default_factory=Book)
    submissions: int = 0
    refusals: int = 0
    logs: dict[Hashable, Log] = field(default_factory=dict)

    def next_draw(self) -> Draw:
        """The chance of the next submission."""
        self.submissions += 1
        return draw(self.seed, self.digest, self.submissions, lot=self.lot)

    def refusal_draw(self) -> Draw:
        """The chance of the next answer that needs an id of its own; submissions are not disturbed by it."""
        self.refusals += 1
        return draw(self.seed, self.digest, self.refusals, purpose="answer", lot=self.lot)

    def log(self, name: Hashable) -> Log:
        """The log of admitted calls under a limit's name."""
        found = self.logs.get(name)
        if found is None:
            found = self.logs[name] = Log()
        return found

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has happened in it since it was made or reset."""
        return not (self.submissions or self.refusals or self.logs)

    def forget(self) -> int:
        """Drop all jobs, counters and limits in one step, whatever their number; how many jobs that were."""
        count = len(self.book.jobs)
        self.book, self.logs = Book(), {}
        self.submissions = self.refusals = 0
        return count


MakeClock = Callable[[], Clock]
