"""Records of exchanges while they are under way, made with as little work as possible.

During a call only references and times are kept. A moment later the record is settled: keys are redacted and the rest
is let go. What people read is made when the journal is read: see `web.journal.read`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sys import intern
from typing import Any, Final

from mockserver.domain.clock_segment import ClockSegment
from mockserver.domain.journal import WEIGHT, Ending, Line
from mockserver.domain.problem import Problem
from mockserver.engine.events import Events, EventType
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Time
from mockserver.provider.call import Call, ClipBody
from mockserver.provider.keys import KeyRing
from mockserver.provider.table import Operation
from mockserver.web.journal.record import RedactedRecord
from mockserver.web.wire import RawHeaders, Scope, Send, Sent

LINE: Final = "mockserver.line"
"""The entry of a scope's `state` in which our server puts the connection (a `domain.journal.Line`)."""
SETTLE_SECONDS: Final = 1.0
"""The most real time after which a journal holds no key any more."""
SETTLE_BATCH: Final = 64
"""How many records are settled in one step of the event loop."""
SHARED_BYTES: Final = 2048
"""The longest body that is compared with earlier ones, so that equal ones are held once."""
EVERYTHING: Final = 1 << 62
"""The value of `unsent` when the client was gone before the first byte."""

_join_lines = b"\n".join
_join_header = b": ".join


class PendingRecord:
    """An exchange in the journal. Its attributes are set one by one, because that is the fastest way.

    From `call` on, everything is let go when the record is settled. Little is held and much of it shared, because
    thousands of records are kept.
    """

    __slots__ = (
        "after", "answer_body", "answer_head", "arrived", "before", "body", "call", "ending", "fault", "first",
        "head", "is_file", "is_owned", "job", "key", "keys", "last", "length", "line", "method", "n", "operation",
        "path", "path_params", "problem", "profile", "provider", "query", "read", "read_at", "received", "recorder",
        "redacted", "sandbox", "scheme", "size", "status", "unsent", "version",
    )  # fmt: skip

    n: int
    """The record's number in its journal."""
    size: int
    """The bytes that it takes in memory, about; 0: it is not settled."""
    recorder: Recorder
    """The recorder that began it."""
    line: Line | None
    """The connection; None where the server tells of none."""
    arrived: float
    """The monotonic second at which the request arrived."""
    read: float
    """The monotonic second at which the whole request was read."""
    read_at: datetime
    """The sandbox's instant at `read`."""
    first: float
    """The monotonic second of the answer's first byte; 0: the same as `last`."""
    last: float
    """The monotonic second of the answer's last byte."""
    before: ClockSegment
    """The segment of the sandbox's clock at `read`."""
    after: ClockSegment
    """The segment of the sandbox's clock at `last`."""
    received: int
    """The request's bytes on the wire; 0: nobody counted them."""
    unsent: int
    """The bytes of the answer that never left."""
    status: int
    """The answer's status; 0: no answer was sent."""
    length: int
    """The bytes of the answer's body where it is a file, else 0."""
    method: str
    """The request's method."""
    scheme: str
    """http or https."""
    version: str
    """The HTTP version of the request, such as 1.1."""
    provider: str
    """The provider's name; empty where no provider has the path."""
    operation: Operation | None
    """The provider's operation; None where no operation has the path and method."""
    profile: frozenset[str]
    """The words of the provider's profile in force."""
    is_file: bool
    """Whether the answer's body is a file, of which no bytes are kept."""
    is_owned: bool
    """Whether the request came through a listener that belongs to one sandbox."""
    problem: Problem | None
    """The reason of a refusal."""
    ending: Ending | None
    """How the exchange ended; None while it is under way."""
    fault: str
    """The word of the fault that the answer met; empty: none."""
    redacted: RedactedRecord | None
    """The texts without keys, once the record is settled."""
    call: Call | None
    """The call, until the exchange ends."""
    sandbox: Sandbox | None
    """The sandbox of the call."""
    keys: KeyRing | None
    """The keys that the server accepts."""
    key: str | None
    """The key that the request carried."""
    path_params: tuple[str, ...]
    """The parameters of the path."""
    path: bytes
    """The path as it came."""
    query: bytes
    """The query as it came."""
    head: bytes
    """The request's header lines, joined by line feeds."""
    body: bytes
    """The request's body."""
    answer_head: bytes
    """The answer's header lines, joined by line feeds."""
    answer_body: bytes
    """The answer's body; empty for a file."""
    job: str
    """The id of the job that the answer is about, where the provider states one."""

    @property
    def is_over(self) -> bool:
        """Whether the exchange has ended."""
        return self.ending is not None

    def settle(self) -> int:
        """Redact the texts and let go of everything else; return about how many bytes the record takes."""
        self.redacted = kept = self.recorder.redact(self)
        self.sandbox = self.keys = self.key = None
        self.path = self.query = self.head = self.body = self.answer_head = self.answer_body = b""
        self.path_params = ()
        return WEIGHT + len(kept.head) + len(kept.body) + len(kept.answer_head) + len(kept.answer_body)

    def end(self, status: int, headers: RawHeaders, body: bytes, ending: Ending = Ending.COMPLETE) -> None:
        """Note the answer that is on its way, or the part of it that was sent before a side broke off.

        Status 0: nothing was sent.
        """
        call, line = self.call, self.line
        if call is None:
            return
        self.sandbox = sandbox = call.sandbox
        if line is not None and (line.is_lost or line.is_clogged):
            if not line.is_lost and ending is Ending.COMPLETE:
                self.first = self.recorder.time.monotonic()
                line.on_flow = partial(self.end, status, headers, body)
                return
            ending = Ending.LEFT if line.is_lost else ending
            self.unsent = line.unsent if line.is_clogged else EVERYTHING
        journal, self.after, self.last = sandbox.journal, sandbox.clock.segment, self.recorder.time.monotonic()
        self.head, self.answer_head = journal.shared(self.head), journal.shared(_join_lines(map(_join_header, headers)))
        self.status, self.answer_body = status, body
        answer = call.answer
        if answer is not None:
            operation = call.operation
            if answer.job or operation is None or operation.owner is None:
                self.job = answer.job
            else:
                self.job = operation.owner(call)
            self.problem = answer.problem
            # A file is told by its ETag; where a fault took that away, its bytes are kept as of any other body.
            if type(answer.body) is ClipBody and (call.fault is None or _has_tag(headers)):
                self.is_file, self.length, self.answer_body = True, len(body), b""
        if call.fault is not None:
            self.fault = call.fault.word
        if 0 < len(self.answer_body) <= SHARED_BYTES:
            self.answer_body = journal.shared(self.answer_body)
        if 0 < len(self.body) <= SHARED_BYTES:
            self.body = journal.shared(self.body)
        self.call, self.ending = None, ending
        if journal.end(len(self.body) + len(self.answer_body)):
            settle_soon(journal)
        if call.engine.events.is_open:
            self._publish(call.engine.events, sandbox)

    def _publish(self, events: Events, sandbox: Sandbox) -> None:
        """Tell that the exchange has ended. What a path names may be a key: only a job that is there is told."""
        job, problem = sandbox.loaded_job(self.job), self.problem
        told = {
            "n": self.n,
            "provider": self.provider,
            "operation": self.operation.id if self.operation is not None else "",
            "method": self.method,
            "status": self.status or None,
            "ending": self.ending.value if self.ending is not None else None,
            "job": job.id if job is not None else None,
            "problem": problem.kind.value if problem is not None else None,
        }
        events.publish(EventType.EXCHANGE_RECORDED, sandbox.digest, sandbox.clock.now(), told)


