"""What every store does. One body runs over all of them; a new store is a row of `engines.STORES`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import HandTime
from mockserver.domain.builtin_scenarios import SUCCESS
from mockserver.domain.job import State
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.domain.quota import Limit
from mockserver.engine import Engine
from mockserver.engine.sandbox import Sandbox, digest_of
from mockserver.engine.store import MakeStore
from tests.engine.awaiting_store import AwaitingStore
from tests.engine.engines import ORDER, SCENARIOS, START, STORES, ended, engine, jobs, opened, submit, work

LIMIT = Limit(3, timedelta(seconds=60))
NAME = ("own", "make", b"\x00\xff")
SLOW = SCENARIOS.parse("slow=3")


@pytest.fixture(params=sorted(STORES))
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    return STORES[request.param]()


def seen(world: Engine, key: str) -> dict[str, Any]:
    """All that a sandbox has accumulated and is set to."""

    def read(box: Sandbox) -> dict[str, Any]:
        return {
            "jobs": box.all_jobs(),
            "found": [
                (box.job(job.id), box.job_by_alias(job.alias), box.find_job(job.alias)) for job in box.all_jobs()
            ],
            "counters": (box.submissions, box.refusals),
            "standing": box.stand(NAME, LIMIT, box.clock.now()),
            "calls": box.count_call("success", "creation"),
            "set": (box.timing, box.profiles, box.limits, box.hold, box.scenario, box.queue, box.files_url),
            "own": (box.own_limits, box.tiers, box.keeps_journal, box.seed, box.id_block),
            "clock": (box.clock.now(), box.clock.is_frozen, box.clock.rate, box.clock.start),
            "untouched": box.is_untouched,
        }

    class Read(Exception):
        """Ends a unit of work without a commit: reading counts a call."""

    found: dict[str, Any] = {}

    def steps(box: Sandbox) -> None:
        found.update(read(box))
        raise Read

    with pytest.raises(Read):
        work(world, key, steps)
    return found


def change_everything(world: Engine, box: Sandbox) -> None:
    """A unit of work with a change of each kind."""
    box.set("queue", (*box.queue, SLOW, SUCCESS))
    job = world.submit(box, ORDER, box.clock.now())
    assert not isinstance(job, Problem)
    world.polled(box, job, box.clock.now())
    box.refusal_draw()
    box.admit(NAME, LIMIT, box.clock.now())
    box.count_call(job.id, "poll")
    box.count_call("success", "creation")
    for member, value in (
        ("timing", "instant"), ("profiles", {"toy": frozenset({"a", "b"})}), ("limits", True),
        ("hold", timedelta(seconds=1.5)), ("scenario", SLOW), ("files_url", "http://files"),
        ("own_limits", {"make": LIMIT}), ("tiers", {"toy": "free"}), ("keeps_journal", False),
    ):  # fmt: skip
        box.set(member, value)
    clock = box.moving()
    clock.freeze(True)
    clock.advance(timedelta(seconds=5))


def test_what_is_committed_is_there(make_store: MakeStore) -> None:
    """Jobs under both names, counters, logs, counts, queue, configuration and clock are what the unit made them."""
    world = engine(make_store=make_store)
    work(world, "a", lambda box: change_everything(world, box))
    found = seen(world, "a")
    (job,) = found["jobs"]
    assert (job.n, job.polls, job.scenario, job.request) == (1, 1, SLOW, "a request")
    assert found["found"] == [(job, job, job)]
    assert (found["counters"], found["standing"].remaining, found["calls"]) == ((1, 1), 2, 2)
    assert found["set"] == (
        "instant", {"toy": frozenset({"a", "b"})}, True, timedelta(seconds=1.5), SLOW, (SUCCESS,), "http://files",
    )  # fmt: skip
    assert found["own"][:3] == ({"make": LIMIT}, {"toy": "free"}, False)
    assert found["clock"] == (START + timedelta(seconds=5), True, 1.0, START)
    assert work(world, "a", lambda box: box.count_call(job.id, "poll")) == 2


def test_what_is_not_committed_leaves_nothing(make_store: MakeStore) -> None:
    """A unit of work that raises, wherever it does, leaves all as it was; what follows a commit does not happen."""
    world, after = engine(make_store=make_store), []
    work(world, "a", lambda box: change_everything(world, box))
    before = seen(world, "a")

    def fail(box: Sandbox) -> None:
        change_everything(world, box)
        world.reset(box)
        change_everything(world, box)
        box.after.append(lambda: after.append("done"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work(world, "a", fail)
    assert seen(world, "a") == before
    assert after == []
    work(world, "a", lambda box: box.after.append(lambda: after.append("done")))
    assert after == ["done"]


STEPS: dict[str, Callable[[Engine, Sandbox], object]] = {
    "submit": lambda world, box: world.submit(box, ORDER, box.clock.now()),
    "poll": lambda world, box: [world.polled(box, job, box.clock.now()) for job in box.all_jobs()[-1:]],
    "admit": lambda _world, box: box.admit(NAME, LIMIT, box.clock.now()),
    "count": lambda _world, box: box.count_call("success", "creation"),
    "draw": lambda _world, box: box.refusal_draw(),
    "queue": lambda _world, box: box.set("queue", (*box.queue, SLOW)),
    "advance": lambda _world, box: box.moving().advance(timedelta(seconds=7)),
    "freeze": lambda _world, box: box.moving().freeze(not box.clock.is_frozen),
    "reset": lambda world, box: world.reset(box),
    "everything": change_everything,
}


@settings(max_examples=40)
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from("ab"), st.booleans()), max_size=20),
    conflicts=st.lists(st.booleans(), max_size=40),
)
def test_failures_and_conflicts_change_no_history(steps: list[tuple[str, str, bool]], conflicts: list[bool]) -> None:
    """Units that fail, and runs that met a conflict, are as if they had never been, in whatever order they come."""

    def played(make_store: MakeStore, *, fails: bool) -> list[dict[str, Any]]:
        world = engine(make_store=make_store)
        for name, key, failing in steps:
            if failing and not fails:
                continue

            def unit(box: Sandbox, name: str = name, failing: bool = failing) -> None:
                STEPS[name](world, box)
                if failing:
                    raise ZeroDivisionError

            if failing:
                with pytest.raises(ZeroDivisionError):
                    work(world, key, unit)
            else:
                work(world, key, unit)
        return [_without_serials(seen(world, key)) for key in "ab"]

    expected = played(STORES["memory"](), fails=False)
    assert played(STORES["memory"](), fails=True) == expected
    assert played(_conflicting(conflicts), fails=True) == expected


def _conflicting(conflicts: list[bool]) -> MakeStore:
    return lambda parts: AwaitingStore(parts, iter(conflicts))


def _without_serials(found: dict[str, Any]) -> dict[str, Any]:
    """Serials order the submissions of a store; a unit that was undone leaves its own unused."""
    return {**found, "jobs": [job._replace(serial=0) for job in found["jobs"]], "found": len(found["found"])}


def test_a_full_store_drops_the_oldest_finished_job(make_store: MakeStore) -> None:
    """Only finished jobs leave, the oldest submission first, over all sandboxes."""
    time = HandTime(START)
    world = engine(time, max_jobs=3, make_store=make_store)
    oldest, other = submit(world, "a"), submit(world, "b")
    time.pass_seconds(10)
    youngest = submit(world, "a")
    last = submit(world, "a")
    assert [job.id for job in jobs(world, "a")] == [youngest.id, last.id]
    assert work(world, "a", lambda box: box.job(oldest.id)) is None
    assert work(world, "a", lambda box: box.find_job(oldest.alias)) is None
    submit(world, "a")
    assert work(world, "b", lambda box: box.job(other.id)) is None
    assert world.store.jobs == 3  # type: ignore[attr-defined]


def test_a_store_full_of_unfinished_jobs_refuses(make_store: MakeStore) -> None:
    """When no job can leave, a submission is unavailable, and its number is not used up."""
    world = engine(max_jobs=1, make_store=make_store)
    submit(world, "a")
    refused = work(world, "a", lambda box: world.submit(box, ORDER, box.clock.now()))
    assert isinstance(refused, Problem)
    assert refused.kind is ProblemKind.UNAVAILABLE
    assert opened(world, "a").submissions == 1


def test_a_reset_touches_no_other_sandbox(make_store: MakeStore) -> None:
    """A reset forgets jobs and counters of one sandbox, so the same jobs come again; another keeps its own."""
    world = engine(make_store=make_store)
    before, kept = submit(world, "a"), submit(world, "b")
    assert work(world, "a", world.reset) == 1
    assert jobs(world, "a") == []
    assert work(world, "b", lambda box: box.find_job(kept.id)) == kept
    assert world.store.jobs == 1  # type: ignore[attr-defined]
    assert submit(world, "a").id == before.id


def test_idle_sandboxes_leave_first(make_store: MakeStore) -> None:
    """The number of sandboxes is bounded; the one that was not used for longest goes, with its jobs."""
    world = engine(max_sandboxes=2, make_store=make_store)
    closed: list[str] = []
    world.store.on_close.append(closed.append)
    opened(world, "a")
    submit(world, "b")
    opened(world, "a")
    opened(world, "c")
    assert [one.digest for one in ended(world.store.listed())] == [digest_of("a"), digest_of("c")]
    assert world.store.jobs == 0  # type: ignore[attr-defined]
    assert closed == [digest_of("b")]


def test_to_look_for_a_sandbox_makes_none_and_is_no_use(make_store: MakeStore) -> None:
    world = engine(make_store=make_store)
    assert ended(world.store.find(digest_of("a"))) is None
    opened(world, "a"), opened(world, "b")
    found = ended(world.store.find(digest_of("a")))
    assert found is not None
    assert [one.digest for one in ended(world.store.listed())] == [digest_of("a"), digest_of("b")]


def test_a_closed_sandbox_is_as_if_it_had_never_been(make_store: MakeStore) -> None:
    world = engine(make_store=make_store)
    fresh = seen(world, "a")
    work(world, "a", lambda box: change_everything(world, box))
    assert ended(world.store.close(digest_of("a"))) == 1
    assert ended(world.store.listed()) == []
    assert seen(world, "a") == fresh


@given(keys=st.lists(st.text(max_size=5), min_size=1, max_size=20, unique=True), kind=st.sampled_from(sorted(STORES)))
def test_no_two_sandboxes_share_an_id_block(keys: list[str], kind: str) -> None:
    """Counters that are cut from the id block never meet between two keys."""
    world = engine(max_sandboxes=50, make_store=STORES[kind]())
    id_blocks = [opened(world, key).id_block for key in keys]
    assert len(set(id_blocks)) == len({digest_of(key) for key in keys})


def test_a_file_names_its_sandbox(make_store: MakeStore) -> None:
    """The owner of a public name is found among all sandboxes, and forgotten with its job."""
    world = engine(make_store=make_store)
    job = submit(world, "a")
    assert ended(world.store.owner_of(job.alias)) == digest_of("a")
    assert ended(world.store.owner_of(job.id)) == digest_of("a")
    work(world, "a", world.reset)
    assert ended(world.store.owner_of(job.alias)) is None
    assert ended(world.store.owner_of("")) is None


def test_the_unfinished_are_those_whose_end_has_not_come(make_store: MakeStore) -> None:
    time = HandTime(START)
    world = engine(time, make_store=make_store)
    first = submit(world, "a")
    time.pass_seconds(10)
    second = submit(world, "a")
    now = opened(world, "a").clock.now()
    assert work(world, "a", lambda box: [job.id for job in box.unfinished(now)]) == [second.id]
    assert work(world, "a", lambda box: [job.id for job in box.finished(now)]) == [first.id]
    assert first.timeline.end is State.SUCCEEDED


def test_a_store_that_waits_loads_what_a_unit_asks_for() -> None:
    """Each entry that is missing is fetched once, and a unit is run again after each and after each conflict."""
    made: list[AwaitingStore] = []
    world = engine(make_store=lambda parts: made.append(AwaitingStore(parts, iter([False, True, False]))) or made[0])
    job, runs = submit(world, "a"), []
    (store,) = made
    store.fetched.clear()

    def unit(box: Sandbox) -> int:
        runs.append(box)
        assert box.find_job(job.alias) is not None
        box.admit(NAME, LIMIT, box.clock.now())
        return box.count_call(job.id, "poll")

    assert work(world, "a", unit) == 1
    once = [("jobs", job.alias), ("logs", NAME), ("calls", (job.id, "poll"))]
    assert store.fetched == once * 2  # before the conflict, and on fresh state
    assert (store.refused, len(runs)) == (1, 8)
    assert work(world, "a", lambda box: box.stand(NAME, LIMIT, box.clock.now()).remaining) == 2
