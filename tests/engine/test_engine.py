"""Sandboxes, the store's bound, and the verbs."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.domain.job import Job, Override, OverrideKind, State, snapshot
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_of
from tests.engine.engines import ORDER, START, ended, engine, opened


def submit(world: Engine, sandbox: Sandbox) -> Job:
    job = ended(world.work(sandbox, lambda box: world.submit(box, ORDER, box.clock.now())))
    assert isinstance(job, Job)
    return job


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30))
def test_a_sandboxs_jobs_depend_on_nothing_but_itself(order: list[str]) -> None:
    """Whatever other keys do in between, the n-th submission of a key is the same job."""
    together, alone = engine(), engine()
    for key in order:
        submit(together, opened(together, key))
    for key in sorted(set(order)):
        sandbox = opened(alone, key)
        expected = [submit(alone, sandbox) for _ in range(order.count(key))]
        found = opened(together, key).all_jobs()
        assert [(job.id, job.alias, job.seed, job.timeline) for job in found] == [
            (job.id, job.alias, job.seed, job.timeline) for job in expected
        ]


def test_a_full_store_drops_the_oldest_finished_job() -> None:
    """Only finished jobs leave, the oldest submission first, over all sandboxes."""
    time = HandTime(START)
    world = engine(time, max_jobs=3)
    first, second = (opened(world, key) for key in "ab")
    oldest, other = submit(world, first), submit(world, second)
    time.pass_seconds(10)
    youngest = submit(world, first)
    submit(world, first)
    assert [job.id for job in first.all_jobs()] == [youngest.id, first.all_jobs()[-1].id]
    assert first.job(oldest.id) is None
    assert first.find_job(oldest.alias) is None
    submit(world, first)
    assert second.job(other.id) is None
    assert world.store.jobs == 3


def test_a_store_full_of_unfinished_jobs_refuses() -> None:
    """When no job can leave, a submission is unavailable, and its number is not used up."""
    world = engine(max_jobs=1)
    sandbox = opened(world, "a")
    submit(world, sandbox)
    refused = ended(world.work(sandbox, lambda box: world.submit(box, ORDER, box.clock.now())))
    assert isinstance(refused, Problem)
    assert refused.kind is ProblemKind.UNAVAILABLE
    assert sandbox.submissions == 1


def test_a_reset_touches_no_other_sandbox() -> None:
    """A reset forgets jobs and counters of one sandbox, so the same jobs come again; another keeps its own."""
    world = engine()
    first, second = (opened(world, key) for key in "ab")
    before, kept = submit(world, first), submit(world, second)
    assert ended(world.work(first, world.reset)) == 1
    assert not first.all_jobs()
    assert second.find_job(kept.id) is kept
    assert world.store.jobs == 1
    assert submit(world, first).id == before.id


def test_idle_sandboxes_leave_first() -> None:
    """The number of sandboxes is bounded; the one that was not used for longest goes, with its jobs."""
    world = engine(max_sandboxes=2)
    a, b = (opened(world, key) for key in "ab")
    submit(world, b)
    opened(world, "a")
    opened(world, "c")
    assert [one.digest for one in world.store] == [a.digest, digest_of("c")]
    assert world.store.jobs == 0


@given(st.lists(st.text(max_size=5), min_size=1, max_size=20, unique=True))
def test_no_two_sandboxes_share_a_id_block(keys: list[str]) -> None:
    """Counters that are cut from the lot never meet between two keys."""
    world = engine(max_sandboxes=50)
    id_blocks = [opened(world, key).id_block for key in keys]
    assert len(set(id_blocks)) == len(keys)


def test_a_file_names_its_sandbox() -> None:
    """The owner of a public name is found among all sandboxes, and forgotten with its job."""
    world = engine()
    sandbox = opened(world, "a")
    job = submit(world, sandbox)
    assert ended(world.store.owner_of(job.alias)) == sandbox.digest
    assert ended(world.store.owner_of(job.id)) == sandbox.digest
    ended(world.work(sandbox, world.reset))
    assert ended(world.store.owner_of(job.alias)) is None
    assert ended(world.store.owner_of("")) is None


def test_a_turn_is_kept_and_told_to_the_webhook_port() -> None:
    """A scenario turned from outside is a fact with its instant, and its webhooks are read anew."""
    world = engine()
    sandbox = opened(world, "a")
    job = submit(world, sandbox)
    at = sandbox.clock.now()
    override = Override(at, OverrideKind.FAILED, "because")
    seen = snapshot(ended(world.work(sandbox, lambda box: world.override(box, job, override))), at + timedelta(days=1))
    assert sandbox.job(job.id).overrides == (override,)  # type: ignore[union-attr]
    assert (seen.state, seen.why, seen.since) == (State.FAILED, "because", at)
    assert world.webhooks.told == [f"turned {job.id}"]  # type: ignore[attr-defined]
