"""What is judged: the transcript of a client's run at one provider, and what else is known of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from mockserver.kit.laws.index import Index
from mockserver.kit.laws.law import Cost
from mockserver.kit.laws.rules import Rules
from mockserver.kit.transcript.model import Exchange, Transcript


class Result(StrEnum):
    """The words in which a client reports its outcome."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TIMEOUT = "timeout"
    REJECTED = "rejected"
    ERROR = "error"
    UNKNOWN_STATE = "unknown_state"


@dataclass(frozen=True)
class Artifact:
    """The clip that the client left behind: its length in bytes and BLAKE2b digest of 20 bytes in hex."""

    length: int
    digest: str


@dataclass(frozen=True)
class Outcome:
    """What the client reported of its run."""

    result: Result
    code: str | None = None
    message: str | None = None
    jobs: Sequence[str] = ()
    """Ids of the jobs as the provider sent them."""
    artifact: Artifact | None = None
    """The clip; None: there is none, or nobody looked."""


class Clock(StrEnum):
    """By which clock waits are measured."""

    EITHER = "either"
    """By the longer of the machine's and the sandbox's time; where the sandbox's clock stands still no wait that is too
    short is judged, because tests that freeze time wait for nothing.
    """
    MACHINE = "machine"
    """By the machine's time alone: hints are told in it, whatever the rate of the sandbox's clock."""
    SANDBOX = "sandbox"
    """By the sandbox's time alone: the client lives in virtual time."""


@dataclass(frozen=True)
class CaseFacts:
    """What is known of a run from outside of its transcript. None: not known."""

    case: str | None = None
    """The name of the case."""
    floor: float | None = None
    """The shortest pause between two polls of a job that the case allows, in seconds."""
    deadline: float | None = None
    """How many seconds the client was given from its first request."""
    intents: int | None = None
    """How many jobs the caller wanted."""
    attempts: int | None = None
    """How often the client says it sends a request at most."""
    resumed: Sequence[str] = ()
    """Ids of jobs that the client was given to resume."""
    printed: str | None = field(default=None, repr=False)
    """Everything that the client printed: standard output and standard error."""
    crashed: str | None = None
    """How the client ended where it told no outcome as it should, such as "exit code 1"; None: it did not crash."""
    is_killed: bool = False
    """Whether the client was killed because it had not ended long after its deadline; `crashed` says so too."""
    effects: Mapping[str, int] | None = None
    """How often a webhook took effect in the receiver, by job."""
    states: Mapping[str, str] | None = None
    """The status word in which the receiver left each job."""
    deliveries: Mapping[str, str] = field(default_factory=dict)
    """What was done to a delivery on purpose, by its id: one of webhook.DONE."""
    key: str | None = field(default=None, repr=False)
    """The API key of the run; it stands in no transcript and is told in no verdict."""
    is_over: bool = True
    """Whether the client has ended: nothing follows the last record."""
    clock: Clock = Clock.EITHER


class Prices(Protocol):
    """Documented prices."""

    def cost(self, creation: Exchange) -> Cost:
        """Return what the job of this creation costs; a cost without amount where no price is documented."""


class NoPrices:
    """No price is known."""

    def cost(self, creation: Exchange) -> Cost:
        """Return a cost without amount."""
        return Cost(None, "USD", f"no documented price of {creation.operation} at {creation.provider} is known")


@dataclass(frozen=True)
class Run:
    """A client's run at one provider. `transcript` may hold calls of other providers; they are not looked at."""

    transcript: Transcript
    rules: Rules
    """What the provider's document and page say."""
    profile: tuple[str, ...] = ()
    """The profile words that severities are taken from."""
    outcome: Outcome | None = None
    facts: CaseFacts = field(default_factory=CaseFacts)
    prices: Prices = field(default_factory=NoPrices)
    replay: str = ""
    """The one command that replays the run."""

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.rules.name

    @cached_property
    def index(self) -> Index:
        """The calls by role, job, connection and so on, made once."""
        return Index.of(self.transcript, self.rules)
