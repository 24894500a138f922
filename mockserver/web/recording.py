"""How an exchange comes into the journal: noted as it goes through, with as little work as can be.

On the way only references and times are kept. A moment later the strip is settled: keys are taken out and the rest is
let go. All that is shown of it is made when the journal is read: see `web.exchanges`.
"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver.domain import redaction
from mockserver.domain.journal import LONGEST, WEIGHT, Ending, Line
from mockserver.domain.redaction import MARK, SHORTEST
from mockserver.domain.scenario import Scenario
from mockserver.domain.stretch import Stretch
from mockserver.engine.sandbox import ANONYMOUS, digest_of
from mockserver.ports import Time
from mockserver.provider.call import Call, ClipBody
from mockserver.provider.table import Operation
from mockserver.web.scrubbing import Came, scrubbed
from mockserver.web.wire import RawHeaders, Scope, Send, Sent, send_bytes

LINE: Final = "mockserver.line"
"""Where the server that runs us says in a scope's `state` which connection it is."""
SETTLE_SECONDS: Final = 0.25
"""After so much real time at most, no key stands in a journal any more."""
EVERYTHING: Final = 1 << 62
"""As `unsent`: the client was gone before the first byte."""

_ODD: Final = frozenset({b"x-mock-sandbox", b"proxy-authorization", b"x-api-key", b"api-key", b"referer", b"cookie"})
"""Headers that a call seldom has, and where a key may stand."""
_PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
_HIDDEN: Final = re.compile(rb"\\u00[2-7]")
"""An escape that may hide a character of a plain key."""
_KEY_NAME: Final = re.compile(rb"(?:^|&)(?:api[_-]?key|key|token|access_token)=", re.IGNORECASE)
_NOBODYS: Final = digest_of(ANONYMOUS)
_lines = b"\n".join
_line = b": ".join


class Film(NamedTuple):
    """What is kept of an exchange: few objects, because thousands of them are dropped unread.

    `head` and `answer_head` are header lines (`name: value`, joined by line feeds), `path` and `query` as they came;
    `digest` and `answer_digest` those of bodies that are not kept whole. `fewer` is by how many bytes redaction made
    the request shorter, `answer_fewer` the answer.
    """

    method: str
    scheme: str
    version: str
    path: bytes
    query: bytes
    head: bytes
    body: bytes
    length: int
    digest: str
    fewer: int
    credential: str
    provider: str
    operation: Operation | None
    profile: frozenset[str]
    answer_head: bytes
    answer_body: bytes
    answer_length: int
    answer_digest: str
    answer_fewer: int
    is_file: bool
    problem: str
    job: str
    nth: int
    scenario: Scenario | str | None


class Strip:
    """An exchange in the journal. Attributes are set one by one, because that is what costs least.

    `arrived`, `read`, `first` and `last` are monotonic seconds (`first` 0: as `last`); `read_at` is the sandbox's
    instant, `before` and `after` are its clock's stretches at `read` and `last`. `received` are bytes on the wire (0:
    nobody counted), `unsent` bytes of the answer that never left. Whoever misleads a client on purpose says so in
    `fault`, and calls `over` with what was sent.
    """

    __slots__ = (
        "after", "arrived", "before", "body", "call", "ending", "epoch", "fault", "film", "first", "headers", "last",
        "line", "n", "provider", "read", "read_at", "received", "scope", "size", "status", "time", "unsent",
    )  # fmt: skip

    n: int
    epoch: int
    size: int
    time: Time
    provider: str
    scope: Scope | None
    call: Call | None
    film: Film | None
    line: Line | None
    arrived: float
    read: float
    read_at: datetime
    first: float
    last: float
    before: Stretch
    after: Stretch
    received: int
    unsent: int
    status: int
    headers: RawHeaders
    body: bytes
    ending: Ending | None
    fault: str

    def over(self, status: int, headers: RawHeaders, body: bytes, ending: Ending = Ending.COMPLETE) -> None:
        """The answer is on its way, or what of it was sent before somebody broke off; status 0: nothing was."""
        call, line = self.call, self.line
        if call is None:
            return
        if line is not None and (line.is_lost or line.is_clogged):
            if not line.is_lost and ending is Ending.COMPLETE:
                self.first = self.time.monotonic()
                line.on_flow = partial(self.over, status, headers, body)
                return
            ending = Ending.LEFT if line.is_lost else ending
            self.unsent = line.unsent if line.is_clogged else EVERYTHING
        sandbox = call.sandbox
        self.last, self.after = self.time.monotonic(), sandbox.clock.stretch
        self.status, self.headers, self.body = status, headers, body
        self.ending = ending
        journal = sandbox.journal
        if journal.end(self):
            asyncio.get_running_loop().call_later(SETTLE_SECONDS, journal.settle)
        if len(call.body) > LONGEST or len(body) > LONGEST:
            journal.settle()

    def settle(self) -> int:
        """Develop the film, and let go of everything else."""
        self.film = film = developed(self)
        self.call = self.scope = None
        self.headers, self.body = [], b""
        return WEIGHT + len(film.head) + len(film.body) + len(film.answer_head) + len(film.answer_body)


