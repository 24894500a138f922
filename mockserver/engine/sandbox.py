"""A sandbox: everything that belongs to one API key. Parallel tests share a server and never meet."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from mockserver.domain.chance import Draw, draw
from mockserver.domain.clip import ClipSpec
from mockserver.domain.fault import FaultPoint
from mockserver.domain.job import Job, end_of
from mockserver.domain.quota import Limit, Log
from mockserver.domain.redaction import redact_literal, spellings_of, words_of
from mockserver.domain.scenario import SUCCESS, Scenario
from mockserver.engine.journal import Journal
from mockserver.ports import Clock

ANONYMOUS: Final = "anonymous"
ID_BLOCKS: Final = 9_400
PREFIX: Final = "sk-"
"""Gateways take a key with and without it. So it is no part of a sandbox's name, whoever is shown the key."""
_DIGEST: Final = re.compile(r"sb_[0-9a-f]{12}")


def digest_of(name: str) -> str:
    """The short digest under which the sandbox of a key is listed; the key itself is never stored."""
    bare = name.removeprefix(PREFIX) or name
    return "sb_" + blake2b(bare.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def digest_named(name: str) -> str:
    """The digest that a name means: itself where it has the form of one, else that of the key that it is."""
    return name if is_digest(name) else digest_of(name)


def is_digest(name: str) -> bool:
    """Return whether a name has the form of a sandbox's digest."""
    return _DIGEST.fullmatch(name) is not None


def unkeyed(text: str, digest: str) -> str:
    """A text without the key of the sandbox under this digest, where that stands in it as a word: nobody keeps the
    key, but it is known when it is seen.
    """
    for word in {word for word in words_of(text) if digest_of(word) == digest}:
        raw = text.encode("utf-8", "surrogatepass")
        text = redact_literal(raw, spellings_of(word)).decode("utf-8", "surrogatepass")
    return text


@dataclass(slots=True)
class JobStore:
    """The jobs of a sandbox in the order of their submission, and the other names they go by. `calls` counts those
    about a job that may meet faults by the job's id and their place, creations by the name of their scenario.
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    calls: dict[tuple[str, FaultPoint], int] = field(default_factory=dict)

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

    def counted(self, name: str, place: FaultPoint) -> int:
        """Count a call at a place; return its number, from 1."""
        nth = self.calls[name, place] = self.calls.get((name, place), 0) + 1
        return nth

    def drop(self, job: Job) -> None:
        """Forget a job, its names and its calls."""
        del self.jobs[job.id]
        self.aliases.pop(job.alias, None)
        for place in FaultPoint:
            self.calls.pop((job.id, place), None)

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
    """What one key owns. `id_block` is a number that no other living sandbox of this server has; `limits` says whether
    the documented rate limits refuse, `own_limits` are the tester's own by operation (they always refuse), `tiers` the
    plan of the account by provider (absent: the provider's default), `hold` how long a creation that waits is held
    (None: what the timing says), `scenario` the scenario of its jobs and `queue` the scenarios of the next ones,
    `files_url` the origin that links point to (None: where the client came), `journal` what was received and answered.
    """

    digest: str
    clock: Clock
    seed: int
    id_block: int
    profiles: dict[str, frozenset[str]]
    timing: str
    limits: bool = False
    hold: timedelta | None = None
    scenario: Scenario = SUCCESS
    queue: deque[Scenario] = field(default_factory=deque)
    files_url: str | None = None
    own_limits: Mapping[str, Limit] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    job_store: JobStore = field(default_factory=JobStore)
    submissions: int = 0
    refusals: int = 0
    logs: dict[Hashable, Log] = field(default_factory=dict)
    clip_specs: dict[Hashable, ClipSpec] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)

    def next_scenario(self) -> Scenario:
        """The scenario of the next submission: the next of the queue, else the default."""
        return self.queue.popleft() if self.queue else self.scenario

    def next_draw(self) -> Draw:
        """The chance of the next submission."""
        self.submissions += 1
        return draw(self.seed, self.digest, self.submissions, id_block=self.id_block)

    def refusal_draw(self) -> Draw:
        """The chance of the next answer that needs an id of its own; submissions are not disturbed by it."""
        self.refusals += 1
        return draw(self.seed, self.digest, self.refusals, purpose="answer", id_block=self.id_block)

    def log(self, name: Hashable) -> Log:
        """The log of admitted calls under a limit's name."""
        found = self.logs.get(name)
        if found is None:
            found = self.logs[name] = Log()
        return found

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has happened in it since it was made or reset."""
        return not (self.submissions or self.refusals or self.logs or self.journal.last)

    def forget(self) -> int:
        """Drop all jobs, counters and limits in one step, whatever their number; how many jobs that were."""
        count = len(self.job_store.jobs)
        self.job_store, self.logs, self.clip_specs = JobStore(), {}, {}
        self.submissions = self.refusals = 0
        self.journal.clear()
        return count
