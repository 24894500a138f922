"""The events of a sandbox or of a server from the outside, as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from mockserver.testing.wire import Stream

PATIENCE_SECONDS: Final = 10.0
"""How long to wait for an event, in real time, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or `missed`: events that this reader does not get."""

    id: int
    """Its number on the server; later events have higher ones."""
    type: str
    """What happened: job.created, job.overridden, job.ended, delivery.attempted, exchange.recorded, sandbox.configured,
    sandbox.reset, sandbox.closed; or missed.
    """
    data: dict[str, Any]
    """What more there is to tell; the schema `Event` of the control API's document names the members."""


class EventStream:
    """The events from the moment on at which it is entered, oldest first.

    with sandbox.events() as events:
        ...
        ended = events.next("job.ended")
    """

    def __init__(self, open: Callable[[], Stream], timeout: float) -> None:  # noqa: A002  (it is never called else)
        """`open` begins the answer of the control API; `timeout` bounds each wait, in real seconds."""
        self._open, self._timeout = open, timeout
        self._stream: Stream | None = None
        self._rest = b""

    def __enter__(self) -> Self:
        self._stream = self._open()
        self._block()  # a comment, which says that the server listens for us
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave; the server keeps nothing for us any more."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __iter__(self) -> Iterator[Event]:
        """Yield events until the server ends. Raises TimeoutError when none comes in time, which ends the stream."""
        while (block := self._block()) is not None:
            event = _read(block)
            if event is not None:
                yield event

    def next(self, type: str | None = None) -> Event:  # noqa: A002
        """Return the next event, or the next of a type; those before it are skipped.

        Raises TimeoutError when none comes in time, EOFError when the server ends.
        """
        for event in self:
            if type in (None, event.type):
                return event
        raise EOFError("the server has ended the stream of events")

    def _block(self) -> bytes | None:
        """Return the next lines up to an empty one; None at the end."""
        if self._stream is None:
            raise RuntimeError("the stream of events is not open: use it in a `with`")
        while b"\n\n" not in self._rest:
            part = self._stream.read(self._timeout)
            if not part:
                return None
            self._rest += part
        block, _, self._rest = self._rest.partition(b"\n\n")
        return block


def _read(block: bytes) -> Event | None:
    """Return the event in some lines; None where they are a comment."""
    fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if not line.startswith(b":"))
    if not fields:
        return None
    return Event(int(fields[b"id"]), fields[b"event"].decode(), json.loads(fields[b"data"]))
