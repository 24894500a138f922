"""Submits, polls, downloads, clock moves, turns, resets and several keys in any order: the laws of DESIGN.md hold.

At the end of each run the whole script is played again on a fresh server with the same seed, and so is the part of each
key alone: every answer is the same to the byte. So a run repeats, and no key is ever touched by what another one does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, initialize, multiple, rule

from mockserver.engine.sandbox import digest_of
from tests.properties.clients import CLIENTS, ORDER, Client
from tests.properties.local_server import Act, LocalServer, Said, again

KEYS = ("key-red", "key-green", "key-blue")
SCENARIOS = (
    "success", "instant", "slow=3", "documented", "polls=3", "stuck-in-queue", "stalled=40", "fails-in-queue",
    "fails-in-processing", "unguessable",
)  # fmt: skip
MAKES_SMALL_CLIPS = ("tensorone", "modelslab")
"""At the others a clip takes a second to make, so there only the jobs of the opening are downloaded."""
SECONDS = st.sampled_from([0, 0.1, 0.3, 0.6, 1, 1.7, 2.5, 45, 3600]) | st.floats(0, 4).map(
    lambda length: round(length, 3)
)
MOVES = st.one_of(
    SECONDS.map(lambda seconds: {"advance_seconds": seconds}),
    st.booleans().map(lambda frozen: {"frozen": frozen}),
    st.sampled_from([0.5, 1, 3, 1000]).map(lambda rate: {"rate": rate}),
)


@dataclass
class Life:
    """What a client has seen of a job so far. `era` is the number of resets that its key had seen when it was made."""

    client: Client
    key: str
    id: str
    era: int
    rank: int = 0
    word: str = ""
    progress: float = 0.0
    link: str = ""
    is_first: bool = False
    file: bytes = b""


class Machine(RuleBasedStateMachine):
    jobs: Bundle[Life] = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.cache = CACHE[0]
        self.eras = dict.fromkeys(KEYS, 0)
        self.owners: dict[tuple[str, str], str] = {}
        self.shown: dict[tuple[str, int, str, str], Any] = {}

    @initialize(
        target=jobs,
        seed=st.integers(0, 1),
        owners=st.lists(st.sampled_from(KEYS), min_size=len(CLIENTS), max_size=len(CLIENTS)),
        ended=st.integers(0, len(CLIENTS)),
    )
    def opened(self, seed: int, owners: list[str], ended: int) -> MultipleResults[Life]:
        """A job of each client; one of them has ended already, or none."""
        self.seed, self.local = seed, LocalServer(seed, self.cache)
        for key in KEYS:
            self.control(key, "POST", "", {"key": key})
        made = [self.submit(client, key) for client, key in zip(CLIENTS, owners, strict=True)]
        for place, life in enumerate(made):
            life.is_first = True
            if ended == place:
                self.ended_and_downloaded(life, "complete")
        return multiple(*made)

    def control(self, key: str, method: str, path: str, value: object = None) -> Any:
        where = "/_mock/sandboxes" + (f"/{digest_of(key)}{path}" if method != "POST" or path else "")
        said = self.local.call(key, method, where, {"host": "127.0.0.1"}, value)
        assert said.status < 400, said.value
        return said.value

    # -- what a tester does ---------------------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.local.act(Act(seconds=seconds))

    @rule(key=st.sampled_from(KEYS), moves=st.lists(MOVES, min_size=1, max_size=4))
    def clock_moves(self, key: str, moves: list[dict[str, object]]) -> None:
        before = self.control(key, "GET", "/clock")["now"]
        for move in moves:
            after = self.control(key, "PATCH", "/clock", move)["now"]
            assert after >= before
            before = after

    @rule(
        key=st.sampled_from(KEYS),
        scenario=st.sampled_from(SCENARIOS),
        timing=st.sampled_from(["quick", "documented", "instant"]),
    )
    def scenario_is_chosen(self, key: str, scenario: str, timing: str) -> None:
        self.control(key, "PATCH", "", {"scenario": scenario, "timing": timing})

    @rule(key=st.sampled_from(KEYS))
    def reset(self, key: str) -> None:
        self.control(key, "DELETE", "")
        self.eras[key] += 1

    @rule(job=jobs, kind=st.sampled_from(["complete", "fail", "stall"]))
    def overridden(self, job: Life, kind: str) -> None:
        path = f"/_mock/sandboxes/{digest_of(job.key)}/jobs/{job.id}/{kind}"
        said = self.local.call(job.key, "POST", path, {"host": "127.0.0.1"})
        assert said.status in (200, 404, 409), said.value
        assert said.status != 404 or self.is_gone(job), said.value
        DONE["overridden"] += said.status == 200
        self.look(job)

    # -- what clients do ------------------------------------------------------------------------------------------

    @rule(target=jobs, client=st.sampled_from(CLIENTS), key=st.sampled_from(KEYS))
    def submitted(self, client: Client, key: str) -> Life:
        return self.submit(client, key)

    def submit(self, client: Client, key: str) -> Life:
        said = self.local.call(key, *client.submission(key))
        assert (said.status, client.complaints(client.create, said.value)) == (200, []), said
        life = Life(client, key, client.id_of(said.value), self.eras[key])
        owner = self.owners.setdefault((client.provider, life.id), key)
        assert owner == key, f"{key} got an id that is {owner}'s"
        if not client.has_key_in_body and "status" in said.value:
            self.seen(life, said)
        return life

    @rule(job=jobs)
    def polled(self, job: Life) -> None:
        self.look(job)

    def look(self, job: Life) -> None:
        said = self.local.call(job.key, *job.client.asking(job.key, job.id))
        if self.is_gone(job):
            return  # its id may be that of a later job by now
        assert (said.status, job.client.complaints(job.client.poll, said.value)) == (200, []), said
        self.seen(job, said)

    @rule(job=jobs, pause=st.sampled_from([0.2, 0.4, 0.7, 30]), times=st.integers(2, 8))
    def watched(self, job: Life, pause: float, times: int) -> None:
        """Polled again and again while its clock moves on."""
        for _ in range(times):
            self.control(job.key, "PATCH", "/clock", {"advance_seconds": pause})
            self.look(job)

    def seen(self, job: Life, said: Said) -> None:
        """The laws of a life, read off one more answer."""
        client, word = job.client, job.client.word(said.value)
        rank, progress, link = client.rank(word), client.progress(said.value), client.output(said.value)
        assert rank >= job.rank, f"{word} after {job.word}"
        if job.word and word != job.word:
            assert job.word not in client.life.terminal, f"{word} after {job.word}, which is for ever"
            assert word in client.life.transitions[job.word], f"{word} after {job.word}"
        has_succeeded = client.life.state_of(word) == "succeeded"
        assert bool(link) == has_succeeded, f"{word} with the output {link!r}"
        if progress is not None:
            assert job.progress <= progress < 100
            assert progress == 0 or rank > 0
            job.progress = progress
        state = client.life.state_of(word)
        DONE.update([str(state), f"{client.name} {state}"])
        job.rank, job.word, job.link = rank, word, link if has_succeeded and link else ""

    @rule(job=jobs, key=st.sampled_from(KEYS))
    def polled_by_another(self, job: Life, key: str) -> None:
        if key == job.key:
            return
        said = self.local.call(key, *job.client.asking(key, job.id))
        assert job.client.complaints(job.client.poll, said.value) != [], "another key's job was shown"
        DONE["asked for by another key"] += 1

    @rule(job=jobs)
    def downloaded(self, job: Life) -> None:
        """A file that a poll told of is there, for as long as it is kept, and stays the same to the byte."""
        if not job.link or self.is_gone(job) or not (job.is_first or job.client.provider in MAKES_SMALL_CLIPS):
            return
        link, fetching = job.link, job.client.fetching(job.key, job.link)
        if fetching is not None:
            told = self.local.call(job.key, *fetching)
            assert job.client.complaints("retrieveFile", told.value) == [], told
            link = job.client.link_of(told.value)
        said = self.local.call(job.key, "GET", urlsplit(link).path, job.client.headers(job.key))
        assert said.status in (200, 404), said
        assert said.status == 200 or job.client.provider == "modelslab", "its links alone end, after 24 hours"
        if said.status == 200:
            DONE.update(["downloaded", f"{job.client.name} downloaded"])
            assert len(said.body) > 100
            assert job.file in (b"", said.kept().body)
            job.file = said.kept().body

    @rule(job=jobs, kind=st.sampled_from(["fail", "complete"]))
    def ended_and_downloaded(self, job: Life, kind: str) -> None:
        """The whole way at once, which single steps in any order seldom go."""
        self.overridden(job, kind)
        self.downloaded(job)

    @rule(key=st.sampled_from(KEYS))
    def listed(self, key: str) -> None:
        """The laws of progress at every job of a key, whatever its provider tells of them."""
        seen = {(one["provider"], one["id"]): one for one in self.control(key, "GET", "/jobs")["jobs"]}
        for name, job in seen.items():
            before = self.shown.get((key, self.eras[key], *name), {"state": "queued", "progress": 0})
            assert (job["progress"] == 100) == (job["state"] == "succeeded")
            assert 0 <= job["progress"] <= 100
            assert job["state"] != "queued" or job["progress"] == 0
            assert job["progress"] >= before["progress"]
            assert ORDER[job["state"]] >= ORDER[before["state"]]
            assert ORDER[before["state"]] < 2 or job["state"] == before["state"]
            self.shown[key, self.eras[key], *name] = job

    @rule(job=consumes(jobs))
    def forgotten(self, job: Life) -> None:
        """The client loses interest."""

    def is_gone(self, job: Life) -> bool:
        return job.era != self.eras[job.key]

    # -- and in the end -------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "local"):
            return
        script = [act for act, _ in self.local.done]
        said = [answer for _, answer in self.local.done]
        self.local.__exit__()
        assert again(script, self.seed, self.cache) == said
        for key in KEYS:
            own = [place for place, act in enumerate(script) if act.key in (key, "")]
            assert again([script[place] for place in own], self.seed, self.cache) == [said[place] for place in own]


CACHE: list[Path] = []
DONE: Counter[str] = Counter()
"""How often what was done to the jobs of which call."""
DEEDS = ("queued", "running", "succeeded", "failed", "downloaded", "asked for by another key", "overridden")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path) -> None:
    CACHE[:] = [tmp_path]


Machine.TestCase.settings = settings(
    max_examples=70,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class TestMachine(Machine.TestCase):  # type: ignore[misc]
    def runTest(self) -> None:  # noqa: N802  its name in unittest
        """All of it holds, and all of it was done: to whose jobs is chance, so it counts over all of them."""
        DONE.clear()
        super().runTest()
        assert [deed for deed in DEEDS if not DONE[deed]] == []
        assert [one.name for one in CLIENTS if not DONE[f"{one.name} downloaded"] + DONE[f"{one.name} failed"]] == []
