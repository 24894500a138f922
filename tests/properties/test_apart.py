"""Two keys never influence each other, and a run repeats: with limits, scenarios, clocks, turns, webhooks and journals.

A story is lived by two keys at once. Then the part of each is lived again alone, and all of it once more, on a server
that is new: every answer of every kind is the same to the byte, those of the control API and of the journal included.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from tests.properties.clients import CLIENTS, Client
from tests.properties.local_server import LocalServer, Said, again

KEYS = ("key-red", "key-green")
NOBODY = "http://127.0.0.1:9/hook"
LOCAL = {"host": "127.0.0.1"}
SCENARIOS = (
    "success", "instant", "slow=3", "polls=2", "stuck-in-queue", "stalled=40", "fails-in-queue", "fails-in-processing",
    "moderated", "out-of-credits", "eta-lying", "unguessable",
)  # fmt: skip
SETTINGS: tuple[dict[str, Any], ...] = (
    {"limits": "documented"},
    {"limits": {"createVideo": {"calls": 1, "seconds": 20}, "text2video": {"calls": 2, "seconds": 5}}},
    {"limits": "off", "tiers": {"tensorone": "free"}},
    {"tiers": {"modelslab": "premium"}},
    {"timing": "instant"},
    {"timing": "documented"},
    {"profiles": {"modelslab": ["documented"], "aimlapi": ["2026"]}},
    {"profiles": {"tensorone": ["created-201"], "modelslab": [], "aimlapi": []}},
    {"journal": "off"},
    {"journal": "on"},
)
MOVES = (
    {"advance_seconds": 0.7}, {"advance_seconds": 60}, {"frozen": True}, {"frozen": False}, {"rate": 3}, {"rate": 0.5},
    {"set": "2026-01-16T15:00:00Z"},
)  # fmt: skip
VIEWS = ("", "/clock", "/jobs", "/deliveries", "/journal.json", "/journal.ndjson?kind=exchange", "/journal.har")
KINDS = {"create": 8, "poll": 6, "move": 3, "set": 2, "queue": 1, "turn": 1, "view": 1, "forget": 0.4}
STEPS = 80

Step = Callable[["Story", str], None]


class Story:
    """What is done, with the jobs that each key has made."""

    def __init__(self, local: LocalServer) -> None:
        self.local = local
        self.jobs: dict[str, list[tuple[Client, str]]] = {key: [] for key in KEYS}

    def control(self, key: str, method: str, path: str = "", value: object = None) -> Said:
        return self.local.call(key, method, f"/_mock/sandboxes/{key}{path}", LOCAL, value)

    def create(self, key: str, client: Client, scenario: str | None, has_hook: bool) -> None:
        method, path, headers, body = client.submission(key)
        if has_hook:
            body["webhook"] = f"{NOBODY}?key={key}"
        said = self.local.call(
            key, method, path, {**headers, **({"X-Mock-Scenario": scenario} if scenario else {})}, body
        )
        try:
            self.jobs[key].append((client, client.id_of(said.value)))
        except KeyError:
            return  # it was refused

    def poll(self, key: str, number: int) -> None:
        client, job = self.job(key, number)
        self.local.call(key, *client.asking(key, job))

    def turn(self, key: str, number: int, kind: str) -> None:
        self.control(key, "POST", f"/jobs/{quote(self.job(key, number)[1], safe='')}/{kind}")

    def job(self, key: str, number: int) -> tuple[Client, str]:
        jobs = self.jobs[key]
        return jobs[number % len(jobs)] if jobs else (CLIENTS[0], "vid_none12_none12")


def step(chance: Random) -> Step:
    """One thing that a client or a tester does."""
    (kind,) = chance.choices(list(KINDS), weights=list(KINDS.values()))
    number = chance.randrange(4)
    if kind == "create":
        client, scenario = chance.choice(CLIENTS), chance.choice(SCENARIOS) if number else None
        return lambda story, key: story.create(key, client, scenario, client.has_key_in_body and number > 1)
    if kind == "poll":
        return lambda story, key: story.poll(key, number)
    if kind == "turn":
        verb = chance.choice(["complete", "fail", "stall"])
        return lambda story, key: story.turn(key, number, verb)
    told: tuple[str, str, object] = {
        "move": ("PATCH", "/clock", chance.choice(MOVES)),
        "set": ("PATCH", "", chance.choice(SETTINGS)),
        "queue": ("PATCH", "", {"queue": chance.choices(SCENARIOS, k=number), "scenario": chance.choice(SCENARIOS)}),
        "view": ("GET", chance.choice(VIEWS), None),
        "forget": ("DELETE", chance.choice(["", "?configuration=true"]), None),
    }[kind]
    return lambda story, key: _ignored(story.control(key, *told))


def _ignored(_said: Said) -> None:
    """It is compared when it is said again."""


@pytest.mark.parametrize("seed", range(24))
def test_keys_live_apart_and_runs_repeat(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    with LocalServer(seed, tmp_path) as local:
        story = Story(local)
        for _ in range(STEPS):
            step(chance)(story, chance.choice(KEYS))
            if seconds := chance.choice([0, 0, 0.3, 1.5, 30]):
                local.time_passes(seconds)
        for key in KEYS:
            for view in VIEWS:
                story.control(key, "GET", view)
    script, said = [act for act, _ in local.done], [one for _, one in local.done]
    assert all(one is None or one.status < 500 for one in said)
    assert again(script, seed, tmp_path) == said
    for key in KEYS:
        own = [place for place, act in enumerate(script) if act.key in (key, "")]
        assert again([script[place] for place in own], seed, tmp_path) == [said[place] for place in own]
