"""What a handle and its sandboxes can do, over a server in a thread, in a process, attached and without a socket."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from mockserver.testing import ControlRefused, MockServer, Sandbox

SMALL = {"prompt": "a cat", "width": 64, "height": 64, "duration": 1, "fps": 4}


@pytest.fixture
def sandbox(handle: MockServer) -> Sandbox:
    made = handle.sandbox()
    made.freeze()
    return made


def create(sandbox: Sandbox, **more: object) -> tuple[int, Any]:
    headers = {**sandbox.headers, "Content-Type": "application/json"}
    status, _, body = sandbox.server.request(
        "POST", "/v2/ai/text-to-video", headers, json.dumps({**SMALL, **more}).encode()
    )
    return status, json.loads(body)


def poll(sandbox: Sandbox, job: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sandbox.server.request("GET", f"/v2/ai/videos/{job}/status", sandbox.headers)[2])
    return found


def test_a_clip_is_made_and_fetched_with_httpx(handle: MockServer, sandbox: Sandbox) -> None:
    base = sandbox.base_urls["tensorone"]
    with httpx.Client(transport=handle.transport(), base_url=base, headers=sandbox.headers) as client:
        job = client.post("/ai/text-to-video", json=SMALL).json()["videoId"]
        sandbox.advance(10)
        done = client.get(f"/ai/videos/{job}/status").json()
        clip = client.get(done["videoUrl"])
        assert (clip.status_code, clip.headers["content-type"]) == (200, "video/mp4")
        assert clip.content[4:8] == b"ftyp"
        part = client.get(done["videoUrl"], headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
        head = client.head(done["videoUrl"])
        assert (head.headers["content-length"], head.content) == (str(len(clip.content)), b"")


def test_the_same_with_an_async_client_in_the_callers_loop(handle: MockServer, sandbox: Sandbox) -> None:
    async def script() -> None:
        async with httpx.AsyncClient(
            transport=handle.async_transport(), base_url=handle.url, headers=sandbox.headers
        ) as client:
            made = await asyncio.gather(*(client.post("/v2/ai/text-to-video", json=SMALL) for _ in range(5)))
            jobs = [one.json()["videoId"] for one in made]
            assert sorted(jobs) == sorted(one["id"] for one in sandbox.jobs())
            sandbox.advance(10)
            link = (await client.get(f"/v2/ai/videos/{jobs[0]}/status")).json()["videoUrl"]
            assert (await client.get(link)).content[4:8] == b"ftyp"

    asyncio.run(script())


def test_the_clock(sandbox: Sandbox) -> None:
    clock = sandbox.clock
    assert clock.is_frozen
    clock.set(datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert clock.now == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert clock.advance(1.5) == clock.advance(timedelta(seconds=1)) == []
    assert clock.now == datetime(2026, 1, 31, 12, 0, 2, 500_000, UTC)
    clock.rate = 60
    assert clock.rate == 60
    clock.resume()
    assert not clock.is_frozen
    create(sandbox)
    with pytest.raises(ControlRefused, match=r"^set: .*backwards; reset the sandbox instead$"):
        clock.set("2025-01-31T12:00:00Z")


def test_scenarios_are_set_queued_and_overridden(sandbox: Sandbox) -> None:
    sandbox.scenario.set("instant")
    sandbox.scenario.queue("stalled", "stalled")
    assert (sandbox.scenario.default, sandbox.scenario.queued) == ("instant", ["stalled", "stalled"])
    first, second, third = (create(sandbox)[1]["videoId"] for _ in range(3))
    sandbox.advance(1000)
    assert [poll(sandbox, job)["status"] for job in (first, second, third)] == ["processing", "processing", "completed"]
    assert sandbox.turn(first, "complete")["state"] == "succeeded"
    assert sandbox.turn(second, "fail", "no luck")["turns"][0]["why"] == "no luck"
    assert [job["state"] for job in sandbox.jobs()] == ["succeeded", "failed", "succeeded"]
    with pytest.raises(ControlRefused, match="did you mean instant") as refused:
        sandbox.scenario.set("instnat")
    assert refused.value.status == 400


def test_limits(sandbox: Sandbox) -> None:
    sandbox.limits.set(createVideo=(2, 60))
    assert [create(sandbox)[0] for _ in range(3)] == [200, 200, 429]
    assert sandbox.limits.now == {"createVideo": {"calls": 2, "seconds": 60}}
    sandbox.advance(60)
    assert create(sandbox)[0] == 200
    sandbox.limits.documented(tensorone="pro")
    assert (sandbox.limits.now, sandbox.settings()["tiers"]) == ("documented", {"tensorone": "pro"})
    sandbox.limits.off()
    assert sandbox.limits.now == "off"


def test_profiles(sandbox: Sandbox) -> None:
    sandbox.profile.set("tensorone", "created-202")
    assert "created-202" in sandbox.profile.of("tensorone")
    assert create(sandbox)[0] == 202
    sandbox.profile.set("tensorone")
    assert create(sandbox)[0] == 200


def test_webhooks_are_told_by_the_move_that_makes_them_due(sandbox: Sandbox) -> None:
    """The target is a port at which nobody listens: the attempt is made all the same, and recorded."""
    body = {"key": sandbox.key, "prompt": "a cat", "model_id": "cogvideox", "webhook": "http://127.0.0.1:9/hook"}
    sandbox.server.request(
        "POST", "/api/v6/video/text2video", {"content-type": "application/json"}, json.dumps(body).encode()
    )
    delivered = sandbox.advance(60)
    assert len(delivered) == 1
    (delivery,) = sandbox.deliveries()
    assert [delivery["id"]] == delivered
    assert delivery["attempts"][0]["error"]


def test_listeners(handle: MockServer, sandbox: Sandbox) -> None:
    with sandbox.listeners(files=True) as opened:
        assert opened.base_urls["tensorone"] == f"{opened.url}/v2"
        with httpx.Client(headers={"Authorization": "Bearer some-other"}) as client:
            job = client.post(f"{opened.url}/v2/ai/text-to-video", json=SMALL).json()["videoId"]
        assert [one["id"] for one in sandbox.jobs()] == [job]
        sandbox.advance(10)
        assert poll(sandbox, job)["videoUrl"].startswith(f"{opened.files_url}/")
    assert poll(sandbox, job)["videoUrl"].startswith(f"{handle.url}/")


def test_a_reset_keeps_the_configuration_unless_told(handle: MockServer, sandbox: Sandbox) -> None:
    other = handle.sandbox()
    create(other)
    sandbox.scenario.set("stalled")
    create(sandbox)
    sandbox.reset()
    assert (sandbox.jobs(), sandbox.scenario.default, sandbox.clock.is_frozen) == ([], "stalled", True)
    create(sandbox)
    sandbox.reset(configuration=True)
    assert (sandbox.jobs(), sandbox.scenario.default, sandbox.clock.is_frozen) == ([], "success", False)
    assert len(other.jobs()) == 1
    with pytest.raises(ControlRefused, match="expected true or false"):
        sandbox.control("DELETE", "?configuration=yes")


def test_keys_that_a_handle_makes_up_are_counted(handle: MockServer) -> None:
    """They repeat from run to run, and each begins as new."""
    first, second = handle.sandbox(), handle.sandbox()
    begin, _, number = first.key.rpartition("-")
    assert begin.endswith("sandbox")
    assert second.key == f"{begin}-{int(number) + 1}"
    assert first.digest != second.digest


def test_the_journal_is_the_control_apis(sandbox: Sandbox) -> None:
    sandbox.reset()
    _, made = create(sandbox)
    create(sandbox)
    poll(sandbox, made["videoId"])
    found = sandbox.journal.wait(operation="createVideo", count=2, timeout=0)
    assert [one["operation"] for one in found["records"]] == ["createVideo", "createVideo"]
    with pytest.raises(ControlRefused, match="2 of 3 records of createVideo came within 0 s"):
        sandbox.journal.wait(operation="createVideo", count=3, timeout=0)
    read = sandbox.journal.read(job=made["videoId"])
    assert [(one["operation"], one["nth"]) for one in read["records"]] == [("createVideo", None), ("getVideoStatus", 1)]
    urls = [one["request"]["url"] for one in sandbox.journal.har(kind="exchange")["log"]["entries"]]
    assert [url.rpartition("/")[2] for url in urls] == ["text-to-video", "text-to-video", "status"]


def test_the_journal_can_be_off(sandbox: Sandbox) -> None:
    sandbox.reset()
    create(sandbox)
    sandbox.journal.off()
    create(sandbox)
    assert (sandbox.journal.is_on, sandbox.journal.read()["last"]) == (False, 1)
    sandbox.journal.on()
    create(sandbox)
    assert (sandbox.journal.is_on, sandbox.journal.read()["last"]) == (True, 2)


def test_a_scenario_of_ones_own(sandbox: Sandbox) -> None:
    """It is known to the whole server; its members are those of a TOML file."""
    sandbox.server.compose("late-failure", timeline={"queued_seconds": 30, "running_seconds": 30, "ends": "failed"})
    sandbox.scenario.queue("late-failure")
    _, made = create(sandbox)
    sandbox.advance(29)
    assert poll(sandbox, made["videoId"])["status"] == "queued"
    sandbox.advance(31)
    assert poll(sandbox, made["videoId"])["status"] == "failed"
    with pytest.raises(ControlRefused, match="did you mean timeline"):
        sandbox.server.compose("late-failure", timelin={})


def test_how_long_a_creation_that_waits_is_held(sandbox: Sandbox) -> None:
    """For no time here: the answer to a creation of the enterprise API, which else waits for the end, is there."""
    sandbox.configure(hold_seconds=0, timing="documented")
    asked = {"key": sandbox.key, "model_id": "zeroscope", "prompt": "a", "instant_response": False}
    path, headers = "/api/v1/enterprise/video/text2video", {"content-type": "application/json"}
    made = json.loads(sandbox.server.request("POST", path, headers, json.dumps(asked).encode())[2])
    assert made["status"] == "processing"
    with pytest.raises(ControlRefused, match="hold_seconds: expected a number from 0 to 30, got 31"):
        sandbox.configure(hold_seconds=31)
