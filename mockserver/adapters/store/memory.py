"""The store in memory: the sandboxes themselves are what is kept, so a commit only lets go of the changes.

Sandboxes are bounded in number, and the jobs that they hold together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final, Self

from mockserver.domain.job import AnyJob
from mockserver.engine.changes import JobChange, Reset
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import ID_BLOCKS, Sandbox
from mockserver.engine.store import MakeSandbox, StoreParts

REMEMBERED: Final = 4096


class MemoryStore:
    """The port `Store`. Everything is there at once: no unit of work misses an entry, and none meets a conflict.

    A sandbox that is asked for becomes the one used last; when there are too many, the one idle for longest leaves,
    and all in `on_close` are told its digest.
    """

    is_whole = True

    def __init__(
        self, make: MakeSandbox, *, max_jobs: int, max_sandboxes: int = 1000, declared: Iterable[str] = ()
    ) -> None:
        """Build sandboxes by `make`; `max_jobs` bounds all jobs, `max_sandboxes` the sandboxes.

        `declared` are the digests of the sandboxes that are there from the start.
        """
        self._make = make
        self._known: dict[str, Sandbox] = {}
        self._id_blocks: set[int] = set()
        self._owners: dict[str, str] = {}
        self._serial = 0
        self._last: Sandbox | None = None
        self.on_close: list[Callable[[str], None]] = []
        self.max_jobs = max_jobs
        self.max_sandboxes = min(max_sandboxes, ID_BLOCKS)
        self.jobs = 0
        for digest in declared:
            self.open(digest)

    @classmethod
    def of(cls, parts: StoreParts) -> Self:
        """Return the store of these parts; records are not written, so their forms are not needed."""
        return cls(parts.make, max_jobs=parts.max_jobs, max_sandboxes=parts.max_sandboxes, declared=parts.declared)

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(self._known.values())

    def __len__(self) -> int:
        return len(self._known)

    # ---- the port

    async def load(self, digest: str) -> Sandbox:
        """Return the sandbox under this digest, made when it is new."""
        last = self._last
        return last if last is not None and last.digest == digest else self.open(digest)

    async def find(self, digest: str) -> Sandbox | None:
        """Return the sandbox under this digest, if there is one; this does not count as use."""
        return self._known.get(digest)

    async def fresh(self, sandbox: Sandbox) -> Sandbox:
        """Return the sandbox itself, which is always as it is now."""
        return sandbox

    async def fetch(self, sandbox: Sandbox, table: str, key: Hashable) -> None:
        """Do nothing: all is loaded."""

    async def commit(self, sandbox: Sandbox) -> None:
        """Let go of the changes, which are made already; count the jobs that came and went."""
        for change in sandbox.changes:
            if isinstance(change, JobChange):
                self.jobs += change.before is None
            elif isinstance(change, Reset):
                self.jobs -= len(change.jobs)
        sandbox.changes.clear()

    async def listed(self) -> Sequence[Sandbox]:
        """Return all sandboxes, the one used last at the end."""
        return list(self._known.values())

    async def owner_of(self, name: str) -> str | None:
        """Return the digest of the sandbox that has a job or file of this public name."""
        known = self._known.get(self._owners.get(name, ""))
        if known is not None and known.find_job(name) is not None:
            return known.digest
        for sandbox in self._known.values():
            if sandbox.find_job(name) is not None:
                if len(self._owners) >= REMEMBERED:
                    self._owners.clear()
                self._owners[name] = sandbox.digest
                return sandbox.digest
        return None

    async def close(self, digest: str) -> int:
        """Forget a sandbox and all that it owns; return how many jobs that were."""
        return self._close(digest)

    # ---- what the sandboxes share

    def next_serial(self) -> int:
        """Return the number of the next submission on this server."""
        self._serial += 1
        return self._serial

    def make_room(self) -> bool:
        """Return whether one more job can be kept, after dropping the oldest finished one if the store is full."""
        if self.jobs < self.max_jobs:
            return True
        oldest: tuple[Sandbox, AnyJob] | None = None
        for sandbox in self._known.values():
            job = next(sandbox.finished(sandbox.clock.now()), None)
            if job is not None and (oldest is None or job.serial < oldest[1].serial):
                oldest = (sandbox, job)
        if oldest is None:
            return False
        oldest[0].drop_job(oldest[1])
        self.jobs -= 1
        return True

    # ---- for whoever knows that this is the store

    def open(self, digest: str) -> Sandbox:
        """Return the sandbox under this digest at once, made when it is new."""
        if self._last is not None and self._last.digest == digest:
            return self._last
        found = self._known.pop(digest, None)
        if found is None:
            found = self._make(digest, self._free_id_block(digest))
            found.shared = self
            found.changes.clear()
            self._id_blocks.add(found.id_block)
            while len(self._known) >= self.max_sandboxes:
                self._close(next(iter(self._known)))
        self._known[digest] = self._last = found
        return found

    def journal_of(self, digest: str) -> Journal | None:
        """Return the journal of a sandbox, where there is one and it is on."""
        found = self._known.get(digest)
        return found.journal if found is not None and found.journal.is_on else None

    def _free_id_block(self, digest: str) -> int:
        id_block = int(digest[3:], 16) % ID_BLOCKS
        while id_block in self._id_blocks:
            id_block = (id_block + 1) % ID_BLOCKS
        return id_block

    def _close(self, digest: str) -> int:
        gone = self._known.pop(digest)
        self._id_blocks.discard(gone.id_block)
        count = gone.forget()
        gone.journal.clear()
        self.jobs -= count
        if self._last is gone:
            self._last = None
        for told in self.on_close:
            told(digest)
        return count
