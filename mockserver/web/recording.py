"""How an exchange comes into the journal: noted as it goes through, with as little work as can be.

On the way only references and times are kept. A moment later the strip is settled: keys are taken out and the rest is
let go. All that is shown of it is made when the journal is read: see `web.exchanges`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from mockserver.domain import redaction
from mockserver.domain.journal import LONGEST, WEIGHT, Ending, Line
from mockserver.domain.problem import Problem
from mockserver.domain.redaction import MARK, SHORTEST
from mockserver.domain.stretch import Stretch
from mockserver.engine.journal import Journal
from mockserver.engine.sandbox import ANONYMOUS, Sandbox, digest_of
from mockserver.ports import Time
from mockserver.provider.call import Call, ClipBody
from mockserver.provider.keys import KeyRing
from mockserver.provider.table import Operation
from mockserver.web.scrubbing import Came, scrubbed
from mockserver.web.wire import RawHeaders, Scope, Send, Sent, send_bytes

LINE: Final = "mockserver.line"
"""Where the server that runs us says in a scope's `state` which connection it is."""
SETTLE_SECONDS: Final = 1.0
"""After so much real time at most, no key stands in a journal any more."""
AT_ONCE: Final = 64
EVERYTHING: Final = 1 << 62
"""As `unsent`: the client was gone before the first byte."""

_ODD: Final = re.compile(rb"^(?:x-mock-sandbox|proxy-authorization|x-api-key|api-key|referer|cookie): ", re.MULTILINE)
"""A header that a call seldom has, and where a key may stand."""
_PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
_HIDDEN: Final = re.compile(rb"\\u00[2-7]")
"""An escape that may hide a character of a plain key."""
_KEY_NAME: Final = re.compile(rb"(?:^|&)(?:api[_-]?key|key|token|access_token)=", re.IGNORECASE)
_NOBODYS: Final = digest_of(ANONYMOUS)
_lines = b"\n".join
_line = b": ".join


class Film(NamedTuple):
    """What is kept of the texts of an exchange: few objects, because thousands of them are dropped unread.

    `head` and `answer_head` are header lines (`name: value`, joined by line feeds), `path` and `query` as they came;
    `digest` and `answer_digest` those of bodies that are not kept whole. `fewer` is by how many bytes redaction made
    the request shorter, `answer_fewer` the answer.
    """

    path: bytes
    query: bytes
    head: bytes
    body: bytes
    length: int
    digest: str
    fewer: int
    credential: str
    answer_head: bytes
    answer_body: bytes
    answer_length: int
    answer_digest: str
    answer_fewer: int
    job: str
    nth: int
    scenario: str


class Strip:
    """An exchange in the journal. Attributes are set one by one, because that is what costs least.

    `arrived`, `read`, `first` and `last` are monotonic seconds (`first` 0: as `last`); `read_at` is the sandbox's
    instant, `before` and `after` are its clock's stretches at `read` and `last`. `received` are bytes on the wire (0:
    nobody counted), `unsent` bytes of the answer that never left. What follows `fault` is let go when it is settled.
    """

    n: int
    arrived: float
    read: float
    read_at: datetime
    first: float = 0.0
    last: float
    before: Stretch
    after: Stretch
    line: Line | None = None
    received: int = 0
    unsent: int = 0
    status: int = 0
    length: int = 0
    method: str
    scheme: str
    version: str
    provider: str
    operation: Operation | None
    profile: frozenset[str]
    is_file: bool = False
    ending: Ending | None = None
    film: Film | None = None
    size: int = 0
    fault: str = ""
    call: Call | None
    time: Time
    sandbox: Sandbox | None
    keys: KeyRing | None
    key: str | None
    is_owned: bool = False
    path: bytes
    query: bytes
    params: Mapping[str, str]
    head: bytes
    body: bytes
    answer_head: bytes
    answer_body: bytes
    job: str = ""
    problem: Problem | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ending is not None

    def settle(self) -> int:
        """Develop the film, and let go of everything else."""
        self.film = film = developed(self)
        self.sandbox = self.keys = self.key = None
        self.path = self.query = self.head = self.body = self.answer_head = self.answer_body = b""
        self.params = {}
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
        self.last, self.after = self.time.monotonic(), sandbox.clock.stretch
        self.status, self.answer_head, self.answer_body = status, _lines(map(_line, headers)), body
        answer = call.answer
        if answer is not None:
            self.job, self.problem = answer.job, answer.problem
            if type(answer.body) is ClipBody:
                self.is_file, self.length, self.answer_body = True, len(body), b""
        self.call, self.ending = None, ending
        if sandbox.journal.end(len(self.body) + len(self.answer_body)):
            settle_soon(sandbox.journal)


def begun(call: Call, provider: str, scope: Scope, time: Time, arrived: float) -> Strip:
    """Begin the record of a placed call that arrived at this monotonic second."""
    one, sandbox = Strip(), call.sandbox
    one.call, one.sandbox, one.keys, one.key = call, sandbox, call.keys, call.key
    one.provider, one.operation, one.profile, one.time = provider, call.operation, call.profile, time
    one.method, one.scheme, one.version = scope["method"], scope["scheme"], scope["http_version"]
    one.path, one.query, one.params = scope.get("raw_path", b""), scope["query_string"], call.params
    one.head, one.body = _lines(map(_line, scope["headers"])), call.body
    one.arrived, one.read = arrived, time.monotonic()
    one.read_at, one.before = call.now, sandbox.clock.stretch
    if "mockserver.sandbox" in scope:
        one.is_owned = True
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


