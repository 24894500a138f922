"""How an exchange comes into the journal: noted as it goes through, with as little work as can be.

All that is shown of it is made when the journal is read. Only one thing cannot wait: keys are taken out at once.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from mockserver.domain import redaction
from mockserver.domain.journal import LONGEST, Ending, Exchange, Line
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import ANONYMOUS, digest_of
from mockserver.provider.call import Call, ClipBody
from mockserver.web.wire import RawHeaders, Scope, Send

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from mockserver.domain.problem import Problem
    from mockserver.ports import Time

LINE: Final = "mockserver.line"
"""Where the server that runs us says in a scope's `state` which connection it is."""

SOON_SECONDS: Final = 0.01
"""A request that was read within so much real time after its arrival was read when it arrived."""

_ODD: Final = frozenset({b"x-mock-sandbox", b"proxy-authorization", b"x-api-key", b"api-key", b"referer", b"cookie"})
"""Headers that a call seldom has, and where a key may stand."""
_DIGEST: Final = re.compile(r"sb_[0-9a-f]{12}")
_NOBODYS: Final = digest_of(ANONYMOUS)
_STATUS_LINES: Final = {one.value: len(f"HTTP/1.1 {one.value} {one.phrase}\r\n") for one in HTTPStatus}
_UNKNOWN_LINE: Final = len("HTTP/1.1 299 \r\n")
_CLOSE: Final = len("connection: close\r\n")
_lines = b"\n".join
_line = b": ".join