def begun(call: Call, provider: str, scope: Scope, time: Time, arrived: float) -> Strip:
    """Begin the record of a placed call that arrived at this monotonic second."""
    one, sandbox = Strip(), call.sandbox
    one.call, one.provider, one.scope, one.time = call, provider, scope, time
    one.arrived, one.read, one.first = arrived, time.monotonic(), 0.0
    one.read_at, one.before = call.now, sandbox.clock.stretch
    one.film = one.ending = one.line = None
    one.received = one.unsent = one.status = 0
    one.fault = ""
    state = scope.get("state")
    if state and LINE in state:
        one.line = line = state[LINE]
        one.received, line.accounted = line.received - line.accounted, line.received
    sandbox.journal.begin(one)
    return one


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
    """The film of a strip that still has its call, without keys; of one under way without an answer."""
    call, scope = strip.call, strip.scope
    if strip.film is not None or call is None or scope is None:
        raise ValueError("a strip is developed once")
    came = _came(call, scope) or scrubbed(call, scope)
    credential = call.sandbox.digest if call.key else ""
    if credential and ("mockserver.sandbox" in scope or b"x-mock-sandbox" in call.headers):
        credential = digest_of(call.key or "")
    head, body, digest, fewer, is_file = _went(strip, call, came)
    problem, job, nth, scenario = _about(strip, call)
    return Film(
        scope["method"], scope["scheme"], scope["http_version"], came.path, came.query, came.head, came.body,
        len(call.body), came.digest, came.fewer, credential, strip.provider, call.operation, call.profile,
        head, body, len(strip.body) if strip.ending else 0, digest, fewer, is_file, problem, job, nth, scenario,
    )  # fmt: skip


def _came(call: Call, scope: Scope) -> Came | None:
    """The request without its key: the quick way, where that can only stand as itself; None where it may hide."""
    headers, body, raw = call.headers, call.body, scope["headers"]
    path, query = scope.get("raw_path", b""), scope["query_string"]
    if not _ODD.isdisjoint(headers) or len(body) > LONGEST:
        return None
    key, head = call.key, _lines(map(_line, raw))
    if not key:
        if query or b"authorization" in headers or body.find(b'"key"') >= 0 or _names_a_key(call):
            return None
        return Came(head, path, query, body)
    secret = key.encode("utf-8", "surrogatepass")
    if secret.translate(None, _PLAIN) or (body.find(b"\\") >= 0 and _HIDDEN.search(body)):
        return None
    if query and (_KEY_NAME.search(query) or unquote_to_bytes(query).find(secret) >= 0):
        return None
    shown = headers.get(b"authorization")
    is_long = len(secret) >= SHORTEST
    if shown is not None:
        if not shown.endswith(secret) or (is_long and (head.count(secret) != 1 or body.find(secret) >= 0)):
            return None
        head = head.replace(b": " + shown, b": " + shown[: -len(secret)] + MARK)
    elif not is_long or body.count(secret) != 1 or head.find(secret) >= 0:
        return None
    else:
        body = body.replace(secret, MARK)
    if (is_long and path.find(secret) >= 0) or (body.find(b'"key"') >= 0 and not redaction.is_marked(body)):
        return None
    return Came(head, path, query, body, "", len(secret) - len(MARK), (secret,) if is_long else ())


def _names_a_key(call: Call) -> bool:
    """Whether a parameter of the path is the key of the call's sandbox."""
    digest = call.sandbox.digest
    return digest != _NOBODYS and any(
        len(word) >= SHORTEST and digest_of(word) == digest for word in call.params.values()
    )


def _went(strip: Strip, call: Call, came: Came) -> tuple[bytes, bytes, str, int, bool]:
    """The answer without the keys that it echoes: head, body, digest, bytes fewer, whether it is a file."""
    if not strip.status:
        return b"", b"", "", 0, False
    answer, body, digest = call.answer, strip.body, ""
    head = _lines(map(_line, strip.headers))
    is_file = answer is not None and type(answer.body) is ClipBody
    if is_file:
        body = b""
    elif len(body) > LONGEST:
        digest = blake2b(body, digest_size=20).hexdigest()
        body = body[: LONGEST + max(map(len, came.spellings), default=0)]  # the edge must not halve a key
    size = len(head) + len(body)
    for one in came.spellings:
        if body.find(one) >= 0:
            body = body.replace(one, MARK)
        if head.find(one) >= 0:
            head = head.replace(one, MARK)
    strays = call.sandbox.journal.strays
    if strays:
        head, body = redaction.recognised(head, strays), redaction.recognised(body, strays)
    fewer = size - len(head) - len(body)
    return head, body[:LONGEST] if digest else body, digest, fewer, is_file


def _about(strip: Strip, call: Call) -> tuple[str, str, int, Scenario | str | None]:
    """Why it was refused, which job it is about, the how-manieth exchange about it this is, and under which scenario."""
    answer = call.answer
    if answer is None or strip.ending is None:
        return "", "", 0, None
    problem, scenario, job = "", None, answer.job
    if answer.problem is not None:
        problem = answer.problem.kind.value
        scenario = answer.problem.detail.get("scenario")
        job = job or _named(call)
    if not job:
        return problem, "", 0, scenario if isinstance(scenario, str) else None
    found = call.sandbox.book.jobs.get(job)
    fate = scenario if isinstance(scenario, str) or found is None else found.fate
    operation = call.operation.id if call.operation is not None else ""
    if found is not None and found.kind == operation:
        return problem, job, 0, fate if isinstance(fate, Scenario | str) else None
    nth = call.sandbox.journal.counted(strip.n, job, operation)
    return problem, job, nth, fate if isinstance(fate, Scenario | str) else None


def _named(call: Call) -> str:
    """The job that a refused call names in its path or query."""
    for value in (*call.params.values(), *call.query.values()):
        job = call.sandbox.book.find(value)
        if job is not None:
            return job.id
    return ""
