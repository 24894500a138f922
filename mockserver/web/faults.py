"""Faults on the way of an answer: late, never, broken off, or something else in its place."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

from mockserver.domain.fault import Fault, TransportFault
from mockserver.domain.journal import Ending, Line
from mockserver.engine.pace import LONGEST_HOLD
from mockserver.provider.call import Call
from mockserver.web.answering import waited
from mockserver.web.journal.pending import LINE, PendingRecord, send_recorded
from mockserver.web.wire import Receive, Scope, Send, Sent

PAGE: Final = (
    b"<!DOCTYPE html>\n<html>\n<head><title>One moment, please</title></head>\n"
    b"<body><h1>One moment, please</h1><p>A proxy answered in the server's place.</p></body>\n</html>\n"
)


async def send_with(fault: Fault, call: Call, scope: Scope, receive: Receive, send: Send, record: PendingRecord | None,
                    sent: Sent) -> None:  # fmt: skip
    """Send an answer as its fault has it, and note it in the call's record, if there is one."""
    does = fault.does
    if does is TransportFault.DELAYED:
        await waited(call, call.now + timedelta(seconds=fault.seconds))
    if does in (TransportFault.HTML, TransportFault.EMPTY):
        sent = _instead(sent, PAGE if does is TransportFault.HTML else b"")
    if does is TransportFault.SILENT:
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_HOLD):
                await _gone(receive)
    if does in _ENDS:
        await _broken_off(scope, receive, send, record, sent if does is TransportFault.CUT else None, fault)
    else:
        await send_recorded(send, record, sent)


_ENDS: Final = frozenset({TransportFault.SILENT, TransportFault.DROPPED, TransportFault.RESET, TransportFault.CUT})


def _instead(sent: Sent, body: bytes) -> Sent:
    """Return the answer with another body, which is HTML."""
    status, headers, _ = sent
    kept = [pair for pair in headers if pair[0] not in (b"content-length", b"content-type")]
    return status, [*kept, (b"content-length", b"%d" % len(body)), (b"content-type", b"text/html")], body


async def _broken_off(
    scope: Scope, receive: Receive, send: Send, record: PendingRecord | None, sent: Sent | None, fault: Fault
) -> None:
    """End the connection: at once, or after a share of the answer's body.

    Where nobody can end it (there is no socket, or a server of somebody else's), an answer without its end must do.
    """
    status, headers, body = sent or (0, [], b"")
    part = body[: int(len(body) * fault.share)]
    if sent is not None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": part, "more_body": True})
    if record is not None:
        record.end(status, headers, part, Ending.CUT)
    line: Line | None = scope.get("state", {}).get(LINE)
    if line is not None and line.end is not None:
        line.end(fault.does is TransportFault.RESET)
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
