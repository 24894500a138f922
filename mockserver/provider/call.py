"""A call, the operation and provider that it goes to, and the answer that they give: types that name each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from mockserver.domain.clip import ClipSpec, PictureRules
from mockserver.domain.delivery import PayloadFunction
from mockserver.domain.fault import Fault
from mockserver.domain.file_change import FileChange
from mockserver.domain.job import AnyJob
from mockserver.domain.problem import Problem
from mockserver.domain.scenario import Scenario
from mockserver.prices import Quantities
from mockserver.provider.http_request import HttpRequest
from mockserver.provider.profile_words import Word, profile_of
from mockserver.provider.reading import without_nulls
from mockserver.provider.trailing_slash import TrailingSlash

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

_NO_TIME = timedelta(0)


class Call(HttpRequest):
    """One request, and where it belongs. Made at the edge; the provider's functions only read it."""

    __slots__ = (
        "_chance", "_wall", "answer", "base", "engine", "fault", "files", "is_redirected", "judge", "key", "keys",
        "now", "operation", "picture", "picture_size", "profile", "provider", "sandbox", "scenario", "standing",
    )  # fmt: skip

    provider: Provider
    """The provider whose path it is."""
    operation: Operation | None
    """The provider's operation; None where no operation has the path and method."""
    engine: Engine
    """The verbs: submit, poll, override."""
    judge: Judge
    """Judges bodies by the provider's document."""
    keys: KeyRing
    """The good keys."""
    key: str | None
    """The key that the call carries."""
    sandbox: Sandbox
    """The sandbox of the call, as the present unit of work sees it."""
    profile: frozenset[str]
    """The profile words in force."""
    now: datetime
    """The sandbox's instant."""
    base: str
    """The origin under which the client reached the server."""
    files: str
    """The origin that links point to."""
    scenario: Scenario | None
    """The scenario that the call itself asks for."""
    standing: Standing | None
    """How the key stands against the limit that the call was counted under."""
    picture: str
    """The digest of the picture that the call brought; empty: none was taken in."""
    picture_size: tuple[int, int] | None
    """Width and height of that picture; None where nobody has seen it."""
    fault: Fault | None
    """What its job's scenario does to it."""
    is_redirected: bool
    """Whether a fault redirected the client to this address."""
    answer: Answer | None
    """What it was answered, once it is."""

    def __init__(self, method: str, path: str, query_string: str, headers: Mapping[bytes, bytes], body: bytes) -> None:
        super().__init__(method, path, query_string, headers, body)
        self.answer = None
        self.fault = None
        self.is_redirected = False
        self.key = None
        self.scenario = None
        self.standing = None
        self.picture = ""
        self.picture_size = None
        self._chance: Draw | None = None
        self._wall: datetime | None = None

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

    def read_value(self) -> dict[str, object] | Problem:
        """Read the JSON object of the body; without null members where the provider takes them for absent."""
        value = super().read_value()
        if b"null" not in self.body or not self.provider.null_is_absent or isinstance(value, Problem):
            return value
        return cast("dict[str, object]", without_nulls(value))

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


@dataclass(slots=True)
class Answer:
    """What goes back to the client."""

    status: int
    """The HTTP status."""
    body: object
    """A JSON value, bytes as they are, or the clip that is to be made."""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Raw pairs with lower-case names, beside Content-Length and Content-Type."""
    content_type: str = "application/json"
    """The media type of the body."""
    problem: Problem | None = None
    """Why it is a refusal, if it is one."""
    job: str = ""
    """The id of the job that it is about; empty: none."""


@dataclass(frozen=True, slots=True)
class ClipBody:
    """A body that is made on demand."""

    spec: ClipSpec
    """The clip."""
    filename: str = ""
    """The name under which it is offered for saving; empty: none."""
    change: FileChange | None = None
    """What the job's scenario does to it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An answer that is not given yet."""

    until: datetime
    """Wait until the sandbox's clock reads this."""
    then: Callable[[Call], Answer | Problem]
    """Gives the answer afterwards."""


@dataclass(frozen=True, slots=True)
class Look:
    """An answer that needs a picture first."""

    source: str | bytes
    """The picture: its bytes, or an http(s) URL."""
    then: Callable[[Call, str | Problem], Reply]
    """Goes on with the digest of the stored picture, or the problem that it is none or breaks the rules."""
    rules: PictureRules | None = None
    """What the picture has to keep; None: it only has to be one."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """An answer that needs the client's own address to be asked first."""

    url: str
    """The address."""
    body: object
    """The JSON value that is sent there by POST."""
    patience_seconds: float
    """How much real time the address has."""
    then: Callable[[Call, object | Problem], Reply]
    """Goes on with the JSON value that came back with a status of 2xx, or the problem that none did."""


@dataclass(frozen=True, slots=True)
class AfterWebhooks:
    """An answer that waits until every webhook that is due was attempted, at most 5 s of real time; then ask `then`."""

    then: Callable[[Call], Reply]


Wait = Hold | Look | Challenge | AfterWebhooks
"""What an answer may wait for."""

Reply = Answer | Problem | Wait
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
    billed: Callable[[Any], Quantities] | None = None
    """Names the quantities of a request on which its price depends, as prices.json has them; None: none."""
    requests: tuple[type, ...] = ()
    """The types of its requests, for the records of its jobs."""
    scenarios: tuple[Scenario, ...] = ()
    """Scenarios of its own beside those of `domain.scenario.CORE`."""
    tiers: tuple[str, ...] = ()
    """The plans on which its limits depend, the default first."""
    base_path: str = ""
    """The path that its clients append to the origin."""
    trailing_slash: TrailingSlash = TrailingSlash.UNKNOWN
    reads_gzip: bool = False
    """Whether its software inflates a body with `Content-Encoding: gzip`."""
    null_is_absent: bool = False
    """Whether a member of a body that is null counts as absent, as in Go's decoder."""

    @property
    def style(self) -> str | None:
        """The default style: the first word that is a style."""
        return next((word.name for word in self.words if word.is_style), None)

    def profile(self, words: Iterable[str] = ()) -> frozenset[str]:
        """Return the profile of these words, always with a style; raises UnknownWord, or ValueError for two styles."""
        return profile_of(self.name, self.words, words)
