"""A transport that joins two writes of one moment: an answer's head and its body leave in one piece.

A server hands over the head of an answer and then its body, and each write is a call of the operating system and wakes
the client. The first write of a moment is held back until the second, or until the event loop comes round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

LONG: Final = 65_536
"""From so many bytes on two pieces are handed over as they are: to put them together would copy them."""

Bytes = bytes | bytearray | memoryview


class WriteCoalescing(asyncio.Transport):
    """Over another transport, to which all but the joining is left."""

    def __init__(self, under: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._under, self._soon = under, loop.call_soon
        self._held: Bytes | None = None
        self.get_extra_info = under.get_extra_info  # type: ignore[method-assign]  # the same, called often
        self.is_closing = under.is_closing  # type: ignore[method-assign]

    def write(self, data: Bytes) -> None:
        """Write; the first of a moment waits for the second."""
        held = self._held
        if held is None:
            self._held = data
            self._soon(self.flush)
            return
        self._held = None
        if len(data) < LONG:
            self._under.write(b"".join((held, data)))
        else:
            self._under.writelines((held, data))

    def writelines(self, list_of_data: Iterable[Bytes]) -> None:
        """Write several pieces, after what was held back."""
        self.flush()
        self._under.writelines(list_of_data)

    def flush(self) -> None:
        """Write what was held back."""
        held, self._held = self._held, None
        if held is not None and not self._under.is_closing():
            self._under.write(held)

    def get_write_buffer_size(self) -> int:
        """The bytes that were written and not sent, with those held back."""
        return self._under.get_write_buffer_size() + len(self._held or b"")

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Say from how many unsent bytes on the writer waits."""
        self._under.set_write_buffer_limits(high, low)

    def close(self) -> None:
        """Close once all that was written is sent."""
        self.flush()
        self._under.close()

    def abort(self) -> None:
        """Close at once; what is held back is lost, as what is not yet sent."""
        self._held = None
        self._under.abort()

    def pause_reading(self) -> None:
        """Take no more in."""
        self._under.pause_reading()

    def resume_reading(self) -> None:
        """Take in again."""
        self._under.resume_reading()

    def set_protocol(self, protocol: Any) -> None:
        """Hand the connection over to another protocol."""
        self.flush()
        self._under.set_protocol(protocol)
