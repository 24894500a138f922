"""A lane drawing as SVG, to stand in an HTML page: its colours are classes of the page's style sheet.

Time goes down. Equal lengths of time are not equally high: a pause of a minute is drawn little higher than one of a
second, and its length stands beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from math import log1p
from typing import Final

from mockserver.kit.reports.drawing import Drawing, Fold, Item, Lane, Mark, Pause, seconds
from mockserver.kit.reports.drawing_text import pause_says
from mockserver.kit.reports.plain import one_line, shortened

TIME: Final = 78
"""Where the first lane stands, right of the times."""
LANE: Final = 330
"""Between two lanes."""
NOTES: Final = 470
"""Width of the notes right of the last lane."""
TOP: Final = 56
ROW: Final = 24
"""The least height between two marks."""
PAUSE: Final = 16
"""What a pause adds for each factor of e of its seconds."""
TEXT: Final = 43
"""Characters that fit between two lanes."""
NAMES: Final = {
    Lane.CLIENT: "your client",
    Lane.SERVER: "the API",
    Lane.RECEIVER: "your webhook receiver",
}


def svg(drawing: Drawing, title: str) -> str:
    """Return a drawing as an SVG element."""
    rows = _rows(drawing.items)
    bottom = (rows[-1] if rows else TOP) + 26
    width = TIME + LANE * (len(drawing.lanes) - 1) + NOTES
    parts = [
        f'<svg class="lanes" viewBox="0 0 {width} {bottom}" width="{width}" height="{bottom}" role="img">',
        f"<title>{_clean(title)}</title>",
        *_lanes(drawing.lanes, bottom),
        *_hints(drawing, rows),
    ]
    for one, y in zip(drawing.items, rows, strict=True):
        parts += _item(one, y, drawing.lanes)
    return "\n".join([*parts, "</svg>"])


def _clean(text: str, most: int = 120) -> str:
    return escape(one_line(text, most))


def _rows(items: Sequence[Item]) -> list[int]:
    """The height of each item; a pause takes more the longer it is."""
    found = []
    y = float(TOP)
    for one in items:
        y += ROW + (PAUSE * log1p(one.seconds) if isinstance(one, Pause) else 0)
        found.append(round(y))
    return found


def _x(lane: Lane, lanes: Sequence[Lane]) -> int:
    return TIME + LANE * lanes.index(lane)


def _lanes(lanes: Sequence[Lane], bottom: int) -> Iterator[str]:
    for lane in lanes:
        x = _x(lane, lanes)
        anchor = "start" if lane is Lane.CLIENT else "middle"
        at = x - 6 if lane is Lane.CLIENT else x
        yield f'<text class="head" x="{at}" y="22" text-anchor="{anchor}">{NAMES[lane]}</text>'
        yield f'<line class="lane" x1="{x}" y1="34" x2="{x}" y2="{bottom - 8}"/>'
    yield '<text class="time" x="56" y="22" text-anchor="end">time</text>'


def _hints(drawing: Drawing, rows: Sequence[int]) -> Iterator[str]:
    """A bar beside the client's lane for each time in which the client was asked to wait."""
    times, heights = _scale(drawing.items, rows)
    x = _x(Lane.CLIENT, drawing.lanes)
    for one, y in zip(drawing.items, rows, strict=True):
        if isinstance(one, Mark) and one.until is not None:
            end = _height(one.until, times, heights, rows[-1] + 14)
            told = f"the client was asked to wait {seconds(one.until - one.at)}"
            yield (
                f'<rect class="asked" x="{x - 5}" y="{y}" width="10" height="{max(end - y, 4)}" rx="3">'
                f"<title>{told}</title></rect>"
            )


def _scale(items: Sequence[Item], rows: Sequence[int]) -> tuple[list[float], list[int]]:
    """Seconds and the heights at which they are drawn, both growing."""
    times: list[float] = []
    heights: list[int] = []
    for one, y in zip(items, rows, strict=True):
        if not isinstance(one, Pause) and (not times or one.at > times[-1]):
            times.append(one.at)
            heights.append(y)
    return times, heights


