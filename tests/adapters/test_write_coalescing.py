"""A transport that joins writes: the bytes are the same, in fewer pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver.adapters.write_coalescing import LONG, WriteCoalescing


class Under(asyncio.Transport):
    """What is written is kept, piece by piece, until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.did: list[str] = []

    def write(self, data: Any) -> None:
        assert not self.did, "a closed transport takes no more"
        self.pieces.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.pieces.extend(map(bytes, list_of_data))

    def is_closing(self) -> bool:
        return bool(self.did)

    def get_write_buffer_size(self) -> int:
        return sum(map(len, self.pieces))

    def close(self) -> None:
        self.did.append("close")

    def abort(self) -> None:
        self.did.append("abort")


def played(*steps: Any) -> Under:
    """Bytes are written, a list of them at once; None lets the loop come round, a text calls a method."""

    async def script() -> Under:
        under = Under()
        joining = WriteCoalescing(under, asyncio.get_running_loop())
        for step in steps:
            if step is None:
                await asyncio.sleep(0)
            elif isinstance(step, str):
                getattr(joining, step)()
            else:
                (joining.writelines if isinstance(step, list) else joining.write)(step)
        await asyncio.sleep(0)
        return under

    return asyncio.run(script())


def test_two_writes_of_one_moment_leave_in_one_piece() -> None:
    assert played(b"head", b"body").pieces == [b"headbody"]
    assert played(b"head", b"body", b"head", b"body").pieces == [b"headbody", b"headbody"]


def test_a_write_by_itself_leaves_when_the_loop_comes_round() -> None:
    assert played(b"head", None, b"body").pieces == [b"head", b"body"]


def test_a_long_body_is_not_copied() -> None:
    body = b"x" * LONG
    assert played(b"head", body).pieces == [b"head", body]


def test_what_is_held_back_leaves_before_a_close_and_not_after_an_abort() -> None:
    assert played(b"head", "close").pieces == [b"head"]
    assert played(b"head", "abort").pieces == []
    assert (played(b"head", "close").did, played(b"head", "abort").did) == (["close"], ["abort"])


def test_what_is_held_back_counts_as_not_sent() -> None:
    async def script() -> None:
        joining = WriteCoalescing(Under(), asyncio.get_running_loop())
        joining.write(b"head")
        assert joining.get_write_buffer_size() == 4
        await asyncio.sleep(0)
        assert joining.get_write_buffer_size() == 4

    asyncio.run(script())


@given(st.lists(st.none() | st.binary(max_size=9) | st.lists(st.binary(max_size=9), max_size=3), max_size=12))
def test_the_bytes_are_the_same_and_in_order(steps: list[Any]) -> None:
    """However writes and turns of the loop follow each other."""
    whole = b"".join(b"".join(one) if isinstance(one, list) else one for one in steps if one is not None)
    assert b"".join(played(*steps).pieces) == whole
