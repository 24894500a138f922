"""Outlines of land: one period of heights per layer, along which the camera walks. Heights are in 1/4096."""

from __future__ import annotations

from mockserver.adapters.clips.draws import OVERRIDE, RandomDraws, sine

PERIOD = 512  # samples before an outline repeats
Outline = list[int]


def _sum(draws: RandomDraws, waves: tuple[tuple[int, int], ...], sharp: bool) -> Outline:
    """Return waves of (turns per period, weight in 1/4096), each at a drawn phase; ``sharp`` folds them into ridges."""
    heights = [0] * PERIOD
    for turns, weight in waves:
        phase = draws.below(OVERRIDE)
        for n in range(PERIOD):
            wave = sine(n * turns * OVERRIDE // PERIOD + phase)
            heights[n] += ((4096 - 2 * abs(wave)) if sharp else wave) * weight // 4096
    return [(height + 4096) // 2 for height in heights]


def _dunes(draws: RandomDraws) -> Outline:
    """Return long rises and short falls."""
    turns, phase = draws.between(3, 5), draws.below(PERIOD)
    span = PERIOD // turns
    smooth = _sum(draws, ((1, 1000), (2, 700)), sharp=False)
    heights = []
    for n in range(PERIOD):
        along = (n + phase) * 4096 // span % 4096
        rise = along * 4096 // 2900 if along < 2900 else (4096 - along) * 4096 // 1196
        heights.append((2048 - sine(rise // 2 + 1024) // 2) * 6 // 10 + smooth[n] * 4 // 10)
    return heights


def _pines(draws: RandomDraws) -> Outline:
    """Return hills with triangular trees on them."""
    heights = [height * 55 // 100 for height in _sum(draws, ((2, 2000), (5, 900)), sharp=False)]
    place = 0
    while place < PERIOD - 10:
        half, tall = draws.between(2, 4), draws.between(500, 1500)
        for n in range(-half, half + 1):
            at = (place + half + n) % PERIOD
            heights[at] += tall * (half - abs(n)) // half
        place += 2 * half + draws.below(3)
    return heights


def outline(land: str, seed: int, layer: int) -> Outline:
    """Return one period of ``PERIOD`` heights for a layer of that land."""
    draws = RandomDraws(seed, f"land {layer}")
    if land == "peaks":
        return _sum(draws, ((2, 1300), (5, 1000), (11, 450), (23, 220), (47, 110)), sharp=True)
    if land == "dunes":
        return _dunes(draws)
    if land == "pines":
        return _pines(draws)
    if land == "sea":
        return _sum(draws, ((7, 1500), (11, 1000), (17, 700)), sharp=False)
    return _sum(draws, ((2, 1700), (3, 1200), (7, 500), (13, 160)), sharp=False)