def developed(strip: Strip) -> Film:
    """The film of a strip, without keys; of one under way without an answer."""
    sandbox = strip.sandbox
    if sandbox is None:
        raise ValueError("a strip is developed once")
    came = _came(strip, sandbox) or scrubbed(strip, sandbox)
    credential = sandbox.digest if strip.key else ""
    if strip.key and (strip.is_owned or came.is_named):
        credential = digest_of(strip.key)
    head, body, digest, fewer = _went(strip, sandbox, came)
    job, nth, scenario = _about(strip, sandbox)
    return Film(
        came.path, came.query, came.head, came.body, len(strip.body), came.digest, came.fewer, credential,
        head, body, strip.length or len(strip.answer_body) if strip.ending else 0, digest, fewer, job, nth, scenario,
    )  # fmt: skip


def _came(strip: Strip, sandbox: Sandbox) -> Came | None:
    """The request without its key: the quick way, where that can only stand as itself; None where it may hide."""
    body, path, query, key = strip.body, strip.path, strip.query, strip.key
    head = strip.head
    if len(body) > LONGEST or _ODD.search(head):
        return None
    at = head.find(b"authorization: ")
    if not key:
        if query or at >= 0 or body.find(b'"key"') >= 0 or _names_a_key(strip.params, sandbox):
            return None
        return Came(path, query, head, body)
    secret = key.encode("utf-8", "surrogatepass")
    if secret.translate(None, _PLAIN) or (body.find(b"\\") >= 0 and _HIDDEN.search(body)):
        return None
    if query and (_KEY_NAME.search(query) or unquote_to_bytes(query).find(secret) >= 0):
        return None
    is_long = len(secret) >= SHORTEST
    if at >= 0:
        head, count = _shown(head, at, secret)
        if not count or (is_long and (head.find(secret) >= 0 or body.find(secret) >= 0)):
            return None
    elif not is_long or body.count(secret) != 1 or head.find(secret) >= 0:
        return None
    else:
        body = body.replace(secret, MARK)
    if (is_long and path.find(secret) >= 0) or (body.find(b'"key"') >= 0 and not redaction.is_marked(body)):
        return None
    return Came(path, query, head, body, "", len(secret) - len(MARK), (secret,) if is_long else ())


def _shown(head: bytes, at: int, secret: bytes) -> tuple[bytes, int]:
    """The header lines without the secret at the end of the one that begins at `at`; 0 where it does not stand there."""
    end = head.find(b"\n", at)
    end = len(head) if end < 0 else end
    if not head.endswith(secret, at, end) or head.find(b"authorization: ", end) >= 0:
        return head, 0
    return head[: end - len(secret)] + MARK + head[end:], 1


def _names_a_key(params: Mapping[str, str], sandbox: Sandbox) -> bool:
    """Whether a parameter of the path is the key of the sandbox."""
    digest = sandbox.digest
    return digest != _NOBODYS and any(len(word) >= SHORTEST and digest_of(word) == digest for word in params.values())


def _went(strip: Strip, sandbox: Sandbox, came: Came) -> tuple[bytes, bytes, str, int]:
    """The answer without the keys that it echoes: head, body, digest, and by how many bytes that is fewer."""
    if not strip.status:
        return b"", b"", "", 0
    head, body, digest = strip.answer_head, strip.answer_body, ""
    if len(body) > LONGEST:
        digest = blake2b(body, digest_size=20).hexdigest()
        body = body[: LONGEST + max(map(len, came.spellings), default=0)]  # the edge must not halve a key
    size = len(head) + len(body)
    for one in came.spellings:
        if body.find(one) >= 0:
            body = body.replace(one, MARK)
        if head.find(one) >= 0:
            head = head.replace(one, MARK)
    strays = sandbox.journal.strays
    if strays:
        head, body = redaction.recognised(head, strays), redaction.recognised(body, strays)
    fewer = size - len(head) - len(body)
    return head, body[:LONGEST] if digest else body, digest, fewer


def _about(strip: Strip, sandbox: Sandbox) -> tuple[str, int, str]:
    """Which job it is about, the how-manieth exchange about it this is, and under which scenario."""
    problem, job = strip.problem, strip.job
    scenario = ""
    if problem is not None:
        scenario = str(problem.detail.get("scenario", ""))
        job = job or _named(strip, sandbox)
    if not job:
        return "", 0, scenario
    found = sandbox.book.jobs.get(job)
    operation = strip.operation.id if strip.operation is not None else ""
    if found is not None:
        fate = found.fate
        if fate is not None and not scenario:
            scenario = fate.name if fate.number is None else f"{fate.name}={fate.number:g}"
        if found.kind == operation:
            return job, 0, scenario
    return job, sandbox.journal.counted(strip.n, job, operation), scenario


def _named(strip: Strip, sandbox: Sandbox) -> str:
    """The job that a refused call names in its path or query."""
    query = (value for _, value in parse_qsl(strip.query.decode("latin-1")))
    for value in (*strip.params.values(), *query):
        job = sandbox.book.find(value)
        if job is not None:
            return job.id
    return ""
