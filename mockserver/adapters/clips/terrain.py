"""Outlines of land: one period of heights per layer, walked along by the camera. Heights are in 1/4096."""

from __future__ import annotations

from mockserver.adapters.clips.dice import TURN, Dice, sine

PERIOD = 512  # samples before an outline repeats
Outline = list[int]


def _sum(dice: Dice, waves: tuple[tuple[int, int], ...], sharp: bool) -> Outline:
    """Waves of (turns per period, weight in 1/4096), each at a drawn phase; ``sharp`` folds them into ridges."""
    heights = [0] * PERIOD
    for turns, weight in waves:
        phase = dice.below(TURN)
        for n in range(PERIOD):
            wave = sine(n * turns * TURN // PERIOD + phase)
            heights[n] += ((4096 - 2 * abs(wave)) if sharp else wave) * weight // 4096
    return [(height + 4096) // 2 for height in heights]


def _dunes(dice: Dice) -> Outline:
    """Long rises and short falls."""
    turns, phase = dice.between(3, 5), dice.below(PERIOD)
    span = PERIOD // turns
    smooth = _sum(dice, ((1, 1000), (2, 700)), sharp=False)
    heights = []
    for n in range(PERIOD):
        along = (n + phase) * 4096 // span % 4096
        rise = along * 4096 // 2900 if along < 2900 else (4096 - along) * 4096 // 1196
        heights.append((2048 - sine(rise // 2 + 1024) // 2) * 6 // 10 + smooth[n] * 4 // 10)
    return heights


def _pines(dice: Dice) -> Outline:
    """Hills with triangular trees on them."""
    heights = [height * 55 // 100 for height in _sum(dice, ((2, 2000), (5, 900)), sharp=False)]
    place = 0
    while place < PERIOD - 10:
        half, tall = dice.between(2, 4), dice.between(500, 1500)
        for n in range(-half, half + 1):
            at = (place + half + n) % PERIOD
            heights[at] += tall * (half - abs(n)) // half
        place += 2 * half + dice.below(3)
    return heights


def outline(land: str, seed: int, layer: int) -> Outline:
    """One period of ``PERIOD`` heights for a layer of that land."""
    dice = Dice(seed, f"land {layer}")
    if land == "peaks":
        return _sum(dice, ((2, 1300), (5, 1000), (11, 450), (23, 220), (47, 110)), sharp=True)
    if land == "dunes":
        return _dunes(dice)
    if land == "pines":
        return _pines(dice)
    if land == "sea":
        return _sum(dice, ((7, 1500), (11, 1000), (17, 700)), sharp=False)
    return _sum(dice, ((2, 1700), (3, 1200), (7, 500), (13, 160)), sharp=False)
