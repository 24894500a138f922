"""The table of faults: a sentence for each, where it may stand, and which members of a row it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mockserver.domain.fault import REFUSALS, FaultPoint, TransportFault
from mockserver.domain.webhook_plan import CHANGES

ANSWERS: Final = frozenset({FaultPoint.CREATION, FaultPoint.POLL})
FILES: Final = frozenset({FaultPoint.FILE})
EVERYWHERE: Final = ANSWERS | FILES
WEBHOOKS: Final = frozenset({FaultPoint.WEBHOOK})


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A row of the table."""

    says: str
    takes: tuple[str, ...] = ()
    """The members of its own, beside those that every fault takes."""
    points: frozenset[FaultPoint] = EVERYWHERE
    """The calls that it can meet."""
    needs: tuple[str, ...] = ()
    """Those of `takes` that must be there."""


T = TransportFault
TRANSPORT: Final[Mapping[TransportFault, FaultKind]] = {
    T.ANSWERED: FaultKind("The answer is as it is, but for the row's headers, hints and lateness."),
    T.DELAYED: FaultKind("The answer, or the attempt, comes `seconds` late.", ("seconds",), EVERYWHERE | WEBHOOKS),
    T.STATUS: FaultKind(
        "The answer has this `status` (200 to 599): from 400 on in the provider's words where it has them for it, else"
        " with the page of a gateway; below that with its own body.",
        ("status", "seconds"), needs=("status",),
    ),
    T.REDIRECT: FaultKind(
        "The answer is a redirect (`status` 301, 302, 303, 307 or 308) to `location`: here, other-origin, http, loop.",
        ("status", "location"),
    ),
    T.SILENT: FaultKind("No answer comes: the connection stays open until the client leaves, or for half a minute."),
    T.STALLED: FaultKind("A `share` of the body arrives, then nothing: the connection stays open.", ("share",)),
    T.DRIPPED: FaultKind("The body arrives with `bytes` a second.", ("bytes",), needs=("bytes",)),
    T.SLICED: FaultKind(
        "The body arrives in slices of `bytes`, with a pause of `seconds` before each.",
        ("bytes", "seconds"), needs=("bytes",),
    ),
    T.DROPPED: FaultKind("The connection ends before the answer's first byte (FIN)."),
    T.RESET: FaultKind("The same, abruptly (RST)."),
    T.CUT_HEAD: FaultKind("The connection ends within the answer's head."),
    T.CUT_AFTER_HEAD: FaultKind("The connection ends between head and body."),
    T.CUT: FaultKind("The connection ends after a `share` of the body (FIN).", ("share",)),
    T.CUT_RESET: FaultKind("The same, abruptly (RST).", ("share",)),
    T.CLOSING: FaultKind("The answer says `Connection: close`, and the connection ends after it."),
    T.INFORMATIONAL: FaultKind("An answer with a `status` of 1xx (103 when absent) comes first.", ("status",)),
    T.HTML: FaultKind("A page of HTML stands in the place of the body, with the answer's status."),
    T.EMPTY: FaultKind("The answer has no body."),
    T.TRUNCATED: FaultKind(
        "The JSON ends after a `share` of it (that of a webhook in its middle); Content-Length agrees.",
        ("share",), ANSWERS | WEBHOOKS,
    ),
    T.MALFORMED: FaultKind("The JSON has single quotes.", (), ANSWERS),
    T.DOUBLE_ENCODED: FaultKind("The JSON is a JSON text that holds the JSON.", (), ANSWERS),
    T.BOM: FaultKind("The JSON begins with a byte order mark.", (), ANSWERS),
    T.LIST: FaultKind("The JSON is a list that holds the object.", (), ANSWERS),
    T.STRING: FaultKind("The JSON is the text \"ok\".", (), ANSWERS),
    T.NULL: FaultKind("The JSON is null.", (), ANSWERS),
    T.LENGTH_MISSING: FaultKind("There is no Content-Length: the end of the connection ends the body."),
    T.LENGTH_WRONG: FaultKind("Content-Length is no number."),
    T.LENGTH_TOO_LARGE: FaultKind("Content-Length is 16 more than the bytes that come."),
    T.LENGTH_TOO_SMALL: FaultKind("Content-Length is half of the bytes that come."),
    T.CHUNKED: FaultKind("The body comes in chunks, without a Content-Length."),
    T.CHUNKED_UNENDED: FaultKind("The same, and the connection ends before the last chunk."),
    T.GZIP: FaultKind("The body is gzip, which is announced, whatever the client accepts."),
    T.GZIP_UNANNOUNCED: FaultKind("The body is gzip, which is not announced."),
    T.GZIP_FALSE: FaultKind("gzip is announced, and the body is not."),
    T.RANGE_IGNORED: FaultKind("Range is ignored: the answer is 200 with the whole file.", (), FILES),
    T.RANGE_WRONG: FaultKind("Range is answered with another part than was asked for.", (), FILES),
    T.RANGE_REFUSED: FaultKind("Every Range is answered with 416.", (), FILES),
    T.ETAG_CHANGED: FaultKind("ETag is another at every fetch.", (), FILES),
    T.LOST: FaultKind("The attempt is not made.", (), WEBHOOKS),
    **{T(name): FaultKind(says, (), WEBHOOKS) for name, says in CHANGES.items() if name != T.TRUNCATED.value},
}  # fmt: skip

KINDS: Final[Mapping[str, FaultKind]] = {
    **{
        word: FaultKind(f"The provider's refusal: {word.replace('-', ' ')}.", ("seconds",) if word == "limited" else ())
        for word in REFUSALS
    },
    **{does.value: kind for does, kind in TRANSPORT.items()},
}
"""All that a fault can do, by its word."""

STATUSES: Final[Mapping[TransportFault, tuple[int, int]]] = {
    T.STATUS: (200, 599),
    T.REDIRECT: (301, 308),
    T.INFORMATIONAL: (100, 199),
}
"""The lowest and the highest status of a row, where it has one."""
REDIRECTS: Final = (301, 302, 303, 307, 308)
LOCATIONS: Final = ("here", "other-origin", "http", "loop")
"""Where a redirect leads: to the same path of this server, the same under another origin or without TLS, or itself."""
