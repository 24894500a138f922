"""Faults: what goes wrong between a client and its job, at which of its calls. Plain data, chosen by the tester.

A scenario has a list of faults. Of those that fit a call the first is applied. No fault touches the job's timeline:
only the answer suffers, or where a creation is refused, there is no job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mockserver.domain.answer_change import NO_CHANGE, AnswerChange
from mockserver.domain.problem import ProblemKind


class FaultPoint(Enum):
    """The calls that a fault meets."""

    CREATION = "creation"
    POLL = "poll"
    FILE = "file"
    WEBHOOK = "webhook"
    """Attempts at a webhook, counted for each webhook."""


class CountedFor(Enum):
    """Whose calls are counted together: those about one job, with one key, or of the whole sandbox."""

    JOB = "job"
    KEY = "key"
    SANDBOX = "sandbox"


class TransportFault(Enum):
    """What happens to an answer, or to an attempt at a webhook; `fault_kinds.KINDS` says what each does, and where."""

    ANSWERED = "answered"
    DELAYED = "delayed"
    STATUS = "status"
    REDIRECT = "redirect"
    SILENT = "silent"
    STALLED = "stalled"
    DRIPPED = "dripped"
    SLICED = "sliced"
    DROPPED = "dropped"
    RESET = "reset"
    CUT_HEAD = "cut-head"
    CUT_AFTER_HEAD = "cut-after-head"
    CUT = "cut"
    CUT_RESET = "cut-reset"
    CLOSING = "closing"
    INFORMATIONAL = "informational"
    HTML = "html"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    DOUBLE_ENCODED = "double-encoded"
    BOM = "bom"
    LIST = "list"
    STRING = "string"
    NULL = "null"
    LENGTH_MISSING = "length-missing"
    LENGTH_WRONG = "length-wrong"
    LENGTH_TOO_LARGE = "length-too-large"
    LENGTH_TOO_SMALL = "length-too-small"
    CHUNKED = "chunked"
    CHUNKED_UNENDED = "chunked-unended"
    GZIP = "gzip"
    GZIP_UNANNOUNCED = "gzip-unannounced"
    GZIP_FALSE = "gzip-false"
    RANGE_IGNORED = "range-ignored"
    RANGE_WRONG = "range-wrong"
    RANGE_REFUSED = "range-refused"
    ETAG_CHANGED = "etag-changed"
    LOST = "lost"
    REORDERED = "reordered"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    UNKNOWN_EVENT = "unknown-event"
    ANOTHER_JOB = "another-job"
    MISSING_SIGNATURE = "missing-signature"
    WRONG_SIGNATURE = "wrong-signature"
    STALE_SIGNATURE = "stale-signature"
    FUTURE_SIGNATURE = "future-signature"
    ALTERED_BODY = "altered-body"


REFUSALS: Final[Mapping[str, ProblemKind]] = {
    "limited": ProblemKind.LIMITED,
    "unauthorized": ProblemKind.UNAUTHENTICATED,
    "out-of-credits": ProblemKind.OUT_OF_CREDITS,
    "server-error": ProblemKind.CRASHED,
    "bad-gateway": ProblemKind.UPSTREAM,
    "overloaded": ProblemKind.UNAVAILABLE,
    "forbidden": ProblemKind.FORBIDDEN,
    "not-found": ProblemKind.MISSING,
    "conflict": ProblemKind.CONFLICT,
    "unprocessable": ProblemKind.REFUSED,
    "moderated": ProblemKind.MODERATED,
}
"""Refusals that a fault may put in an answer's place, in the provider's own words."""

WORDS: Final[Mapping[str, ProblemKind | TransportFault]] = {**REFUSALS, **{one.value: one for one in TransportFault}}
"""All that a fault can do, by the words under which scenario files say it and the journal shows it."""

_SPOKEN: Final = {does: word for word, does in WORDS.items()}

STATUS_PROBLEMS: Final[Mapping[int, ProblemKind]] = {
    401: ProblemKind.UNAUTHENTICATED,
    402: ProblemKind.OUT_OF_CREDITS,
    403: ProblemKind.FORBIDDEN,
    404: ProblemKind.MISSING,
    409: ProblemKind.CONFLICT,
    422: ProblemKind.REFUSED,
    429: ProblemKind.LIMITED,
    500: ProblemKind.CRASHED,
    502: ProblemKind.UPSTREAM,
    503: ProblemKind.UNAVAILABLE,
}
"""The problem for which a provider may have words, by status."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong (`does`) at which calls."""

    point: FaultPoint | None
    """The calls that it meets; None: all of `operation`."""
    does: ProblemKind | TransportFault
    first: int = 1
    """The first call that it meets, counted from 1 in `counted_for`."""
    last: int | None = None
    """The last call that it meets; None: it has no last."""
    seconds: float = 1.0
    """Sandbox seconds: the delay of an answer, the pause of slices, or the wait that a refusal for the rate tells."""
    share: float = 0.5
    """How much of the body arrives (0 to 1) where it is cut, stalled or truncated."""
    is_applied: bool = False
    """Whether a refused creation makes its job all the same, so that only the answer is refused."""
    every: int = 1
    """The step between calls that it meets, from `first` on: 2 means every second one."""
    probability: float = 1.0
    """How likely it meets a fitting call; drawn from the seed."""
    after_seconds: float = 0.0
    """When it begins, in seconds of the sandbox's clock since that began."""
    until_seconds: float | None = None
    """When it ends; None: never."""
    operation: str = ""
    """The only operation that it meets, by its id in the provider's document; empty: every one of `point`."""
    counted_for: CountedFor = CountedFor.JOB
    """Whose calls are counted; creations, which come before there is a job, for each scenario."""
    status: int | None = None
    """The HTTP status of a `status`, a `redirect` or an `informational` answer."""
    location: str = ""
    """Where a redirect leads: a key of `redirects.LOCATIONS`."""
    size: int | None = None
    """Bytes a second of a dripped answer, bytes of each slice of a sliced one."""
    change: AnswerChange = NO_CHANGE
    """What else is changed of the answer."""

    @property
    def word(self) -> str:
        """Its name."""
        return _SPOKEN[self.does]

    @property
    def problem(self) -> ProblemKind | None:
        """The refusal that takes the answer's place before the job is asked; None where there is none."""
        does = self.does
        if isinstance(does, ProblemKind):
            return does
        if does is TransportFault.REDIRECT:
            return ProblemKind.UNAVAILABLE
        if does is TransportFault.STATUS and (self.status or 0) >= 400:
            usual = ProblemKind.UPSTREAM if (self.status or 0) >= 500 else ProblemKind.REFUSED
            return STATUS_PROBLEMS.get(self.status or 0, usual)
        return None

    @property
    def counter(self) -> str:
        """Under which name its calls are counted: those of an operation, else those of a fault point."""
        return self.operation or (self.point.value if self.point is not None else "")

    def is_at(self, point: FaultPoint | None, operation: str) -> bool:
        """Return whether calls at a point and of an operation may meet it."""
        return self.point in (None, point) and self.operation in ("", operation)

    def counts(self, nth: int) -> bool:
        """Return whether it meets the `nth` call."""
        return self.first <= nth and (self.last is None or nth <= self.last) and (nth - self.first) % self.every == 0

    def is_due(self, seconds: float) -> bool:
        """Return whether so many seconds of the sandbox's clock lie in its window."""
        return self.after_seconds <= seconds and (self.until_seconds is None or seconds < self.until_seconds)


def met(
    counted: Iterable[tuple[Fault, int]], seconds: float = 0.0, drawn: Callable[[int], float] = lambda _row: 0.0
) -> Fault | None:
    """Return the fault that a call meets: the first that fits. Each stands with its count of the calls so far.

    `seconds` are those of the sandbox's clock since that began; `drawn` draws a number in [0, 1) for a row.
    """
    for row, (fault, nth) in enumerate(counted):
        if fault.counts(nth) and fault.is_due(seconds) and (fault.probability >= 1 or drawn(row) < fault.probability):
            return fault
    return None
