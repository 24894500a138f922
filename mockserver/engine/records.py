"""What a sandbox accumulates entry by entry: jobs, their other names, admitted and counted calls.

A store may load a part of the entries only; a verb that needs another raises NotLoaded.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mockserver.domain.job import AnyJob, end_of
from mockserver.domain.quota import Limit, Log, Standing, admit, stand
from mockserver.engine.changes import Admission, CallCount, CallKey, Change, JobChange, NotLoaded, Table


class Shared(Protocol):
    """What all sandboxes of a store share: the number of the next submission, and the bound on the jobs."""

    @property
    def max_jobs(self) -> int:
        """How many jobs the store holds at most."""
        ...

    def next_serial(self) -> int:
        """Return the number of the next submission in the whole store."""
        ...

    def make_room(self) -> bool:
        """Return whether one more job can be kept, after dropping the oldest finished one if the store is full.

        Raises NotLoaded where a store has to look first.
        """
        ...


@dataclass(slots=True, kw_only=True)
class Records:
    """The entries of a sandbox as a unit of work sees them, and what it changed.

    They are read and changed by the verbs; the dicts are for the store.
    """

    jobs: dict[str, AnyJob] = field(default_factory=dict)
    """The jobs by id, in the order of their submission."""
    aliases: dict[str, str] = field(default_factory=dict)
    """The ids of jobs by their other names."""
    logs: dict[Hashable, Log] = field(default_factory=dict)
    """The admitted calls by the name of a limit."""
    calls: dict[CallKey, int] = field(default_factory=dict)
    """How many calls were counted."""
    shared: Shared | None = None
    """What all sandboxes of the store share; None: this one is alone."""
    loaded: set[tuple[Table, Hashable]] | None = None
    """The entries that the store has loaded, those that are not there included; None: all are loaded."""
    version: int = 0
    """The version of the state that the store has loaded. For the store."""
    changes: list[Change] = field(default_factory=list)
    """What the present unit of work has changed, in order."""
    after: list[Callable[[], None]] = field(default_factory=list)
    """What is to be done once the present unit of work is committed; dropped when it is not."""

    # ---- jobs

    def find_job(self, name: str) -> AnyJob | None:
        """Return the job with this id or alias."""
        job = self.job(name)
        return job if job is not None else self.job_by_alias(name)

    def job(self, name: str) -> AnyJob | None:
        """Return the job with this id."""
        found = self.jobs.get(name)
        if found is None and self.loaded is not None:
            self._need(Table.JOBS, name)
        return found

    def job_by_alias(self, name: str) -> AnyJob | None:
        """Return the job with this alias."""
        found = self.jobs.get(self.aliases.get(name, ""))
        if found is None and self.loaded is not None:
            self._need(Table.JOBS, name)
        return found

    def loaded_job(self, name: str) -> AnyJob | None:
        """Return the job with this id or alias, if it is loaded; for readers outside of units of work."""
        return self.jobs.get(name) or self.jobs.get(self.aliases.get(name, ""))

    def all_jobs(self) -> list[AnyJob]:
        """Return all jobs in the order of their submission."""
        if self.loaded is not None:
            self._need(Table.JOBS, None)
        return list(self.jobs.values())

    def count_jobs(self) -> int:
        """Return how many jobs there are."""
        if self.loaded is not None:
            self._need(Table.JOBS, None)
        return len(self.jobs)

    def unfinished(self, now: datetime) -> Iterator[AnyJob]:
        """Yield the jobs whose life is not over at `now`, oldest submission first."""
        if self.loaded is not None:
            self._need(Table.JOBS, None)
        for job in self.jobs.values():
            end = end_of(job)
            if end is None or end > now:
                yield job

    def finished(self, now: datetime) -> Iterator[AnyJob]:
        """Yield the jobs whose life is over at `now`, oldest submission first."""
        if self.loaded is not None:
            self._need(Table.JOBS, None)
        for job in self.jobs.values():
            end = end_of(job)
            if end is not None and end <= now:
                yield job

    def put_job(self, job: AnyJob) -> None:
        """Keep a new job, or the later value of one that is kept."""
        self.changes.append(JobChange(self.jobs.get(job.id), job))
        self.jobs[job.id] = job
        if job.alias:
            self.aliases[job.alias] = job.id

    def drop_job(self, job: AnyJob) -> None:
        """Forget a job and the calls about it: for a store that makes room, which is part of no unit of work."""
        del self.jobs[job.id]
        self.aliases.pop(job.alias, None)
        for counter in () if job.scenario is None else job.scenario.counters():
            self.calls.pop((job.id, counter), None)

    # ---- limits and faults

    def admit(self, name: Hashable, limit: Limit, now: datetime) -> Standing:
        """Admit a call under a limit if it allows it; return how the key stands afterwards."""
        standing = admit(self.logs.get(name) or self._log(name), limit, now)
        if standing.is_admitted:
            self.changes.append(Admission(name, now))
        return standing

    def stand(self, name: Hashable, limit: Limit, now: datetime) -> Standing:
        """Return how the key stands against a limit, without a call."""
        return stand(self._log(name), limit, now)

    def _log(self, name: Hashable) -> Log:
        found = self.logs.get(name)
        if found is None:
            if self.loaded is not None:
                self._need(Table.LOGS, name)
            found = self.logs[name] = Log()
        return found

    def count_call(self, name: str, counter: str) -> int:
        """Count a call; return its number, from 1."""
        key = (name, counter)
        before = self.calls.get(key)
        if before is None and self.loaded is not None:
            self._need(Table.CALLS, key)
        nth = self.calls[key] = (before or 0) + 1
        self.changes.append(CallCount(key, before, nth))
        return nth

    def _need(self, table: Table, key: Hashable) -> None:
        loaded = self.loaded or set()
        if (table, key) not in loaded and (table, None) not in loaded:
            raise NotLoaded(table, key)
