"""An answer is sent as its fault has it, and noted so in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.answer_change import NO_CHANGE, AnswerChange, changed_headers, changed_hint
from mockserver.domain.fault import Fault, TransportFault
from mockserver.domain.journal import Ending
from mockserver.engine.pace import LONGEST_HOLD
from mockserver.provider.call import Call, ClipBody
from mockserver.provider.signed_links import signed_file
from mockserver.web.answering import waited
from mockserver.web.fault_effects import EFFECTS, Asked, with_body
from mockserver.web.journal.pending import PendingRecord
from mockserver.web.outgoing import Finish, Outgoing
from mockserver.web.wire import RAW, RawConnection, RawHeaders, Receive, Scope, Send, Sent

OUTLET: Final = "mockserver.outlet"
"""Where a scope holds the `Outlet` below the middleware that adds headers for other web origins."""
NOTHING: Final[Sent] = (0, [], b"")
"""What the journal shows of an answer that never began."""


class Outlet:
    """The way out below a middleware, which can be asked what headers the middleware adds."""

    __slots__ = ("_kept", "send")

    def __init__(self, send: Send) -> None:
        self.send = send
        self._kept: list[MutableMapping[str, Any]] | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Send a message on, or keep it."""
        if self._kept is None:
            await self.send(message)
        else:
            self._kept.append(message)

    async def completed(self, above: Send, status: int, headers: RawHeaders) -> RawHeaders:
        """Return the headers of an answer with those that the middleware adds."""
        kept: list[MutableMapping[str, Any]] = []
        self._kept = kept
        await above({"type": "http.response.start", "status": status, "headers": list(headers)})
        self._kept = None
        return [(bytes(name), bytes(value)) for name, value in kept[0]["headers"]]


def is_closed(call: Call) -> bool:
    """Return whether no other web origin may read the answer: a file at a storage host that nobody asked to open."""
    if not signed_file(call):
        return False
    body = None if call.answer is None else call.answer.body
    return not (isinstance(body, ClipBody) and body.change is not None and body.change.cors is True)


async def send_with(fault: Fault, call: Call, scope: Scope, receive: Receive, send: Send, record: PendingRecord | None,
                    sent: Sent) -> None:  # fmt: skip
    """Send an answer as its fault has it, and note it in the call's record, if there is one."""
    late = fault.change.latency_seconds + (fault.seconds if fault.does is TransportFault.DELAYED else 0)
    if late:
        await waited(call, call.now + timedelta(seconds=late))
    status, headers, body = sent
    outlet: Outlet | None = scope.get(OUTLET)
    if outlet is not None and send is not outlet.send:
        headers, send = await outlet.completed(send, status, headers), outlet.send
    answer = _changed(Outgoing(status, headers, body), fault, call, scope)
    raw: RawConnection | None = scope.get("extensions", {}).get(RAW) or scope.get("state", {}).get(RAW)
    if raw is not None and answer.needs_raw:
        await _send_raw(answer, call, raw, receive, record)
    else:
        await _send(answer, receive, send, record)


def _changed(answer: Outgoing, fault: Fault, call: Call, scope: Scope) -> Outgoing:
    """Return the answer after the effect of its fault, and the changes that the fault carries."""
    if isinstance(fault.does, TransportFault):
        query = scope["query_string"]
        target = (scope.get("raw_path", b"") + (b"?" + query if query else b"")).decode("latin-1")
        answer = EFFECTS[fault.does](answer, fault, Asked(call.base.partition("/~")[0], target, call.is_head))
    return answer if fault.change is NO_CHANGE else _with_change(answer, fault.change, call)


def _with_change(answer: Outgoing, change: AnswerChange, call: Call) -> Outgoing:
    if change.body_hint is not None and answer.body:
        fields = call.judge.fields(call.provider.name, call.profile)
        answer = with_body(answer, changed_hint(answer.body, change.body_hint, fields.hint))
    headers = changed_headers(answer.headers, change, lambda: call.wall)
    return replace(answer, headers=headers, is_raw=answer.is_raw or change.needs_raw)


async def _send_raw(
    answer: Outgoing, call: Call, raw: RawConnection, receive: Receive, record: PendingRecord | None
) -> None:
    """Write an answer byte by byte, end it as it says, and note what was written."""
    head = answer.head(is_last=not raw.is_kept)
    pause, waits = timedelta(seconds=answer.pause_seconds), 0
    raw.write(head)
    for piece in answer.pieces():
        if pause:
            waits += 1
            await waited(call, call.now + waits * pause)
        if raw.is_gone:
            break
        raw.write(piece)
        await raw.drain()
    if answer.finish is Finish.HELD:
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_HOLD):
                await _gone(receive)
    _note(answer, record)
    if answer.finish is Finish.RESET:
        await raw.reset()
    elif answer.finish is Finish.KEPT:
        await raw.keep()
    else:
        await raw.close()


def _note(answer: Outgoing, record: PendingRecord | None) -> None:
    if record is None:
        return
    is_whole = answer.finish is Finish.KEPT
    noted = (answer.status, answer.headers, answer.sent_body) if answer.head_share >= 1 else NOTHING
    record.end(*noted, ending=Ending.COMPLETE if is_whole else Ending.CUT)


async def _send(answer: Outgoing, receive: Receive, send: Send, record: PendingRecord | None) -> None:
    """Send an answer through a server that frames it itself: as far as that can do what the fault asks for."""
    if answer.finish is Finish.HELD:
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_HOLD):
                await _gone(receive)
    try:
        if answer.head_share >= 1:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            is_whole = answer.finish is Finish.KEPT
            await send({"type": "http.response.body", "body": answer.sent_body, "more_body": not is_whole})
    except BaseException:
        if record is not None:
            record.end(*NOTHING, ending=Ending.CUT)
        raise
    _note(answer, record)


async def _gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
