"""Each scenario of webhooks as a receiver meets it, over a clock that is moved by hand."""

from __future__ import annotations

import pytest

from mockserver.domain.builtin_scenarios import CORE, WEBHOOKS
from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.domain.scenario_composition import composed
from tests.adapters.dispatchers import all_events, finals, job, run, world
from tests.adapters.receiver import receiver
from tests.domain.timelines import CREATED

Arrivals = list[tuple[float, str]]
"""After how many seconds a webhook was sent, and which state it told of."""

EXPECTED: dict[str, Arrivals] = {
    "webhook-again": [(0, "running"), (0, "running"), (10, "succeeded"), (10, "succeeded")],
    "webhook-again=3": [(0, "running")] * 3 + [(10, "succeeded")] * 3,
    "webhook-late": [(5, "running"), (15, "succeeded")],
    "webhook-lost": [],
    "webhook-disorder": [(10, "succeeded"), (30, "running")],
    "webhook-together": [(0, "running"), (0, "running"), (10, "succeeded"), (10, "succeeded")],
    "webhook-early": [(0, "running"), (10, "succeeded")],
    "webhook-retried": [(0, "running"), (10, "succeeded")],
    "webhook-unknown-event": [(0, "running"), (10, "succeeded")],
    "webhook-missing-signature": [(0, "running"), (10, "succeeded")],
    "webhook-wrong-signature": [(0, "running"), (10, "succeeded")],
    "webhook-stale-signature": [(0, "running"), (10, "succeeded")],
    "webhook-future-signature": [(0, "running"), (10, "succeeded")],
}
"""The signatures and the status word are what the sandbox's secrets and the provider make of them: see
tests/testing/test_webhooks_wire.py and tests/domain/test_webhook_message.py.
"""

PLAIN = b'{"job":"job-1","word":"running","stage":0,"progress":0,"why":""}'
BYTES: dict[str, tuple[bytes, str]] = {
    "webhook-truncated": (b'{"job":"job-1","word":"running",', "application/json"),
    "webhook-reordered": (b'{"why":"","progress":0,"stage":0,"word":"running","job":"job-1"}', "application/json"),
    "webhook-wrong-content-type": (PLAIN, "text/plain"),
    "webhook-another-job": (PLAIN.replace(b"job-1", b"job-0"), "application/json"),
    "webhook-altered-body": (PLAIN[:-1] + b',"x_altered":true}', "application/json"),
}
"""The body and the media type of the first webhook."""


def arrivals(scenario: Scenario) -> tuple[Arrivals, list[str], list[str]]:
    """What a receiver of all events of a job that ends after 10 s got, the ids of the deliveries, and why others were
    none. A second job, whose only webhook goes the same way later, comes when all before it has come.
    """
    found: Arrivals = []
    ids: list[str] = []
    lost: list[str] = []

    async def scene() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job()._replace(scenario=scenario), all_events(hook.url))
            here.expect(job(2, 100), finals(hook.url))
            for seconds in (0, 5, 5, 2.5, 2.5, 15, 70):
                await here.advance(seconds)
            *told, last = here.attempts
            assert last.delivery.job == "job-2"
            assert [one.body for one in here.attempts] == [one.body for one in hook.received]
            for one, got in zip(told, hook.received, strict=False):
                found.append(((one.due - CREATED).total_seconds(), got.value["word"]))
            ids.extend(one.delivery.id for one in told)
            lost.extend(one.why for one in here.refused)

    run(scene())
    return found, ids, lost


def test_every_scenario_of_webhooks_is_tested_here() -> None:
    """Each built-in scenario of webhooks is in one of the two tables."""
    assert {scenario.name for scenario in WEBHOOKS} == {name.partition("=")[0] for name in EXPECTED} | set(BYTES)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_scenario_of_webhooks_as_a_receiver_meets_it(name: str) -> None:
    """What comes, when, in which order, and saying what; one that comes again has the id that it had."""
    found, ids, lost = arrivals(ScenarioCatalogue(CORE).parse(name))
    assert found == EXPECTED[name]
    assert len(set(ids)) == len({state for _, state in found})
    assert lost == (["lost: scenario webhook-lost makes no attempt"] * 2 if name == "webhook-lost" else [])


def test_webhooks_are_composed_by_state() -> None:
    """A scenario out of data says when each webhook is tried; a state that it does not name is told as usual."""
    scenario = composed("mine", {"webhooks": {"running": [], "succeeded": [0, 20]}})
    assert arrivals(scenario)[0] == [(10, "succeeded"), (30, "succeeded")]
    assert arrivals(composed("mine", {"webhooks": {"tries": [1], "succeeded": [0]}}))[0] == [
        (1, "running"), (10, "succeeded"),
    ]  # fmt: skip
    assert arrivals(composed("mine", {"webhooks": {"failed": []}}))[0] == [(0, "running"), (10, "succeeded")]


@pytest.mark.parametrize("name", BYTES)
def test_a_scenario_changes_what_a_webhook_says(name: str) -> None:
    """The bytes and the media type that a receiver reads, at the instants of an unchanged webhook."""
    scenario = ScenarioCatalogue(CORE).parse(name)
    arrived: list[tuple[float, bytes, str]] = []

    async def script() -> None:
        async with world() as here, receiver() as hook:
            here.expect(job()._replace(scenario=scenario), all_events(hook.url))
            for seconds in (0, 10):
                await here.advance(seconds)
            for one, got in zip(here.attempts, hook.received, strict=True):
                arrived.append(((one.due - CREATED).total_seconds(), got.body, got.headers["content-type"]))

    run(script())
    assert [at for at, _, _ in arrived] == [0, 10]
    assert arrived[0][1:] == BYTES[name]
