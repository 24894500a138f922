"""A skyline: houses as boxes, windows that are lit. Places are in 1/4096 of the picture's width or height."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.adapters.clips.draws import RandomDraws

PERIOD = 8192  # width of a street before it repeats: two pictures


@dataclass(frozen=True, slots=True)
class House:
    """A box with its left side, its width, its height, and its lit windows as (column, row) of a grid."""

    left: int
    width: int
    height: int
    columns: int
    lit: tuple[tuple[int, int], ...]


def street(seed: int, layer: int) -> list[House]:
    """Return one period of houses from left to right; nearer layers (higher numbers) have wider ones."""
    draws = RandomDraws(seed, f"street {layer}")
    houses, left = [], 0
    while left < PERIOD:
        width = min(draws.between(150, 300) + 40 * layer, PERIOD - left)
        height = draws.between(500, 4096)
        columns = max(2, width // 55)
        rows = max(2, height // 190)
        lit = tuple((c, r) for c in range(columns) for r in range(1, rows) if draws.below(100) < 30)
        houses.append(House(left, width, height, columns, lit))
        left += width + (draws.below(60) if draws.below(3) == 0 else 0)
    return houses
