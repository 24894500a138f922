"""A lane drawing of a run in text: what the client sent, what the server answered, and the pauses between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from mockserver.kit.laws import reading
from mockserver.kit.transcript.model import Answer, Attempt, Exchange, Record

WIDTH: Final = 58
"""Characters between the two lanes."""
SHORT_RUN: Final = 8
"""A run of so many records is drawn whole."""
PAUSE_SECONDS: Final = 0.2
"""A pause from this length on is drawn."""
HINTS: Final = ("retry-after", "location", "content-range", "x-ratelimit-reset")
"""Headers of an answer that a drawing tells."""
BODY_HINTS: Final = ("/retry_after", "/details/retry_after", "/eta")
"""Members of a body that a drawing tells."""
WORDS: Final = ("status", "state")
"""Members of a body that hold the status word of a job."""
PATH_CHARACTERS: Final = 44


@dataclass(frozen=True)
class Arrow:
    """An arrow between the lanes: `at` seconds, `to_server` or to the client, of record `n`."""

    at: float
    n: int
    to_server: bool
    text: str


def draw(records: Sequence[Record], marked: Iterable[int] = ()) -> list[str]:
    """Return the lines of a drawing; the records of the numbers in `marked` carry a mark, the last of them the breach.

    Of a long run the first records, the marked ones and those beside them are drawn.
    """
    if not records:
        return ["(nothing was sent)"]
    marks = list(marked)
    start = _began(records[0])
    lines = [f"{'':9} client{'server':>{WIDTH - 4}}"]
    last, drawn = start, 0
    for part in _parts(records, _kept(records, marks)):
        if isinstance(part, int):
            lines.append(f"{'':9} :  ... {part} more records ...")
            continue
        for arrow in sorted((one for record in part for one in _arrows(record)), key=lambda one: one.at):
            if arrow.at - last >= PAUSE_SECONDS:
                lines.append(f"{'':9} :{f'{arrow.at - last:.2f} s pass':^{WIDTH}}:")
            lines.append(_line(arrow, start, marks, is_apart=arrow.n != drawn))
            last, drawn = arrow.at, arrow.n
    return lines


def _parts(records: Sequence[Record], kept: set[int]) -> Iterator[Sequence[Record] | int]:
    """Rows of records that are drawn, and between them how many are left out."""
    for is_kept, row in groupby(records, key=lambda one: one.n in kept):
        found = list(row)
        yield found if is_kept else len(found)


def _kept(records: Sequence[Record], marks: Sequence[int]) -> set[int]:
    """The numbers of the records that are drawn."""
    numbers = [one.n for one in records]
    if len(numbers) <= SHORT_RUN:
        return set(numbers)
    beside = {n + step for n in (*marks[:1], *marks[-1:]) for step in (-1, 0, 1)}
    return {*numbers[:2], *numbers[-1:], *(n for n in numbers if n in beside)}


def _line(arrow: Arrow, start: float, marks: Sequence[int], *, is_apart: bool) -> str:
    """One arrow as a line; it carries the number of its record where that is not the line's before."""
    text = arrow.text[: WIDTH - 6]
    dashes = "-" * (WIDTH - len(text) - 4)
    shaft = f" {text} {dashes}> " if arrow.to_server else f" <{dashes} {text} "
    note = f" #{arrow.n}" if is_apart else ""
    if marks and arrow.n == marks[-1] and is_apart:
        note += "  <== here"
    return f"{arrow.at - start:7.2f} s |{shaft}|{note}"


def _began(record: Record) -> float:
    return record.arrived.monotonic if isinstance(record, Exchange) else record.started.monotonic


def _arrows(record: Record) -> Iterator[Arrow]:
    if isinstance(record, Attempt):
        yield from _attempt(record)
        return
    request = record.request
    path = request.path + (f"?{request.query}" if request.query else "")
    short = path if len(path) <= PATH_CHARACTERS else path[: PATH_CHARACTERS - 3] + "..."
    yield Arrow(record.arrived.monotonic, record.n, True, f"{request.method} {short}")
    end = record.last_byte or record.read
    yield Arrow(end.monotonic, record.n, False, _told(record))


def _attempt(attempt: Attempt) -> Iterator[Arrow]:
    word = _word(reading.json_of(attempt.request.body))
    yield Arrow(attempt.started.monotonic, attempt.n, False, f"webhook {word}".rstrip())
    if attempt.ended is not None:
        said = str(attempt.status) if attempt.status is not None else attempt.error or "no answer"
        yield Arrow(attempt.ended.monotonic, attempt.n, True, said)


def _told(exchange: Exchange) -> str:
    """What the client was told: status, word and hints, or how the exchange broke off."""
    if exchange.ending is None:
        return "(under way)"
    if exchange.answer is None:
        return "(the client left)" if exchange.ending == "left" else "(broken off, no answer)"
    text = _status(exchange.answer)
    return text if exchange.ending == "complete" else f"{text} (broken off in the body)"


def _status(answer: Answer) -> str:
    body = reading.json_of(answer.body)
    hints = [f"{name}: {value}" for name in HINTS if (value := answer.header(name)) is not None]
    found = ((pointer, reading.at(body, pointer)) for pointer in BODY_HINTS)
    hints += [f"{pointer[1:]}: {value}" for pointer, value in found if value is not None]
    return "  ".join([f"{answer.status} {_word(body)}".rstrip(), *hints])


def _word(body: object) -> str:
    """The status word in a body, whatever the provider calls it."""
    if not isinstance(body, dict):
        return ""
    return next((str(body[name]) for name in WORDS if isinstance(body.get(name), str)), "")