class Tap:
    """Stands between our answers and the client, and notes what goes out. Whoever sends through it closes it."""

    __slots__ = ("_journal", "_left", "_line", "_parts", "_send", "_spellings", "_time", "call", "exchange")

    def __init__(self, exchange: Exchange, call: Call, send: Send, time: Time, line: Line | None) -> None:
        self.exchange, self.call = exchange, call
        self._send, self._time, self._line = send, time, line
        self._journal: Journal = call.sandbox.journal
        self._spellings: tuple[bytes, ...] = ()
        self._parts: list[bytes] | None = None
        self._left = LONGEST

    async def send(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """Send one whole answer, and close."""
        one = self.exchange
        start = {"type": "http.response.start", "status": status, "headers": headers}
        try:
            one.first = self._time.monotonic()
            await self._send(start)
            self._head(status, start["headers"])
            await self._send({"type": "http.response.body", "body": body})
            self._whole(body)
        finally:
            if one.ending is None:
                self.close()

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Send one message."""
        if message["type"] == "http.response.start":
            self.exchange.first = self._time.monotonic()
            await self._send(message)
            self._head(message["status"], message["headers"])
            return
        body: bytes = message.get("body", b"")
        await self._send(message)
        if message.get("more_body") or self._parts is not None:
            self._part(body, is_last=not message.get("more_body"))
        else:
            self._whole(body)

    def _head(self, status: int, headers: RawHeaders) -> None:
        """The headers are on their way; a middleware between us and the socket may have added some."""
        one = self.exchange
        one.status = status
        one.answer_head = head = _lines(map(_line, headers))
        one.sent = len(head) + len(headers) + 3 + _STATUS_LINES.get(status, _UNKNOWN_LINE)
        if self._line is not None and b"close" in self.call.headers.get(b"connection", b"").lower():
            one.sent += _CLOSE

    def _part(self, body: bytes, *, is_last: bool) -> None:
        """One of several parts of a body."""
        one = self.exchange
        if self._parts is None:
            self._parts = []
            one.first_at = self.call.sandbox.clock.now()
        if is_last:
            rest, self._parts = b"".join(self._parts), None
            one.sent -= one.answer_length
            self._whole(rest + body[: self._left], one.answer_length + len(body))
            return
        kept = body[: self._left]
        self._left -= len(kept)
        self._parts.append(kept)
        one.answer_length += len(body)
        one.sent += len(body)

    def _whole(self, body: bytes, length: int | None = None) -> None:
        """The last byte of an answer is on its way."""
        one = self.exchange
        one.answer_length = size = len(body) if length is None else length
        one.sent += size
        answer = self.call.answer
        if answer is not None and isinstance(answer.body, ClipBody):
            one.is_file = True
        else:
            if size > LONGEST:
                body = self._cut(body, size)
            one.answer_body = body
        if self._line is not None and self._line.is_clogged:
            self._line.on_flow = partial(self._over, Ending.COMPLETE)
        else:
            self._over(Ending.COMPLETE)

    def _cut(self, body: bytes, size: int) -> bytes:
        """The first bytes of a long text; the length and, where all of it is at hand, the digest tell of the rest."""
        if len(body) == size:
            self.exchange.answer_digest = blake2b(body, digest_size=20).hexdigest()
        # Beyond the edge lies at most one key, which would else be halved by it.
        reach = LONGEST + max(map(len, self._spellings), default=0)
        return redaction.replaced(body[:reach], self._spellings)[:LONGEST]

    def close(self, ending: Ending = Ending.CUT) -> None:
        """Nothing more will be sent. What is under way until the client has read it ends by itself."""
        if self.exchange.ending is None and (self._line is None or self._line.on_flow is None):
            if self._parts is not None:
                self.exchange.answer_body = b"".join(self._parts)
            self._over(ending)

    def _over(self, ending: Ending) -> None:
        one, line = self.exchange, self._line
        if line is not None and line.is_lost:
            ending = Ending.LEFT
            one.sent = max(one.sent - line.unsent, 0) if line.is_clogged else 0
        one.ending = ending
        one.last = self._time.monotonic()
        one.last_at = self.call.sandbox.clock.now()
        self._told()
        spellings = self._spellings
        for spelling in spellings:
            if spelling in one.answer_head:
                one.answer_head = one.answer_head.replace(spelling, redaction.MARK)
            if spelling in one.answer_body:
                one.answer_body = one.answer_body.replace(spelling, redaction.MARK)
        if self._journal.strays:
            one.answer_head = redaction.recognised(one.answer_head, self._journal.strays)
            one.answer_body = redaction.recognised(one.answer_body, self._journal.strays)
        self._journal.end(one)

    def _told(self) -> None:
        """What the answer was about."""
        one, call = self.exchange, self.call
        answer = call.answer
        if answer is None:
            return
        job = answer.job
        if answer.problem is not None:
            self._refused(answer.problem)
            job = job or _named(call)
        if job:
            one.job = job
            found = call.sandbox.book.jobs.get(job)
            if found is not None:
                if one.scenario is None:
                    one.scenario = found.fate
                if found.kind == one.operation:
                    return
            one.nth = self._journal.counted(job, one.operation)

    def _refused(self, problem: Problem) -> None:
        self.exchange.problem = problem.kind.value
        scenario = problem.detail.get("scenario")
        if isinstance(scenario, str):
            self.exchange.scenario = scenario

    def keep(self, scope: Scope) -> None:
        """Keep what came, without its keys."""
        one, call = self.exchange, self.call
        headers, body = call.headers, call.body
        head = _lines(map(_line, scope["headers"]))
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope["query_string"]
        if self._line is None or not one.received:  # none, or a request that came in one piece with the one before
            texts = len(one.method) + len(path) + len(query) + len(head) + len(body)
            one.received = texts + len(scope["headers"]) + (16 if query else 15)
        if call.key and (b"x-mock-sandbox" in headers or "mockserver.sandbox" in scope):
            one.credential = digest_of(call.key)
        secret = (call.key or "").encode("utf-8", "surrogatepass")
        if query or b"\\" in body or not _ODD.isdisjoint(headers) or not redaction.is_plain(secret):
            self._scrub(head, path, query)
            return
        shown = headers.get(b"authorization")
        if secret:
            if shown is not None:
                if not shown.endswith(secret):
                    self._scrub(head, path, query)
                    return
                head = head.replace(b": " + shown, b": " + shown[: -len(secret)] + redaction.MARK)
            if len(secret) >= redaction.SHORTEST:
                self._spellings = (secret,)
                if secret in head:
                    head = head.replace(secret, redaction.MARK)
                if secret in path:
                    path = path.replace(secret, redaction.MARK)
                if secret in body:
                    if body.count(secret) > 1 or shown is not None:
                        self._journal.stray(redaction.prints(self._spellings))
                    body = body.replace(secret, redaction.MARK)
        elif shown is not None or any(map(self._is_its_key, call.params.values())):
            self._scrub(head, path, query)
            return
        if b'"key"' in body and not redaction.is_marked(body):
            self._scrub(head, path, query)
            return
        one.head, one.path, one.query = head, path, query
        one.body = body if len(body) <= LONGEST else self._long(body)

    def _is_its_key(self, word: str) -> bool:
        return len(word) >= redaction.SHORTEST and digest_of(word) == self.call.sandbox.digest

    def _scrub(self, head: bytes, path: bytes, query: bytes) -> None:
        """The slow way: look into every place, under every spelling."""
        one, call = self.exchange, self.call
        known = _known(call, head, path, query)
        self._spellings = spellings = tuple(form for key in known for form in redaction.forms(key))
        lines = [line.partition(b": ") for line in head.split(b"\n")]
        is_key = known.__contains__
        one.head = _lines(
            name + colon + redaction.header_value(name, redaction.unhidden(value, spellings), is_key)
            for name, colon, value in lines
        )
        one.path, one.query = redaction.unhidden(path, spellings), redaction.query(query, is_key, spellings)
        reach = LONGEST + 2 * max(map(len, spellings), default=0)
        body = redaction.fields(redaction.unhidden(call.body[:reach], spellings), is_key)
        if body.count(redaction.MARK) > (b'"key"' in body):
            self._journal.stray(redaction.prints(spellings))
        one.body = body if len(call.body) <= LONGEST else self._long(body)

    def _long(self, body: bytes) -> bytes:
        self.exchange.digest = blake2b(self.call.body, digest_size=20).hexdigest()
        return body[:LONGEST]


def begun(call: Call, provider: str, scope: Scope, send: Send, time: Time, arrived: float) -> Tap:
    """Begin the record of a placed call that arrived at this monotonic second; what is sent through the tap is noted."""
    one, sandbox, clock = Exchange(), call.sandbox, call.sandbox.clock
    one.sent = one.status = one.answer_length = one.nth = 0
    one.digest = one.answer_digest = one.problem = one.job = one.fault = ""
    one.answer_head = one.answer_body = b""
    one.is_file = False
    one.ending = one.first_at = one.last_at = one.scenario = None
    one.arrived, one.read = arrived, time.monotonic()
    one.arrived_at = one.read_at = call.now
    if one.read - arrived > SOON_SECONDS and not clock.is_frozen:
        # Whose clock counts is known only now: the arrival is reckoned back.
        one.arrived_at = call.now - timedelta(seconds=(one.read - arrived) * clock.rate)
    one.scheme, one.version, one.method = scope["scheme"], scope["http_version"], call.method
    one.provider, one.profile = provider, call.profile
    operation = call.operation
    one.operation, one.is_judged = (operation.id, operation.has_body) if operation is not None else ("", False)
    one.length = len(call.body)
    one.credential = sandbox.digest if call.key else ""
    state = scope.get("state")
    line: Line | None = state.get(LINE) if state is not None else None
    if line is None:
        one.connection = 0
    else:
        one.connection = line.number
        one.received, line.accounted = line.received - line.accounted, line.received
    tap = Tap(one, call, send, time, line)
    tap.keep(scope)
    call.exchange = one
    sandbox.journal.begin(one)
    return tap


def _named(call: Call) -> str:
    """The job that a refused call names in its path or query."""
    for value in (*call.params.values(), *call.query.values()):
        job = call.sandbox.book.find(value)
        if job is not None:
            return job.id
    return ""


def _known(call: Call, head: bytes, path: bytes, query: bytes) -> set[str]:
    """The keys of a call: its own, the name of its sandbox, and any word elsewhere that is the key of its sandbox."""
    digest = call.sandbox.digest
    found = {call.key} if call.key else set()
    named = call.header("x-mock-sandbox")
    if named and not _DIGEST.fullmatch(named):
        found.add(named)
    places = b" ".join((path, query, head)).decode("latin-1")
    if digest != _NOBODYS:
        words = (*call.params.values(), *call.query.values(), *redaction.tokens(places))
        found.update(word for word in words if digest_of(word) == digest)
    if call.keys.grants is not None:
        found.update(key for key in call.keys.grants if len(key) >= redaction.SHORTEST and key in places)
    return found
