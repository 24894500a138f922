"""What a scenario does to the files of its job, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from mockserver.domain.answer_change import NO_CHANGE, AnswerChange
from mockserver.domain.fault import Fault, FaultPoint, TransportFault

CORS_HEADERS: Final = (
    "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileChange:
    """Changes of a file and of the way in which its host serves it."""

    share: float = 1.0
    """How much of the bytes is there (0 to 1)."""
    content_type: str = ""
    """Another media type; empty: the file's own."""
    lag_seconds: float = 0.0
    """Sandbox seconds from the job's completion until the link works."""
    expires_seconds: float | None = None
    """Sandbox seconds from the job's completion until the link stops working; None: never."""
    expires_fetches: int | None = None
    """After so many fetches the link stops working; None: never."""
    gone_status: int | None = None
    """The status of a link that stopped working (403, 404, 410); None: the provider's own answer."""
    ranges: bool = True
    """Whether Range is honoured; where it is not, the answer is 200 with the whole file, without Accept-Ranges."""
    wrong_part: bool = False
    """Whether Range is answered with another part than was asked for."""
    range_refused: bool = False
    """Whether every Range is answered with 416."""
    accept_ranges: bool = True
    """Whether Accept-Ranges is sent."""
    content_length: bool = True
    """Whether there is a Content-Length; without one the end of the connection ends the body."""
    chunked: bool = False
    """Whether the body comes in chunks, without a Content-Length."""
    etag_changes: bool = False
    """Whether ETag is another at every fetch."""
    cors: bool | None = None
    """Whether other web origins may read the file; None: as its host has it."""
    redirect: int | None = None
    """The status of a redirect (301, 302, 303, 307, 308) by which the file is found; None: there is none."""
    redirect_to: str = "other-origin"
    """Where the redirect leads: a key of `fault_kinds.LOCATIONS`."""
    fetch: int = 0
    """Which fetch of the file this is, where that matters; no member of a scenario."""

    def fault(self, *, is_redirected: bool) -> Fault | None:
        """Return what goes wrong on the way of every answer with the file; None where nothing does."""
        change = NO_CHANGE if self.cors is not False else AnswerChange(remove=CORS_HEADERS)
        if self.redirect is not None and not is_redirected:
            does = TransportFault.REDIRECT
        elif self.chunked:
            does = TransportFault.CHUNKED
        elif not self.content_length:
            does = TransportFault.LENGTH_MISSING
        elif self.cors is False:
            does = TransportFault.ANSWERED
        else:
            return None
        return Fault(FaultPoint.FILE, does, status=self.redirect, location=self.redirect_to, change=change)

    def is_gone(self, age: float, fetch: int) -> bool:
        """Return whether the link has stopped working, `age` seconds after completion, at the `fetch`-th fetch."""
        return (self.expires_seconds is not None and age >= self.expires_seconds) or (
            self.expires_fetches is not None and fetch > self.expires_fetches
        )

    @property
    def counts_fetches(self) -> bool:
        """Whether it matters which fetch an answer is for."""
        return self.expires_fetches is not None or self.etag_changes

    def after(self, fault: Fault | None, fetch: int) -> FileChange:
        """Return the change that a fault of one fetch makes of this one."""
        change = None if fault is None else _BY_FAULT.get(fault.does)
        return replace(self if change is None else change(self), fetch=fetch)


_BY_FAULT: Final[Mapping[object, Callable[[FileChange], FileChange]]] = {
    TransportFault.RANGE_IGNORED: lambda change: replace(change, ranges=False),
    TransportFault.RANGE_WRONG: lambda change: replace(change, wrong_part=True),
    TransportFault.RANGE_REFUSED: lambda change: replace(change, range_refused=True),
    TransportFault.ETAG_CHANGED: lambda change: replace(change, etag_changes=True),
}
"""What a fault of one fetch makes of a change, by what the fault does."""
