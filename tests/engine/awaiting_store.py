"""A store that waits, for tests: records in JSON, loaded entry by entry, with a conflict now and then.

It is what an adapter to another process would be: nothing of a sandbox is shared between two units of work but its
clock and its journal, which belong to the process.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from mockserver.domain.job import AnyJob, end_of
from mockserver.domain.job_record import job_from_json, job_to_json
from mockserver.domain.quota import Log
from mockserver.engine.changes import Admission, CallCount, JobChange, NotLoaded, Reset, Table
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import ID_BLOCKS, Sandbox
from mockserver.engine.sandbox_record import limit_from_json, limit_to_json, restore_sandbox, sandbox_to_json
from mockserver.engine.store import StoreParts
from mockserver.ports import Clock, Conflict


@dataclass
class Row:
    """A sandbox as it is kept."""

    record: bytes
    clock: Clock
    journal: Journal
    version: int = 1
    jobs: dict[str, bytes] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    logs: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)


class Room:
    """What the sandboxes share, as one unit of work sees it."""

    def __init__(self, store: AwaitingStore) -> None:
        self._store = store
        self.has_room: bool | None = None

    @property
    def max_jobs(self) -> int:
        return self._store.parts.max_jobs

    def next_serial(self) -> int:
        return next(self._store.serials)

    def make_room(self) -> bool:
        if self.has_room is None:
            raise NotLoaded(Table.ROOM, None)
        return self.has_room


class AwaitingStore:
    """The port `Store`; `conflicts` says of each commit in turn whether somebody else came first."""

    is_whole = False

    def __init__(self, parts: StoreParts, conflicts: Iterator[bool]) -> None:
        self.parts, self.conflicts = parts, conflicts
        self.rows: dict[str, Row] = {}
        self.serials = count(1)
        self.on_close: list[Callable[[str], None]] = []
        self.fetched: list[tuple[str, Hashable]] = []
        self.refused = 0
        for digest in parts.declared:
            self._new(digest)

    @property
    def jobs(self) -> int:
        return sum(len(row.jobs) for row in self.rows.values())

    # ---- the port

    async def load(self, digest: str) -> Sandbox:
        await asyncio.sleep(0)
        row = self.rows.pop(digest, None)
        if row is None:
            while len(self.rows) >= self.parts.max_sandboxes:
                self._close(next(iter(self.rows)))
            row = self._new(digest)
        self.rows[digest] = row
        return self._view(digest, row)

    async def find(self, digest: str) -> Sandbox | None:
        await asyncio.sleep(0)
        row = self.rows.get(digest)
        return None if row is None else self._view(digest, row)

    async def fresh(self, sandbox: Sandbox) -> Sandbox:
        return await self.find(sandbox.digest) or await self.load(sandbox.digest)

    async def fetch(self, sandbox: Sandbox, table: str, key: Hashable) -> None:
        await asyncio.sleep(0)
        self.fetched.append((table, key))
        row = self.rows.get(sandbox.digest, None) or self._new(sandbox.digest)
        if table == "room":
            assert isinstance(sandbox.shared, Room)
            sandbox.shared.has_room = self._make_room()
            return
        assert sandbox.loaded is not None
        sandbox.loaded.add((Table(table), key))
        getattr(self, f"_fetch_{table}")(sandbox, row, key)

    async def commit(self, sandbox: Sandbox) -> None:
        if not sandbox.changes:
            return
        await asyncio.sleep(0)
        row = self.rows.get(sandbox.digest)
        adds = sum(isinstance(one, JobChange) and one.before is None for one in sandbox.changes)
        is_full = adds and self.jobs + adds > self.parts.max_jobs
        if next(self.conflicts, False) or row is None or row.version != sandbox.version or is_full:
            self.refused += 1
            raise Conflict(sandbox.digest)
        for change in sandbox.changes:
            self._write(sandbox, row, change)
        row.record = self._record(sandbox)
        row.version += 1
        sandbox.version = row.version
        sandbox.changes.clear()

    async def listed(self) -> list[Sandbox]:
        await asyncio.sleep(0)
        return [self._view(digest, row) for digest, row in self.rows.items()]

    async def owner_of(self, name: str) -> str | None:
        await asyncio.sleep(0)
        return next((digest for digest, row in self.rows.items() if name in row.jobs or name in row.aliases), None)

    async def close(self, digest: str) -> int:
        await asyncio.sleep(0)
        return self._close(digest)

    def journal_of(self, digest: str) -> Journal | None:
        row = self.rows.get(digest)
        return row.journal if row is not None and row.journal.is_on else None

    # ---- records

    def _new(self, digest: str) -> Row:
        taken = {json.loads(row.record)["id_block"] for row in self.rows.values()}
        id_block = int(digest[3:], 16) % ID_BLOCKS
        while id_block in taken:
            id_block = (id_block + 1) % ID_BLOCKS
        made = self.parts.make(digest, id_block)
        row = self.rows[digest] = Row(self._record(made), made.clock, made.journal)
        return row

    def _close(self, digest: str) -> int:
        row = self.rows.pop(digest)
        row.journal.clear()
        for told in self.on_close:
            told(digest)
        return len(row.jobs)

    def _view(self, digest: str, row: Row) -> Sandbox:
        data = json.loads(row.record)
        made = restore_sandbox(self.parts.make(digest, data["id_block"]), data, self.parts.scenarios, self.parts.epoch)
        assert made.clock.state.is_frozen == row.clock.state.is_frozen
        made.clock, made.journal, made.loaded, made.version = row.clock, row.journal, set(), row.version
        made.shared = Room(self)
        made.changes.clear()
        return made

    def _record(self, sandbox: Sandbox) -> bytes:
        return json.dumps(sandbox_to_json(sandbox, self.parts.scenarios, self.parts.epoch)).encode()

    def _job(self, record: bytes) -> AnyJob:
        return job_from_json(json.loads(record), self.parts.requests, self.parts.scenarios)

    def _write(self, sandbox: Sandbox, row: Row, change: Any) -> None:
        if isinstance(change, Reset):
            row.jobs, row.aliases, row.logs, row.calls = {}, {}, {}, {}
        elif isinstance(change, JobChange):
            job = change.after
            row.jobs[job.id] = json.dumps(job_to_json(job, self.parts.requests, self.parts.scenarios)).encode()
            if job.alias:
                row.aliases[job.alias] = job.id
        elif isinstance(change, Admission) and change.name in sandbox.logs:
            row.logs[_text(change.name)] = [at.isoformat() for at in sandbox.logs[change.name].admitted]
        elif isinstance(change, CallCount):
            row.calls[_text(change.key)] = change.after

    def _make_room(self) -> bool:
        if self.jobs < self.parts.max_jobs:
            return True
        finished = []
        for row in self.rows.values():
            for job in map(self._job, row.jobs.values()):
                end = end_of(job)
                if end is not None and end <= row.clock.now():
                    finished.append((job.serial, row, job))
        if not finished:
            return False
        _, row, job = min(finished, key=lambda one: one[0])
        del row.jobs[job.id]
        row.aliases.pop(job.alias, None)
        row.calls = {name: n for name, n in row.calls.items() if json.loads(name)[0] != job.id}
        row.version += 1
        return True

    # ---- loading

    def _fetch_jobs(self, sandbox: Sandbox, row: Row, key: Hashable) -> None:
        ids = list(row.jobs) if key is None else [row.aliases.get(str(key), str(key))]
        found = {name: self._job(row.jobs[name]) for name in ids if name in row.jobs}
        # All in the order of their submission, those that were loaded one by one included.
        sandbox.jobs = found if key is None else {**sandbox.jobs, **found}
        sandbox.aliases.update({job.alias: job.id for job in found.values() if job.alias})

    def _fetch_logs(self, sandbox: Sandbox, row: Row, key: Hashable) -> None:
        for name, instants in row.logs.items():
            if key is None or limit_from_json(json.loads(name)) == key:
                log = sandbox.logs[limit_from_json(json.loads(name))] = Log()
                log.admitted.extend(map(datetime.fromisoformat, instants))

    def _fetch_calls(self, sandbox: Sandbox, row: Row, _key: Hashable) -> None:
        for text, n in row.calls.items():
            name, counter = json.loads(text)
            sandbox.calls[name, counter] = n


def _text(name: Hashable) -> str:
    return json.dumps(limit_to_json(name))
