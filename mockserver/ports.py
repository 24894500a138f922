"""What the engine asks of the world. Adapters answer; tests run one body over every adapter of a port."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from mockserver import MockServerError
from mockserver.domain.alteration import Fields
from mockserver.domain.clip import ClipSpec, Picture, PictureRules
from mockserver.domain.clock_segment import ClockSegment, ClockState
from mockserver.domain.delivery import Attempt, PayloadFunction, Record, UnderWay
from mockserver.domain.job import AnyJob
from mockserver.domain.problem import Violation
from mockserver.prices import PriceList


class Time(Protocol):
    """The world's time: the only source of it. `wall` is aware UTC, `monotonic` seconds that never go back."""

    def wall(self) -> datetime:
        """The instant on the wall."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment."""
        ...


class Clock(Protocol):
    """A sandbox's clock: live, at a rate, frozen, or moved by hand. It never goes back but by a reset.

    `start` is the instant at which a reset makes it begin anew (None: the wall's).
    """

    start: datetime | None
    began: datetime
    """The instant at which it began: when it was made, or last reset."""

    @property
    def segment(self) -> ClockSegment:
        """What its hands do since its last change: for those who read the time now and the instant later."""
        ...

    @property
    def state(self) -> ClockState:
        """All that it is, as a value."""
        ...

    def restore(self, state: ClockState) -> None:
        """Become again what it was: when a unit of work is undone, and when a store loads a clock."""
        ...

    @property
    def rate(self) -> float:
        """How many sandbox seconds pass in a real one."""
        ...

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still until moved."""
        ...

    def now(self) -> datetime:
        """The sandbox's instant."""
        ...

    def told(self, length: timedelta) -> timedelta:
        """A length as the client will live it: divided by the rate; a frozen clock counts as rate 1."""
        ...

    def whole_seconds(self, length: timedelta) -> int:
        """The fewest whole seconds of the client's in which the clock passes `length`: one less is not enough."""
        ...

    def on_clients_clock(self, length: timedelta) -> datetime:
        """The instant on the client's own clock that lies `length` of sandbox time ahead. Where this one stands still
        and has a start of its own, it is taken for the client's too.
        """
        ...

    def set(self, at: datetime) -> None:
        """Move to an instant; ValueError when that would be backwards."""
        ...

    def advance(self, by: timedelta) -> None:
        """Move forward; ValueError when negative."""
        ...

    def freeze(self, frozen: bool) -> None:
        """Stop or let go on, without a jump."""
        ...

    def run_at(self, rate: float) -> None:
        """Change the rate, without a jump; ValueError unless finite and positive."""
        ...

    def restart(self, at: datetime | None = None) -> None:
        """Begin anew at an instant (None: its start), which may lie in the past. Only a reset may do this."""
        ...

    async def wait_until(self, at: datetime, *, while_frozen: bool = True) -> None:
        """Return once `at` is reached, or the clock is frozen and that is not to be waited for."""
        ...


S = TypeVar("S")
"""A sandbox of the engine; the port does not look into it."""


class Conflict(MockServerError):
    """Somebody else has changed what a unit of work was based on: nothing of it was written. Run it on fresh state."""


class Store(Protocol[S]):
    """Keeps everything that sandboxes accumulate.

    A call is one unit of work. Its sandbox is loaded (`load`), pure functions run on it, and what they changed is
    committed as a whole or not at all (`commit`). Only these methods may wait; nothing between them does. A store may
    load a part of the entries: then a unit that misses one ends with NotLoaded, the entry is loaded (`fetch`), and the
    unit is undone and run again. The same happens on fresh state after a Conflict.
    """

    is_whole: bool
    """Whether all entries are always loaded and no commit meets a conflict, so that no unit of work runs twice."""
    on_close: list[Callable[[str], None]]
    """Called with the digest of each sandbox that is closed, by request or because there are too many."""

    async def load(self, digest: str) -> S:
        """Return the sandbox under a digest, made when it is new; it becomes the one used last."""
        ...

    async def find(self, digest: str) -> S | None:
        """Return the sandbox under a digest, if there is one; this does not count as use."""
        ...

    async def fresh(self, sandbox: S) -> S:
        """Return a sandbox as it is now: after a wait, or after a Conflict."""
        ...

    async def fetch(self, sandbox: S, table: str, key: Hashable) -> None:
        """Load an entry of a table into a sandbox, or all of them (`key` None); what is not there counts as loaded."""
        ...

    async def commit(self, sandbox: S) -> None:
        """Write the changes of a unit of work as a whole. Raises Conflict, after which nothing of them is written."""
        ...

    async def listed(self) -> Sequence[S]:
        """Return all sandboxes, the one used last at the end."""
        ...

    async def owner_of(self, name: str) -> str | None:
        """Return the digest of the sandbox that has a job or file of this public name."""
        ...

    async def close(self, digest: str) -> int:
        """Forget a sandbox with all that it owns; return how many jobs that were."""
        ...


