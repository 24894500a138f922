"""The lane drawing of a run: what went between client, server and webhook receiver, in time.

A drawing is data. `drawing_text` writes it as lines and `drawing_svg` as a picture; `to_json` gives it to anything else
that draws. Time goes down, each lane is a line, and what goes from one lane to another is a `Mark`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from mockserver.kit.laws.index import JobLife
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.verdict import Verdict
from mockserver.kit.reports.drawing_calls import Step, Told, steps_of

SHORTEST_PAUSE_SECONDS: Final = 0.02
"""Pauses below it are not drawn: they are the time that programs take."""
MOST_STEPS: Final = 150
"""A drawing of more steps leaves out those that no law rests on."""
FEWEST_FOLDED: Final = 4
"""So many equal calls in a row are drawn as the first, a fold and the last."""


class Lane(StrEnum):
    """The parties of a run."""

    CLIENT = "client"
    SERVER = "server"
    RECEIVER = "webhook receiver"


@dataclass(frozen=True)
class Mark:
    """Something that went from one lane to another."""

    n: int
    """The number of its record."""
    at: float
    """Seconds since the first record."""
    source: Lane
    target: Lane
    says: str
    notes: tuple[Told, ...] = ()
    """Hints, faults and money."""
    breaks: tuple[str, ...] = ()
    """Ids of the laws that it breaks."""
    until: float | None = None
    """The second until which the client was asked to wait."""
    is_lost: bool = False
    """Whether it did not come to its target whole."""


@dataclass(frozen=True)
class Pause:
    """A time in which nothing went anywhere."""

    at: float
    seconds: float
    who: Lane
    """The lane that lets the time pass: the client, or the one that has not answered yet."""
    is_answering: bool
    """Whether a call is under way."""


@dataclass(frozen=True)
class Fold:
    """Calls that are not drawn one by one."""

    at: float
    until: float
    count: int
    says: str
    breaks: tuple[str, ...] = ()
    """Ids of the laws that each of them breaks."""


Item = Mark | Pause | Fold


@dataclass(frozen=True)
class Drawing:
    """What is drawn, from the top down."""

    lanes: tuple[Lane, ...]
    items: tuple[Item, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the drawing as JSON, `items` in the order of time."""
        return {"lanes": [one.value for one in self.lanes], "items": [_item(one) for one in self.items]}


def _item(one: Item) -> dict[str, Any]:
    if isinstance(one, Pause):
        return {
            "kind": "pause",
            "at": _round(one.at),
            "seconds": _round(one.seconds),
            "who": one.who.value,
            "answering": one.is_answering,
        }
    if isinstance(one, Fold):
        return {
            "kind": "fold",
            "at": _round(one.at),
            "until": _round(one.until),
            "count": one.count,
            "says": one.says,
            "breaks": list(one.breaks),
        }
    return {
        "kind": "mark",
        "n": one.n,
        "at": _round(one.at),
        "from": one.source.value,
        "to": one.target.value,
        "says": one.says,
        "notes": [{"kind": note.kind, "says": note.says} for note in one.notes],
        "breaks": list(one.breaks),
        "until": None if one.until is None else _round(one.until),
        "lost": one.is_lost,
    }


def _round(seconds: float) -> float:
    return round(seconds, 6)


def draw(run: Run, verdicts: Iterable[Verdict] = (), only: Collection[int] | None = None) -> Drawing:
    """Return the drawing of a run.

    `verdicts` mark the records that break laws; `only` are the numbers of the records to draw: what lies between them
    is folded.
    """
    broken = _broken(verdicts)
    steps = steps_of(run)
    wanted = set(broken) if only is None and len(steps) > MOST_STEPS else only
    chunks = _folded(steps, broken) if wanted is None else _chosen(steps, wanted)
    has_webhook = any(isinstance(one, Step) and one.is_webhook for one in chunks)
    lanes = (Lane.CLIENT, Lane.SERVER, *([Lane.RECEIVER] if has_webhook else []))
    return Drawing(lanes, tuple(_with_pauses(_marks(chunks, broken))))


def draw_breach(run: Run, verdict: Verdict) -> Drawing:
    """Return the drawing of a verdict's first breach: the records that it rests on and the one before and after."""
    numbers = verdict.breaches[0].events if verdict.breaches else verdict.events
    beside = {n + step for n in numbers[:1] + numbers[-1:] for step in (-1, 0, 1)}
    return draw(run, [verdict], beside | set(numbers))


def jobs_of(run: Run) -> Sequence[JobLife]:
    """Return the jobs that the run made."""
    return [one for one in run.index.jobs.values() if one.creates]


