"""A lane drawing as lines of text: for `laws explain`, for Markdown and for the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mockserver.kit.reports.drawing import Drawing, Fold, Item, Lane, Mark, Pause, seconds
from mockserver.kit.reports.plain import one_line, shortened

LANE_WIDTH: Final = 40
"""Columns between two lanes."""
MARGIN: Final = 9
"""Columns of the time."""


@dataclass(frozen=True)
class Characters:
    """What lines are made of."""

    lane: str
    dash: str
    right: str
    left: str
    lost: str
    quiet: str
    broken: str


UNICODE: Final = Characters("│", "─", "▶", "◀", "╳", "┊", "✗")
ASCII: Final = Characters("|", "-", ">", "<", "x", ":", "x")


def text(drawing: Drawing, characters: Characters = UNICODE) -> list[str]:
    """Return the lines of a drawing: a head, then one for each item. `#3` is the number of a record."""
    if not drawing.items:
        return ["(nothing was sent)"]
    lines = [_head(drawing.lanes)]
    numbered: set[int] = set()
    for one in drawing.items:
        is_new = isinstance(one, Mark) and one.n not in numbered
        numbered |= {one.n} if isinstance(one, Mark) else set()
        lines.append(_line(one, drawing.lanes, characters, is_new=is_new))
    return lines


def _head(lanes: tuple[Lane, ...]) -> str:
    return ("seconds".rjust(MARGIN) + "  " + "".join(one.value.ljust(LANE_WIDTH + 1) for one in lanes)).rstrip()


def _line(one: Item, lanes: tuple[Lane, ...], characters: Characters, *, is_new: bool) -> str:
    if isinstance(one, Mark):
        return _mark(one, lanes, characters, f"#{one.n}" if is_new else "")
    told = f" {one.says}" if isinstance(one, Fold) else f" {pause_says(one)}"
    rest = "".join(" " * LANE_WIDTH + characters.quiet for _ in lanes[1:])
    first = told.ljust(LANE_WIDTH) + rest[LANE_WIDTH:]
    at = f"{one.at:.3f}" if isinstance(one, Fold) else ""
    breaks = "".join(f"  {characters.broken} {law}" for law in one.breaks) if isinstance(one, Fold) else ""
    return f"{at.rjust(MARGIN)}  {characters.quiet}{first}{breaks}".rstrip()


def pause_says(pause: Pause) -> str:
    """Return who lets the time pass, and how long."""
    return f"{pause.who.value} {'takes' if pause.is_answering else 'waits'} {seconds(pause.seconds)}"


def _mark(mark: Mark, lanes: tuple[Lane, ...], characters: Characters, number: str) -> str:
    left = min(lanes.index(mark.source), lanes.index(mark.target))
    goes_right = lanes.index(mark.source) < lanes.index(mark.target)
    spans = [_arrow(mark, characters, goes_right=goes_right) if at == left else " " * LANE_WIDTH
             for at in range(len(lanes) - 1)]  # fmt: skip
    lines = characters.lane + "".join(span + characters.lane for span in spans)
    breaks = [f"{characters.broken} {one}" for one in mark.breaks]
    told = "  ".join(part for part in (number, *breaks, one_line("; ".join(one.says for one in mark.notes))) if part)
    return f"{f'{mark.at:.3f}'.rjust(MARGIN)}  {lines}  {told}".rstrip()


def _arrow(mark: Mark, characters: Characters, *, goes_right: bool) -> str:
    says = shortened(one_line(mark.says), LANE_WIDTH - 7)
    end = characters.lost if mark.is_lost else characters.right if goes_right else characters.left
    if goes_right:
        return f"{characters.dash * 2} {says} ".ljust(LANE_WIDTH - 1, characters.dash) + end
    return end + f" {says} {characters.dash * 2}".rjust(LANE_WIDTH - 1, characters.dash)