class Judge(Protocol):
    """Says what a body breaks of an operation's request schema, in schema order."""

    def violations(self, provider: str, operation: str, profile: frozenset[str], body: object) -> tuple[Violation, ...]:
        """Every broken rule; empty when the body keeps them all."""
        ...

    def properties(self, provider: str, operation: str, profile: frozenset[str]) -> Mapping[str, Mapping[str, object]]:
        """The schema of each top-level field."""
        ...

    def defaults(self, provider: str, operation: str, profile: frozenset[str]) -> Mapping[str, object]:
        """The default of each top-level field that has one."""
        ...

    def fields(self, provider: str, profile: frozenset[str]) -> Fields:
        """Where the answers of a provider keep status, hint, output and error."""
        ...

    def prices(self, provider: str) -> PriceList:
        """The documented prices of a provider; an empty list where it has none."""
        ...


class Promise(Protocol):
    """A provider's documents."""

    def document(self, profile: Iterable[str] = ()) -> Mapping[str, Any]:
        """The OpenAPI document under a profile."""
        ...


class Clip(Protocol):
    """A finished file."""

    @property
    def data(self) -> bytes:
        """The bytes."""
        ...

    @property
    def digest(self) -> str:
        """The hex digest of the bytes: the ETag."""
        ...

    @property
    def content_type(self) -> str:
        """The media type."""
        ...

    @property
    def note(self) -> str:
        """ASCII, one line: how the picture differs from what was asked; empty when it does not."""
        ...


class Clips(Protocol):
    """Makes files out of specifications, each once."""

    def cached(self, spec: ClipSpec) -> Clip | None:
        """The clip when it lies in memory."""
        ...

    async def get(self, spec: ClipSpec) -> Clip:
        """The clip, rendered when it was not yet; raises domain.clip.ClipError."""
        ...


class Pictures(Protocol):
    """Takes in pictures that a clip is to start from."""

    async def take(self, source: str | bytes, rules: PictureRules | None = None) -> Picture:
        """The stored picture: decoded from bytes, fetched from a loopback URL, or made from the digest of
        another URL. Raises domain.clip.BadImage, also for one that breaks the rules.
        """
        ...


OWN_USER_AGENT: Final = "mockserver"
"""What our own requests to addresses of a client call themselves. The control API takes none of them: a webhook or a
picture whose URL a client made up shall not reach it.
"""


class Challenger(Protocol):
    """Asks an address of the client's own, on this machine."""

    async def ask(self, url: str, body: object, within_seconds: float) -> object:
        """The JSON value that a POST of `body` is answered with. Raises Unanswered: no address, no status of 2xx, no
        JSON, or not within this real time.
        """
        ...


class Unanswered(MockServerError):
    """An address that was asked gave no answer to go on with; the text says what there was."""


class Webhooks(Protocol):
    """Brings webhooks, on the sandbox's clock. What is due when is read off `events(job)`."""

    def expect(self, sandbox: str, clock: Clock, job: AnyJob, webhook_payload: PayloadFunction) -> None:
        """Take on the payloads of a job's events."""
        ...

    def sign(self, sandbox: str, secrets: Sequence[str]) -> None:
        """Sign the attempts of a sandbox with these secrets from now on; none: sign them no more. Forgotten with it."""
        ...

    def overridden(self, sandbox: str, job: AnyJob) -> None:
        """A job that is expected has got another life: its later events are read anew."""
        ...

    def forget(self, sandbox: str) -> None:
        """Drop all that is expected, on its way and recorded of a sandbox, in one step whatever its number."""
        ...

    def records(self, sandbox: str) -> Sequence[Record]:
        """The latest attempts that ended and deliveries that cannot be, oldest first."""
        ...

    def under_way(self, sandbox: str) -> int:
        """How many attempts fell due and have not ended."""
        ...

    def attempts_under_way(self, sandbox: str) -> Sequence[UnderWay]:
        """The attempts that fell due and have not ended, oldest first."""
        ...

    async def settled(self, sandbox: str, within_seconds: float) -> list[str]:
        """Wait, at most so much real time, until every attempt that is due by now was made and recorded; the ids of the
        deliveries that fell due since the last call and were attempted. To be called after every move of a clock and
        every override of a job.
        """
        ...

    async def made_due(self, sandbox: str, within_seconds: float) -> None:
        """Wait as `settled` does; what fell due stays to be listed by it."""
        ...

    async def replay(self, sandbox: str, delivery: str, within_seconds: float) -> Attempt | None:
        """Make one more attempt at a recorded delivery now; None where it is still under way after this real time.
        KeyError: no such delivery is recorded. ValueError: it cannot be delivered; the text says why.
        """
        ...


class Refusal(MockServerError):
    """The world does not give what was asked; the text says why."""


class Listeners(Protocol):
    """Opens ports of this machine whose every call belongs to one sandbox."""

    async def open(self, sandbox: str, *ports: int) -> list[str]:
        """The base URLs of new listeners at these ports (0: any free one). Raises Refusal when there are too many, or a
        port is taken; then none is opened.
        """
        ...

    def urls(self, sandbox: str) -> list[str]:
        """The base URLs of a sandbox's listeners, oldest first."""
        ...

    def close(self, sandbox: str) -> None:
        """Let the listeners of a sandbox go."""
        ...