def _height(at: float, times: Sequence[float], heights: Sequence[int], bottom: int) -> int:
    """Where a second is drawn: between the marks around it, or below the last."""
    after = bisect_right(times, at)
    if after >= len(times):
        return bottom
    if after == 0:
        return heights[0]
    part = (at - times[after - 1]) / (times[after] - times[after - 1])
    return round(heights[after - 1] + part * (heights[after] - heights[after - 1]))


def _item(one: Item, y: int, lanes: Sequence[Lane]) -> Iterator[str]:
    if isinstance(one, Pause):
        yield from _pause(one, y, lanes)
    elif isinstance(one, Fold):
        yield from _fold(one, y, lanes)
    else:
        yield from _mark(one, y, lanes)


def _pause(one: Pause, y: int, lanes: Sequence[Lane]) -> Iterator[str]:
    x = _x(one.who, lanes)
    height = ROW + PAUSE * log1p(one.seconds)
    anchor, beside = ("end", -14) if one.who is lanes[-1] and one.who is not Lane.CLIENT else ("start", 14)
    yield (
        f'<text class="pause" x="{x + beside}" y="{round(y - height / 2 + ROW / 2 - 2)}" text-anchor="{anchor}">'
        f"{pause_says(one)}</text>"
    )


def _fold(one: Fold, y: int, lanes: Sequence[Lane]) -> Iterator[str]:
    left, right = _x(lanes[0], lanes), _x(lanes[1], lanes)
    kind = "fold broken" if one.breaks else "fold"
    yield f'<rect class="{kind}" x="{left + 8}" y="{y - 15}" width="{right - left - 16}" height="19" rx="4"/>'
    yield f'<text class="said" x="{(left + right) // 2}" y="{y - 1}" text-anchor="middle">{_clean(one.says)}</text>'
    yield _time(one.at, y)
    yield from _notes(_breaks("each breaks", one.breaks), y, lanes)


def _mark(one: Mark, y: int, lanes: Sequence[Lane]) -> Iterator[str]:
    start, end = _x(one.source, lanes), _x(one.target, lanes)
    right = start < end
    tip = 6 if right else -6
    kind = "arrow broken" if one.breaks else "arrow lost" if one.is_lost else "arrow"
    stop = end - 10 * tip if one.is_lost else end - tip
    yield f'<line class="{kind}" x1="{start}" y1="{y}" x2="{stop}" y2="{y}"/>'
    if one.is_lost:
        yield f'<path class="{kind}" d="M{stop - 5} {y - 5}l10 10m0 -10l-10 10"/>'
    else:
        yield f'<path class="{kind} tip" d="M{end - (1 if right else -1)} {y}l{-9 if right else 9} -4.5v9z"/>'
    inner = start + (14 if right else -14)
    anchor = "start" if right else "end"
    says = _clean(shortened(one_line(one.says), TEXT))
    yield f'<text class="said" x="{inner}" y="{y - 5}" text-anchor="{anchor}">{says}</text>'
    yield _time(one.at, y)
    told = _breaks("breaks", one.breaks) + [(note.kind, note.says) for note in one.notes]
    yield from _notes(told, y, lanes)


def _breaks(verb: str, laws: Sequence[str]) -> list[tuple[str, str]]:
    return [("broken", f"{verb} {', '.join(laws)}")] if laws else []


def _time(at: float, y: int) -> str:
    return f'<text class="time" x="56" y="{y + 4}" text-anchor="end">{at:.3f} s</text>'


def _notes(told: Sequence[tuple[str, str]], y: int, lanes: Sequence[Lane]) -> Iterator[str]:
    """Labels right of the last lane, one after the other."""
    x = float(_x(lanes[-1], lanes) + 16)
    for kind, says in told:
        label = shortened(one_line(says), 52)
        width = 14 + (7.1 if kind == "broken" else 6.6) * len(label)
        yield f'<rect class="label {kind}" x="{x:.0f}" y="{y - 9}" width="{width:.0f}" height="18" rx="9"/>'
        yield f'<text class="label {kind}" x="{x + 7:.0f}" y="{y + 4}">{escape(label)}</text>'
        x += width + 6
