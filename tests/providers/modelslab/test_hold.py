"""How long a creation is held, under a live clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mockserver.domain.job import Override, OverrideKind
from mockserver.settings import Settings
from tests.providers.modelslab.client import CAT, ENTERPRISE, V6
from tests.providers.modelslab.virtual import World, play

TEXT = f"{V6}/text2video"


@pytest.mark.fact("modelslab.create.instant-response.quick")
def test_quick_holds_for_a_second_and_answers_processing() -> None:
    async def scene(world: World) -> None:
        for path in (TEXT, f"{ENTERPRISE}/text2video"):
            took, answer = await world.post(path, **CAT)
            assert (took, answer["status"]) == (1.0, "processing")
            assert answer["eta"] > 0
            assert len(answer["future_links"]) == 1

    play(scene, Settings(timing="quick"))


def test_documented_holds_for_twenty_seconds_and_instant_not_at_all() -> None:
    async def slowly(world: World) -> None:
        took, answer = await world.post(TEXT, **CAT)
        assert (took, answer["status"]) == (20.0, "processing")
        assert 10 <= answer["eta"] <= 100

    async def at_once(world: World) -> None:
        took, answer = await world.post(TEXT, **CAT)
        assert (took, answer["status"]) == (0.0, "success")

    play(slowly, Settings(timing="documented"))
    play(at_once, Settings(timing="instant"))


@pytest.mark.fact("modelslab.create.instant-response.true.not-held")
@pytest.mark.parametrize("switch", [True, "yes"])
def test_an_instant_response_is_not_held(switch: object) -> None:
    async def scene(world: World) -> None:
        took, answer = await world.post(TEXT, **CAT, instant_response=switch)
        assert (took, answer["status"]) == (0.0, "processing")

    play(scene, Settings(hold_seconds=5))


@pytest.mark.fact("modelslab.create.instant-response.false")
def test_a_hold_longer_than_the_job_ends_with_it_and_answers_success() -> None:
    async def scene(world: World) -> None:
        took, answer = await world.post(TEXT, **CAT)
        assert (round(took, 2), answer["status"]) == (answer["generationTime"], "success")
        assert 2 <= took <= 4

    async def short(world: World) -> None:
        took, answer = await world.post(TEXT, **CAT)
        assert (took, answer["status"]) == (1.5, "processing")

    play(scene, Settings(hold_seconds=10))
    play(short, Settings(hold_seconds=1.5))


@pytest.mark.fact("modelslab.create.hold.bounded")
def test_nothing_is_held_for_more_than_thirty_seconds_of_real_time() -> None:
    async def scene(world: World) -> None:
        world.sandbox.clock.run_at(0.1)
        took, answer = await world.post(TEXT, **CAT)
        assert (took, answer["status"]) == (30.0, "processing")

    play(scene, Settings(timing="documented", hold_seconds=20))


def test_a_hold_lives_on_the_sandboxs_clock() -> None:
    async def scene(world: World) -> None:
        world.sandbox.clock.run_at(10)
        took, answer = await world.post(TEXT, **CAT)
        assert (took, answer["status"]) == (2.0, "processing")
        world.sandbox.clock.freeze(True)
        assert (await world.post(TEXT, **CAT))[0] == 0.0

    play(scene, Settings(timing="documented"))


def test_a_job_that_is_overridden_while_it_is_held_is_seen_overridden() -> None:
    async def scene(world: World) -> None:
        import asyncio

        answering = asyncio.create_task(world.post(TEXT, **CAT))
        await asyncio.sleep(0.5)
        sandbox, engine = world.sandbox, world.app.state.context.engine
        (job,) = sandbox.all_jobs()
        override = Override(sandbox.clock.now() + timedelta(seconds=0.1), OverrideKind.COMPLETED)
        await engine.work(sandbox, lambda box: engine.override(box, job, override))
        took, answer = await answering
        assert (took, answer["status"]) == (1.0, "success")

    play(scene, Settings())


@pytest.mark.parametrize("profile", [{"always-processing"}, {"always-success"}])
def test_the_two_switches_hold_nothing(profile: set[str]) -> None:
    async def scene(world: World) -> None:
        took, answer = await world.post(TEXT, **CAT)
        assert (took, answer["status"]) == (0.0, next(iter(profile)).removeprefix("always-"))

    play(scene, Settings(hold_seconds=5, profiles={"modelslab": frozenset({"legacy", *profile})}))