def _has_tag(headers: RawHeaders) -> bool:
    return any(name.lower() == b"etag" for name, _ in headers)


Redactor = Callable[[PendingRecord], RedactedRecord]
"""Takes the keys out of a record; one under way has no answer yet."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Begins the records of a server's exchanges."""

    time: Time
    """The server's clock; monotonic seconds are read from it."""
    redact: Redactor
    """Called once for each record that has ended and is still in its journal a moment later."""

    def begin(self, call: Call, provider: str, scope: Scope, arrived: float) -> PendingRecord | None:
        """Begin the record of a placed call that arrived at this monotonic second; None: its journal is off."""
        sandbox = call.sandbox
        if not sandbox.journal.is_on:
            return None
        one = PendingRecord()
        one.recorder, one.call, one.sandbox, one.keys, one.key = self, call, sandbox, call.keys, call.key
        one.provider, one.operation, one.profile = provider, call.operation, call.profile
        one.method, one.scheme, one.version = intern(scope["method"]), scope["scheme"], scope["http_version"]
        one.path, one.query = scope.get("raw_path", b""), scope["query_string"]
        one.path_params = tuple(call.params.values()) if call.params else ()
        one.head, one.body = _join_lines(map(_join_header, scope["headers"])), call.body
        one.arrived, one.read, one.first = arrived, self.time.monotonic(), 0.0
        one.read_at, one.before = call.now, sandbox.clock.segment
        one.size = one.received = one.unsent = one.status = one.length = 0
        one.line = one.problem = one.ending = one.redacted = None
        one.is_file, one.is_owned = False, "mockserver.sandbox" in scope
        one.job = one.fault = ""
        state = scope.get("state")
        if state and LINE in state:
            one.line = line = state[LINE]
            one.received, line.accounted = line.received - line.accounted, line.received
        sandbox.journal.begin(one)
        return one


def settle_soon(journal: Journal) -> None:
    """Settle a journal a moment later, a few records at a time, so that no call waits for many."""
    loop = asyncio.get_running_loop()

    def settle() -> None:
        if not journal.settle(SETTLE_BATCH):
            loop.call_soon(settle)

    loop.call_later(SETTLE_SECONDS, settle)


async def send_bytes(send: Send, status: int, headers: RawHeaders, body: bytes) -> RawHeaders:
    """One whole answer; the headers with which it went out, as a middleware may have added some."""
    start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
    sent: RawHeaders = start["headers"]
    return sent


async def send_recorded(send: Send, record: PendingRecord | None, sent: Sent) -> None:
    """Send an answer and end its record, if there is one."""
    if record is None:
        await send_bytes(send, *sent)
        return
    try:
        headers = await send_bytes(send, *sent)
    except BaseException:
        record.end(0, [], b"", Ending.CUT)
        raise
    record.end(sent[0], headers, sent[2])
