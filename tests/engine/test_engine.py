"""The verbs of the engine."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.job import Override, OverrideKind, State, snapshot
from tests.engine.engines import engine, jobs, submit, work


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30))
def test_a_sandboxs_jobs_depend_on_nothing_but_itself(order: list[str]) -> None:
    """Whatever other keys do in between, the n-th submission of a key is the same job."""
    together, alone = engine(), engine()
    for key in order:
        submit(together, key)
    for key in sorted(set(order)):
        expected = [submit(alone, key) for _ in range(order.count(key))]
        assert [(job.id, job.alias, job.seed, job.timeline) for job in jobs(together, key)] == [
            (job.id, job.alias, job.seed, job.timeline) for job in expected
        ]


def test_an_override_is_kept_and_told_to_the_webhook_port() -> None:
    """An override from outside is a fact with its instant, and the job's webhooks are read again."""
    world = engine()
    job = submit(world, "a")
    override = Override(job.created, OverrideKind.FAILED, "because")
    overridden = work(world, "a", lambda box: world.override(box, job, override))
    assert jobs(world, "a") == [overridden]
    seen = snapshot(overridden, job.created + timedelta(days=1))
    assert (seen.state, seen.why, seen.since) == (State.FAILED, "because", job.created)
    assert world.webhooks.told == [f"turned {job.id}"]  # type: ignore[attr-defined]
