"""Everything that the control API can do is a method of the handle, but for pages that are for browsers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_type_hints

import pytest

from mockserver.cli.reporting import report_on
from mockserver.provider.configuration import CLOCK, LISTENER, MEMBERS
from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox
from mockserver.testing.clock import Clock
from mockserver.testing.events import EventStream
from mockserver.testing.journal import Filters
from mockserver.web.control import TABLE
from mockserver.web.journal.filters import FILTERS

Use = Callable[[MockServer, Sandbox, str], object]
"""A handle, a sandbox in which `job` runs."""


def told(stream: EventStream, box: Sandbox) -> str:
    """The type of the first event."""
    with stream as events:
        box.freeze()
        return events.next().type


def replayed(server: MockServer, box: Sandbox, _job: str) -> object:
    """The webhook of a job, sent once more."""
    hooked = {"key": box.key, "model_id": "cogvideox", "prompt": "a", "webhook": "http://127.0.0.1:9/"}
    server.request(
        "POST", "/api/v6/video/text2video", {"Content-Type": "application/json"}, json.dumps(hooked).encode()
    )
    box.clock.advance(60)
    return box.replay(box.deliveries()[0]["id"])["attempts"]


REACH: dict[str, Use] = {
    "GET /health": lambda server, _box, _job: server.health()["status"],
    "GET /providers": lambda server, _box, _job: server.providers()[0]["name"],
    "GET /scenarios": lambda server, _box, _job: server.scenarios()[0]["name"],
    "PUT /scenarios/{name}": lambda server, _box, _job: server.compose("rainy", timeline={"running_seconds": 9}),
    "DELETE /scenarios/{name}": lambda server, _box, _job: server.forget_scenario("rainy"),
    "GET /openapi.json": lambda server, _box, _job: server.control_document()["openapi"],
    "GET /openapi/{name}.json": lambda server, _box, _job: server.document("gately", "minimax", "callbacks")["paths"],
    "GET /schemas": lambda server, _box, _job: server.schemas()["schemas"],
    "GET /schemas/{name}/{kind}/{file}": lambda server, _box, _job: server.schema("gately", "requests", "createVideo"),
    "GET /events": lambda server, box, _job: told(server.events(), box),
    "GET /sandboxes/{key}/events": lambda _server, box, _job: told(box.events(), box),
    "GET /sandboxes": lambda server, _box, _job: server.sandboxes()[0]["sandbox"],
    "POST /sandboxes": lambda server, _box, _job: server.sandbox("another").digest,
    "GET /sandboxes/{key}": lambda _server, box, _job: box.settings()["sandbox"],
    "PATCH /sandboxes/{key}": lambda _server, box, _job: box.configure(hold_seconds=None, journal="on"),
    "POST /sandboxes/{key}/queue": lambda _server, box, _job: box.scenario.append("instant", "polls=4"),
    "GET /sandboxes/{key}/clock": lambda _server, box, _job: box.clock.now,
    "PATCH /sandboxes/{key}/clock": lambda _server, box, _job: box.clock.freeze(),
    "GET /sandboxes/{key}/jobs": lambda _server, box, _job: box.jobs()[0]["id"],
    "POST /sandboxes/{key}/jobs/{job}/complete": lambda _server, box, job: box.complete(job)["state"],
    "POST /sandboxes/{key}/jobs/{job}/fail": lambda _server, box, job: box.fail(job, "It rained.")["turns"],
    "POST /sandboxes/{key}/jobs/{job}/stall": lambda _server, box, job: box.stall(job)["turns"],
    "GET /sandboxes/{key}/deliveries": lambda _server, box, _job: box.deliveries(),
    "POST /sandboxes/{key}/deliveries/{delivery}/replay": replayed,
    "GET /sandboxes/{key}/spend": lambda _server, box, _job: box.spend()["made"],
    "GET /spend": lambda server, _box, _job: server.spend()["amount"],
    "GET /sandboxes/{key}/journal.json": lambda _server, box, _job: box.journal.read(operation="createVideo")[
        "records"
    ],
    "GET /sandboxes/{key}/journal.ndjson": lambda _server, box, _job: box.journal.records(status="2xx", since=0)[0][
        "n"
    ],
    "GET /sandboxes/{key}/journal.har": lambda _server, box, _job: box.journal.har(kind="exchange")["log"],
    "GET /sandboxes/{key}/journal/wait": lambda _server, box, job: box.journal.wait(job=job, timeout=0)["records"],
    "GET /sandboxes/{key}/report": lambda _server, box, _job: box.server_report("md"),
    "GET /sandboxes/{key}/listeners": lambda _server, box, _job: box.listening(),
    "POST /sandboxes/{key}/listeners": lambda _server, box, _job: box.listeners(files=True).files_url,
    "DELETE /sandboxes/{key}/listeners": lambda _server, box, _job: box.close_listeners(),
    "DELETE /sandboxes/{key}": lambda _server, box, _job: box.reset(),
}
FOR_BROWSERS = {"GET /reference/{name}", "GET /reference/assets/{file}"}


class Overheard:
    """A served server, and what it was asked."""

    def __init__(self, server: MockServer) -> None:
        self._served = server._served
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._served, name)

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        self.asked.append(f"{method} {path.partition('?')[0].removeprefix('/_mock')}")
        return self._served.request(method, path, headers, body)

    def stream(self, path: str, headers: Mapping[str, str]) -> Any:
        self.asked.append(f"GET {path.partition('?')[0].removeprefix('/_mock')}")
        return self._served.stream(path, headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    with MockServer.in_process(Settings(cache=tmp_path_factory.mktemp("clips"), reporter=report_on)) as started:
        yield started


def test_the_table_is_covered() -> None:
    """Whatever is added to the control API needs a method here, or a reason."""
    assert set(REACH) | FOR_BROWSERS == {f"{method} {path}" for method, path, _ in TABLE}
    assert not set(REACH) & FOR_BROWSERS


@pytest.mark.parametrize("route", REACH)
def test_a_method_of_the_handle_asks_for_the_route(server: MockServer, route: str) -> None:
    """It calls the very route, and is not refused."""
    sandbox = server.sandbox("reach")
    sandbox.reset(configuration=True)
    server.compose("rainy", timeline={"running_seconds": 5})
    sandbox.clock.freeze()
    headers = {**sandbox.headers, "Content-Type": "application/json"}
    body = json.dumps({"prompt": "a cat"}).encode()
    job = json.loads(server.request("POST", "/v2/ai/text-to-video", headers, body)[2])["videoId"]
    overheard = Overheard(server)
    server._served = overheard  # type: ignore[assignment]
    try:
        assert REACH[route](server, sandbox, job) not in ({}, "")
    finally:
        server._served = overheard._served
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route))
    assert [one for one in overheard.asked if re.fullmatch(pattern, one)]


def test_every_member_that_can_be_set_is_a_parameter() -> None:
    """Those of a sandbox, its clock, a listener and the filters of the journal."""
    assert set(get_type_hints(Sandbox.configure)) - {"return"} == set(MEMBERS)
    assert set(get_type_hints(Sandbox.listeners)) - {"return"} == set(LISTENER)
    assert set(get_type_hints(Filters)) == set(FILTERS)
    assert {name for name in CLOCK if hasattr(Clock, name)} == {"rate", "start"}  # and freeze, resume
