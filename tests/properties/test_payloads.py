"""Whatever happens to a job and whenever it is looked at: the last payload says what a poll says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.engine.sandbox import digest_of
from tests.properties.clients import CLIENTS, Client
from tests.properties.local_server import LocalServer
from tests.properties.receiving import listening

KEY = "key-red"
WITH_HOOKS = {"modelslab": ("webhook", []), "gately": ("callback_url", ["callbacks"])}
SAID = {
    "modelslab": {"processing": None, "success": "success", "failed": "failed"},
    "gately": {
        "Preparing": None,
        "Queueing": None,
        "Processing": "processing",
        "Success": "success",
        "Fail": "failed",
    },
}
"""The word of a payload for the word of a poll; None: at that state no payload was sent."""
SCENARIOS = [
    "success",
    "instant",
    "slow=2",
    "polls=2",
    "stuck-in-queue",
    "stalled=40",
    "fails-in-queue",
    "fails-in-processing",
]
STEPS = st.lists(
    st.sampled_from([0.0, 0.3, 0.9, 1.7, 4.0]) | st.sampled_from(["complete", "fail", "stall"]), min_size=1, max_size=6
)


@pytest.fixture(scope="module")
def hook() -> Iterator[tuple[str, list[Any]]]:
    with listening() as (url, got):
        yield url, got


@pytest.mark.parametrize("client", [one for one in CLIENTS if one.provider in WITH_HOOKS], ids=lambda one: one.name)
def test_the_last_payload_says_what_a_poll_says(client: Client, hook: tuple[str, list[Any]], tmp_path: Path) -> None:
    """At every instant, under every scenario, overridden or not; and no payload is sent twice or out of order."""
    url, got = hook
    member, words = WITH_HOOKS[client.provider]
    ends = set[str]()

    @settings(
        max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(st.sampled_from(SCENARIOS), st.sampled_from(["quick", "instant"]), STEPS)
    def holds(scenario: str, timing: str, steps: list[float | str]) -> None:
        got.clear()
        with LocalServer(0, tmp_path) as local:

            def control(method: str, path: str, value: object = None) -> None:
                where = f"/_mock/sandboxes{path}"
                said = local.call(KEY, method, where, {"host": "127.0.0.1"}, value)
                assert said.status in (200, 201, 409), said

            own = f"/{digest_of(KEY)}"
            control("POST", "", {"key": KEY})
            control("PATCH", own, {"scenario": scenario, "timing": timing, "profiles": {client.provider: words}})
            control("PATCH", f"{own}/clock", {"frozen": True})
            method, path, headers, body = client.submission(KEY)
            job = client.id_of(local.call(KEY, method, path, headers, {**body, member: url}).value)
            for step in [0.0, *steps]:
                if isinstance(step, str):
                    control("POST", f"{own}/jobs/{job}/{step}")
                else:
                    control("PATCH", f"{own}/clock", {"advance_seconds": step})
                poll = local.call(KEY, *client.asking(KEY, job)).value
                control("PATCH", f"{own}/clock", {"advance_seconds": 0})  # a poll may have ended the job
                payloads = [one for one in got if "challenge" not in one]
                said = [one["status"] for one in payloads]
                assert (said[-1] if said else None) == SAID[client.provider][client.word(poll)], (poll, payloads)
                assert len(set(said)) == len(said)
                for name in ("output", "file_id"):
                    assert not payloads or payloads[-1].get(name) == poll.get(name) or not poll.get(name)
                ends.update(said[-1:])

    holds()
    assert {"success", "failed"} <= ends
