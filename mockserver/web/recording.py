"""How an exchange comes into the journal: noted as it goes through, with as little work as can be.

On the way only references and times are kept. A moment later the strip is settled: keys are taken out and the rest is
let go. All that is shown of it is made when the journal is read: see `web.exchanges`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from sys import intern
from typing import Final

from mockserver.domain.clock_segment import ClockSegment
from mockserver.domain.journal import WEIGHT, Ending, Line
from mockserver.domain.problem import Problem
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import Sandbox
from mockserver.ports import Time
from mockserver.provider.call import Call, ClipBody
from mockserver.provider.keys import KeyRing
from mockserver.provider.table import Operation
from mockserver.web.developing import Film, developed
from mockserver.web.wire import RawHeaders, Scope, Send, Sent, send_bytes

LINE: Final = "mockserver.line"
"""Where the server that runs us says in a scope's `state` which connection it is."""
SETTLE_SECONDS: Final = 1.0
"""After so much real time at most, no key stands in a journal any more."""
AT_ONCE: Final = 64
ALIKE: Final = 2048
"""Bodies of at most so many bytes may be the same again."""
EVERYTHING: Final = 1 << 62
"""As `unsent`: the client was gone before the first byte."""

_lines = b"\n".join
_line = b": ".join


class Strip:
    """An exchange in the journal. Attributes are set one by one, because that is what costs least.

    `arrived`, `read`, `first` and `last` are monotonic seconds (`first` 0: as `last`); `read_at` is the sandbox's
    instant, `before` and `after` are its clock's stretches at `read` and `last`. `received` are bytes on the wire (0:
    nobody counted), `unsent` bytes of the answer that never left. `words` are the parameters of the path. From `call`
    on, all is let go when the strip is settled. Little is held and much of it shared, because thousands are kept.
    """

    __slots__ = (
        "after", "answer_body", "answer_head", "arrived", "before", "body", "call", "ending", "fault", "film", "first",
        "head", "is_file", "is_owned", "job", "key", "keys", "last", "length", "line", "method", "n", "operation",
        "path", "problem", "profile", "provider", "query", "read", "read_at", "received", "sandbox", "scheme", "size",
        "status", "time", "unsent", "version", "words",
    )  # fmt: skip

    n: int
    size: int
    time: Time
    line: Line | None
    arrived: float
    read: float
    read_at: datetime
    first: float
    last: float
    before: ClockSegment
    after: ClockSegment
    received: int
    unsent: int
    status: int
    length: int
    method: str
    scheme: str
    version: str
    provider: str
    operation: Operation | None
    profile: frozenset[str]
    is_file: bool
    is_owned: bool
    problem: Problem | None
    ending: Ending | None
    fault: str
    film: Film | None
    call: Call | None
    sandbox: Sandbox | None
    keys: KeyRing | None
    key: str | None
    words: tuple[str, ...]
    path: bytes
    query: bytes
    head: bytes
    body: bytes
    answer_head: bytes
    answer_body: bytes
    job: str

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ending is not None

    def settle(self) -> int:
        """Develop the film, and let go of everything else."""
        self.film = film = developed(self)
        self.sandbox = self.keys = self.key = None
        self.path = self.query = self.head = self.body = self.answer_head = self.answer_body = b""
        self.words = ()
        return WEIGHT + len(film.head) + len(film.body) + len(film.answer_head) + len(film.answer_body)

    def over(self, status: int, headers: RawHeaders, body: bytes, ending: Ending = Ending.COMPLETE) -> None:
        """The answer is on its way, or what of it was sent before somebody broke off; status 0: nothing was."""
        call, line, sandbox = self.call, self.line, self.sandbox
        if call is None or sandbox is None:
            return
        if line is not None and (line.is_lost or line.is_clogged):
            if not line.is_lost and ending is Ending.COMPLETE:
                self.first = self.time.monotonic()
                line.on_flow = partial(self.over, status, headers, body)
                return
            ending = Ending.LEFT if line.is_lost else ending
            self.unsent = line.unsent if line.is_clogged else EVERYTHING
        journal, self.after, self.last = sandbox.journal, sandbox.clock.segment, self.time.monotonic()
        self.head, self.answer_head = journal.shared(self.head), journal.shared(_lines(map(_line, headers)))
        self.status, self.answer_body = status, body
        answer = call.answer
        if answer is not None:
            operation = call.operation
            if answer.job or operation is None or operation.owner is None:
                self.job = answer.job
            else:
                self.job = operation.owner(call)
            self.problem = answer.problem
            if type(answer.body) is ClipBody:
                self.is_file, self.length, self.answer_body = True, len(body), b""
        if call.fault is not None:
            self.fault = call.fault.word
        if 0 < len(self.answer_body) <= ALIKE:
            self.answer_body = journal.shared(self.answer_body)
        if 0 < len(self.body) <= ALIKE:
            self.body = journal.shared(self.body)
        self.call, self.ending = None, ending
        if journal.end(len(self.body) + len(self.answer_body)):
            settle_soon(journal)


def begun(call: Call, provider: str, scope: Scope, time: Time, arrived: float) -> Strip:
    """Begin the record of a placed call that arrived at this monotonic second."""
    one, sandbox = Strip(), call.sandbox
    one.call, one.sandbox, one.keys, one.key = call, sandbox, call.keys, call.key
    one.provider, one.operation, one.profile, one.time = provider, call.operation, call.profile, time
    one.method, one.scheme, one.version = intern(scope["method"]), scope["scheme"], scope["http_version"]
    one.path, one.query = scope.get("raw_path", b""), scope["query_string"]
    one.words = tuple(call.params.values()) if call.params else ()
    one.head, one.body = _lines(map(_line, scope["headers"])), call.body
    one.arrived, one.read, one.first = arrived, time.monotonic(), 0.0
    one.read_at, one.before = call.now, sandbox.clock.segment
    one.size = one.received = one.unsent = one.status = one.length = 0
    one.line = one.problem = one.ending = one.film = None
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
        if not journal.settle(AT_ONCE):
            loop.call_soon(settle)

    loop.call_later(SETTLE_SECONDS, settle)


async def send_noted(send: Send, strip: Strip | None, sent: Sent) -> None:
    """Send an answer, and note it in the call's record, if there is one."""
    if strip is None:
        await send_bytes(send, *sent)
        return
    try:
        headers = await send_bytes(send, *sent)
    except BaseException:
        strip.over(0, [], b"", Ending.CUT)
        raise
    strip.over(sent[0], headers, sent[2])