def _broken(verdicts: Iterable[Verdict]) -> Mapping[int, tuple[str, ...]]:
    """The laws that a record breaks: the last record of each breach is the one that breaks it."""
    found: dict[int, tuple[str, ...]] = {}
    for verdict in verdicts:
        for breach in verdict.breaches:
            if breach.events and verdict.law.id not in found.get(breach.events[-1], ()):
                found[breach.events[-1]] = (*found.get(breach.events[-1], ()), verdict.law.id)
    return found


def _folded(steps: Sequence[Step], broken: Mapping[int, tuple[str, ...]]) -> list[Step | Fold]:
    """Equal plain calls in a row: the first, a fold and the last."""
    found: list[Step | Fold] = []
    at = 0
    while at < len(steps):
        end = at + 1
        while end < len(steps) and _is_same(steps[at], steps[end], broken) and steps[end - 1].ended <= steps[end].began:
            end += 1
        row = steps[at:end]
        found += row if len(row) <= FEWEST_FOLDED else [row[0], _fold(row, broken.get(row[0].n, ())), row[-1]]
        at = end
    return found


def _is_same(first: Step, other: Step, broken: Mapping[int, tuple[str, ...]]) -> bool:
    if first.notes or other.notes or broken.get(first.n) != broken.get(other.n):
        return False
    return (first.asks, first.answers, first.is_webhook) == (other.asks, other.answers, other.is_webhook)


def _fold(row: Sequence[Step], breaks: tuple[str, ...]) -> Fold:
    gaps = [after.began - before.ended for before, after in pairwise(row)]
    least, most = seconds(min(gaps)), seconds(max(gaps))
    apart = least if least == most else f"{least} to {most}"
    return Fold(row[1].began, row[-2].ended, len(row) - 2, f"{len(row) - 2} more like it, {apart} apart", breaks)


def _chosen(steps: Sequence[Step], wanted: Collection[int]) -> list[Step | Fold]:
    """The wanted steps, and a fold for each row of others."""
    found: list[Step | Fold] = []
    row: list[Step] = []
    for step in [*steps, None]:
        if step is not None and step.n not in wanted:
            row.append(step)
            continue
        if row:
            what = "call" if len(row) == 1 else "calls"
            found.append(Fold(row[0].began, row[-1].ended, len(row), f"{len(row)} {what} not drawn"))
            row = []
        if step is not None:
            found.append(step)
    return found


def _marks(chunks: Iterable[Step | Fold], broken: Mapping[int, tuple[str, ...]]) -> list[Mark | Fold]:
    found: list[Mark | Fold] = []
    for one in chunks:
        if isinstance(one, Fold):
            found.append(one)
        else:
            found += _pair(one, broken.get(one.n, ()))
    return sorted(found, key=lambda one: one.at)


def _pair(step: Step, breaks: tuple[str, ...]) -> list[Mark]:
    """The request and the answer of a call, or the two of a webhook."""
    source, target = (Lane.SERVER, Lane.RECEIVER) if step.is_webhook else (Lane.CLIENT, Lane.SERVER)
    asked = Mark(step.n, step.began, source, target, step.asks, step.notes_of("request"), breaks)
    if step.is_open:
        return [asked]
    told = step.notes_of("answer")
    until = None if step.hint is None else step.ended + step.hint
    return [asked, Mark(step.n, step.ended, target, source, step.answers, told, (), until, step.is_lost)]


def _with_pauses(items: Sequence[Mark | Fold]) -> list[Item]:
    found: list[Item] = []
    under_way: dict[int, Lane] = {}
    until = 0.0
    for one in items:
        if found and one.at - until >= SHORTEST_PAUSE_SECONDS:
            who = next(iter(under_way.values()), Lane.CLIENT)
            found.append(Pause(until, one.at - until, who, bool(under_way)))
        found.append(one)
        if isinstance(one, Mark) and under_way.pop(one.n, None) is None:
            under_way[one.n] = one.target
        until = max(until, one.until if isinstance(one, Fold) else one.at)
    return found


def seconds(length: float) -> str:
    """Return a length of time as people write it: 5 ms, 0.25 s, 12 s, 2 min 5 s."""
    if length < 0.0995:
        return f"{length * 1000:.0f} ms"
    if length < 9.95:
        return f"{length:.2f}".rstrip("0").rstrip(".") + " s"
    if length < 99.5:
        return f"{length:.0f} s"
    minutes, rest = divmod(round(length), 60)
    return f"{minutes} min" + (f" {rest} s" if rest else "")
