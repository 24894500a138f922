"""A call, the operation and provider that it goes to, and the answer that they give: types that name each other.

Providers are pure functions over a call. Bytes are read and written elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from mockserver.domain.alteration import FileChange
from mockserver.domain.clip import ClipSpec, PictureRules
from mockserver.domain.delivery import PayloadFunction
from mockserver.domain.fault import Fault
from mockserver.domain.job import AnyJob
from mockserver.domain.problem import Problem, Violation
from mockserver.domain.scenario import Scenario
from mockserver.provider.profile_words import Word, profile_of
from mockserver.provider.reading import read_object

if TYPE_CHECKING:
    from mockserver.domain.chance import Draw
    from mockserver.domain.quota import Standing
    from mockserver.engine import Engine
    from mockserver.engine.sandbox import Sandbox
    from mockserver.ports import Judge
    from mockserver.provider.keys import KeyRing

MEGABYTE: Final = 1_000_000
Mark = tuple[
    "Standing | None", "Fault | None", "Draw | None", "datetime | None", str, str, str, "tuple[int, int] | None"
]
"""What a unit of work may change of its call."""

_UNREAD: dict[str, object] = {}
_NO_TIME = timedelta(0)


class Call:
    """One request, and where it belongs. Made at the edge; the provider's functions only read it.

    `method` is GET for a HEAD where GET is served, and `is_head` says that its body is left out on the way. `path` is
    percent-decoded for eyes, `raw_path` as it came; `params` are the decoded values of the route, `headers`
    the raw pairs with lower-case names, `beyond` the numbers of its body that lie beyond 2^53. `base` is the origin
    under which the client reached us, `files` the one that links point to, `now` the sandbox's instant, `picture` the
    digest of the picture that the call brought (empty: none was taken in), `picture_size` its width and height (None
    where nobody has seen it). `answer` is what it was answered, once it is, `fault` what its job's scenario does to it.
    """

    __slots__ = (
        "_chance", "_query", "_value", "_wall", "answer", "base", "beyond", "body", "engine", "fault", "files",
        "headers", "is_head", "judge", "key", "keys", "method", "now", "operation", "params", "path", "picture",
        "picture_size", "profile", "provider", "query_string", "raw_path", "sandbox", "scenario", "standing",
    )  # fmt: skip

    def __init__(self, method: str, path: str, query_string: str, headers: Mapping[bytes, bytes], body: bytes) -> None:
        self.method = method
        self.is_head = method == "HEAD"
        self.answer: Answer | None = None
        self.fault: Fault | None = None
        self.path = self.raw_path = path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.params: dict[str, str] = {}
        self.key: str | None = None
        self.scenario: Scenario | None = None
        self.standing: Standing | None = None
        self.picture = ""
        self.picture_size: tuple[int, int] | None = None
        self._value: dict[str, object] | Problem = _UNREAD
        self.beyond: tuple[Violation, ...] = ()
        self._query: dict[str, str] | None = None
        self._chance: Draw | None = None
        self._wall: datetime | None = None
        self.provider: Provider
        self.operation: Operation | None
        self.engine: Engine
        self.judge: Judge
        self.keys: KeyRing
        self.sandbox: Sandbox
        self.profile: frozenset[str]
        self.now: datetime
        self.base: str
        self.files: str

    def mark(self) -> Mark:
        """Return what a unit of work may change of the call, for `rewind`."""
        return (
            self.standing, self.fault, self._chance, self._wall,
            self.base, self.files, self.picture, self.picture_size,
        )  # fmt: skip

    def rewind(self, mark: Mark, sandbox: Sandbox) -> None:
        """Make the call what it was before a unit of work, which then runs again on this state of its sandbox."""
        self.standing, self.fault, self._chance, self._wall = mark[:4]
        self.base, self.files, self.picture, self.picture_size = mark[4:]
        self.sandbox, self.profile = sandbox, sandbox.profiles[self.provider.name]

    def header(self, name: str) -> str:
        """Return a header's value, empty when absent; the last one when it came twice."""
        return self.headers.get(name.encode("latin-1"), b"").decode("latin-1")

    @property
    def value(self) -> dict[str, object] | Problem:
        """The JSON object of the body, read once, or the problem with it."""
        if self._value is _UNREAD:
            read = read_object(self.body)
            if isinstance(read, Problem):
                self._value = read
            else:
                self._value, self.beyond = read
        return self._value

    @property
    def members(self) -> dict[str, Any]:
        """The members of the body, for functions that run after the checks. Raises TypeError where it has none."""
        value = self.value
        if isinstance(value, Problem):
            raise TypeError(f"no JSON object was read: {value.text}")
        return value

    @property
    def operation_id(self) -> str:
        """The id of the operation; empty where the call has none."""
        return "" if self.operation is None else self.operation.id

    @property
    def chance(self) -> Draw:
        """The chance of this call's answer, drawn once: the ids that belong to the answer are cut from it."""
        if self._chance is None:
            self._chance = self.sandbox.refusal_draw()
        return self._chance

    @property
    def wall(self) -> datetime:
        """The instant on the client's own clock, read once, so that all that an answer says of it agrees."""
        if self._wall is None:
            self._wall = self.sandbox.clock.on_clients_clock(_NO_TIME)
        return self._wall

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; the first wins when one came twice."""
        if self._query is None:
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            self._query = dict(reversed(pairs))
        return self._query


@dataclass(slots=True)
class Answer:
    """What goes back. `body` is a JSON value, bytes as they are, or the clip to be made; `headers` are raw pairs with
    lower-case names; `problem` says why it is a refusal, `job` which
    job it is about.
    """

    status: int
    body: object
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    content_type: str = "application/json"
    problem: Problem | None = None
    job: str = ""


@dataclass(frozen=True, slots=True)
class ClipBody:
    """A body that is made on demand: the clip, and under which name it is offered for saving (empty: none);
    `change` is what the job's scenario does to it.
    """

    spec: ClipSpec
    filename: str = ""
    change: FileChange | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """An answer that is not given yet: wait until the sandbox's clock reads `until`, then ask `then`."""

    until: datetime
    then: Callable[[Call], Answer | Problem]


