"""All sandboxes of a server, bounded in number, and the bound on the jobs that they hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mockserver.domain.job import Job
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import ID_BLOCKS, Sandbox

REMEMBERED: Final = 4096


class Sandboxes:
    """The registry. `make(digest, id_block)` builds a sandbox; `max_jobs` bounds all jobs, `max_sandboxes` the
    sandboxes.

    A sandbox that is asked for becomes the youngest; when there are too many, the one idle for longest leaves, and
    all in `on_close` are told its digest.
    """

    def __init__(self, make: Callable[[str, int], Sandbox], *, max_jobs: int, max_sandboxes: int = 1000) -> None:
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

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(self._known.values())

    def __len__(self) -> int:
        return len(self._known)

    def get(self, digest: str) -> Sandbox | None:
        """The sandbox under this digest, if there is one; does not count as use."""
        return self._known.get(digest)

    def journal_of(self, digest: str) -> Journal | None:
        """The journal of a sandbox, where there is one and it is on."""
        found = self._known.get(digest)
        return found.journal if found is not None and found.journal.is_on else None

    def open(self, digest: str) -> Sandbox:
        """The sandbox under this digest, made when it is new."""
        if self._last is not None and self._last.digest == digest:
            return self._last
        found = self._known.pop(digest, None)
        if found is None:
            found = self._make(digest, self._free_id_block(digest))
            self._id_blocks.add(found.id_block)
            while len(self._known) >= self.max_sandboxes:
                self.close(next(iter(self._known)))
        self._known[digest] = self._last = found
        return found

    def _free_id_block(self, digest: str) -> int:
        id_block = int(digest[3:], 16) % ID_BLOCKS
        while id_block in self._id_blocks:
            id_block = (id_block + 1) % ID_BLOCKS
        return id_block

    def close(self, digest: str) -> None:
        """Forget a sandbox and all that it owns."""
        gone = self._known.pop(digest)
        self._id_blocks.discard(gone.id_block)
        self.jobs -= gone.forget()
        if self._last is gone:
            self._last = None
        for told in self.on_close:
            told(digest)

    def reset(self, sandbox: Sandbox) -> int:
        """Drop what a sandbox has accumulated, in one step; how many jobs that were."""
        count = sandbox.forget()
        self.jobs -= count
        return count

    def owner_of(self, name: str) -> Sandbox | None:
        """The sandbox of the job or file with this public name, among all."""
        known = self._known.get(self._owners.get(name, ""))
        if known is not None and known.job_store.find(name) is not None:
            return known
        for sandbox in self._known.values():
            if sandbox.job_store.find(name) is not None:
                if len(self._owners) >= REMEMBERED:
                    self._owners.clear()
                self._owners[name] = sandbox.digest
                return sandbox
        return None

    def next_serial(self) -> int:
        """The number of the next submission on this server."""
        self._serial += 1
        return self._serial

    def add(self, sandbox: Sandbox, job: Job) -> None:
        """Keep a new job; the caller made room before."""
        sandbox.job_store.add(job)
        self.jobs += 1

    def make_room(self) -> bool:
        """Whether one more job can be kept, after dropping the oldest finished one if the store is full."""
        if self.jobs < self.max_jobs:
            return True
        oldest: tuple[Sandbox, Job] | None = None
        for sandbox in self._known.values():
            job = next(sandbox.job_store.finished(sandbox.clock.now()), None)
            if job is not None and (oldest is None or job.serial < oldest[1].serial):
                oldest = (sandbox, job)
        if oldest is None:
            return False
        oldest[0].job_store.drop(oldest[1])
        self.jobs -= 1
        return True