@dataclass(frozen=True, slots=True)
class Look:
    """An answer that needs a picture first: take in `source` (bytes, or an http(s) URL), then ask `then`.

    `then` gets the digest of the stored picture, or the problem that it is none, or that it breaks the `rules`.
    """

    source: str | bytes
    then: Callable[[Call, str | Problem], Reply]
    rules: PictureRules | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """An answer that needs the client's own address to be asked first: POST the JSON value `body` to `url`.

    `then` gets the JSON value that came back with a status of 2xx, or the problem that none did within
    `patience_seconds` of real time.
    """

    url: str
    body: object
    patience_seconds: float
    then: Callable[[Call, object | Problem], Reply]


Reply = Answer | Problem | Hold | Look | Challenge
"""What an endpoint may return."""


Endpoint = Callable[[Call], Reply]
Check = Callable[[Call], Problem | None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented call."""

    id: str
    """The operationId of the document."""
    method: str
    path: str
    """The path, with parameters in braces."""
    endpoint: Endpoint
    """Gives the answer once the provider's checks have passed."""
    is_public: bool = False
    """Whether the call needs no key."""
    only: str | None = None
    """The profile word without which the operation is unknown; None: it is always there."""
    owner: Callable[[Call], str] | None = None
    """Finds the job or file that the path names, for calls that carry no key."""
    body_cap: int = MEGABYTE
    """The most bytes of a body."""
    has_body: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as a value."""

    name: str
    title: str
    site: str
    """The documented origin, which the mock replaces."""
    promise: Path
    """The folder of the documents."""
    words: tuple[Word, ...]
    """The words of its profile."""
    credential: Callable[[Call], str | None]
    """Finds the key in a call; None: there is none."""
    checks: tuple[Check, ...]
    """Run before an endpoint, in the provider's own order."""
    operations: tuple[Operation, ...]
    refuse: Callable[[Problem, Call], Answer]
    """Renders a problem in the provider's words."""
    sample: str
    """A curl command line with `{base}`, for the start screen."""
    unrouted_checks: tuple[Check, ...] = ()
    """Run before an unknown path or method is refused."""
    add_headers: Callable[[Answer, Call], None] | None = None
    """Adds the headers that every answer carries."""
    encode: Callable[[object, Call], bytes] | None = None
    """Writes JSON, where compact UTF-8 is not the provider's form."""
    webhook_url: Callable[[AnyJob], str] | None = None
    """Finds the URL for webhooks about a job; empty: the job has none. None: the provider sends no webhooks."""
    webhook_payload: PayloadFunction | None = None
    """Writes the payload of an event of a job; None: the provider sends no webhooks."""
    requests: tuple[type, ...] = ()
    """The types of its requests, for the records of its jobs."""
    scenarios: tuple[Scenario, ...] = ()
    """Scenarios of its own beside those of `domain.scenario.CORE`."""
    tiers: tuple[str, ...] = ()
    """The plans on which its limits depend, the default first."""
    base_path: str = ""
    """The path that its clients append to the origin."""

    @property
    def style(self) -> str | None:
        """The default style: the first word that is a style."""
        return next((word.name for word in self.words if word.is_style), None)

    def profile(self, words: Iterable[str] = ()) -> frozenset[str]:
        """Return the profile of these words, always with a style; raises UnknownWord, or ValueError for two styles."""
        return profile_of(self.name, self.words, words)
