"""What a sandbox can be set to is what it shows, and what it shows can be set again."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from mockserver.provider.configuration import MEMBERS
from mockserver.testing import ControlRefused, MockServer
from tests.web.direct import Direct

STATES: list[dict[str, Any]] = [
    {},
    {"limits": "documented", "tiers": {"tensorone": "pro", "modelslab": "premium"}, "hold_seconds": 1.5},
    {"limits": {"createVideo": {"calls": 2, "seconds": 0.5}}, "journal": "off", "timing": "documented"},
    {"scenario": "stalled=70", "queue": ["instant", "polls", "polls=4", "slow=2.5", "links-lag=1000000000"]},
    {"profiles": {"modelslab": ["documented", "strict"], "gately": ["minimax"]}, "hold_seconds": None},
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_what_is_shown_can_be_set_again(direct: Direct, state: dict[str, Any]) -> None:
    """Every member that PATCH takes is in what GET shows; sent to another sandbox it makes that one the same.

    But for secrets, of which the number alone is shown.
    """
    one, other = direct.sandbox("shown-one"), direct.sandbox("shown-other")
    for path in (one, other):
        direct.json("DELETE", f"{path}?configuration=true")
    shown = direct.json("PATCH", "/_mock/sandboxes/shown-one", state)
    assert {name: shown[name] for name in state if name != "profiles"} == {
        name: value for name, value in state.items() if name != "profiles"
    }
    visible = [name for name in MEMBERS if name != "webhook_secrets"]
    again = direct.json("PATCH", "/_mock/sandboxes/shown-other", {name: shown[name] for name in visible})
    assert {name: again[name] for name in visible} == {name: shown[name] for name in visible}
    assert shown["webhook_signatures"] == 0


def test_limits_of_ones_own_leave_the_documented_ones_as_they_are(direct: Direct) -> None:
    sandbox = direct.sandbox("both-limits")
    assert direct.json("PATCH", sandbox, {"limits": "documented"})["documented_limits"] is True
    shown = direct.json("PATCH", sandbox, {"limits": {"createVideo": {"calls": 2, "seconds": 60}}})
    assert (shown["documented_limits"], list(shown["limits"])) == (True, ["createVideo"])
    assert direct.json("PATCH", sandbox, {"limits": "off"})["documented_limits"] is False


def test_scenarios_are_appended_to_the_queue(direct: Direct) -> None:
    """And nothing is, when one of them is no scenario."""
    sandbox = direct.sandbox("queue", queue=["instant"])
    assert direct.json("POST", f"{sandbox}/queue", {"queue": ["polls=4"]})["queue"] == ["instant", "polls=4"]
    refused = direct.call("POST", f"{sandbox}/queue", {}, b'{"queue": ["slow", "slo"]}')
    assert (refused.status, refused.json()["member"]) == (400, "queue")
    assert refused.json()["detail"] == "queue[1]: unknown scenario 'slo'; did you mean slow?"
    assert direct.json("GET", sandbox)["queue"] == ["instant", "polls=4"]


def test_a_scenario_of_ones_own_can_be_forgotten_and_stays_where_it_is(direct: Direct) -> None:
    direct.json("PUT", "/_mock/scenarios/fleeting", {"timeline": {"running_seconds": 9}})
    sandbox = direct.sandbox("fleeting", scenario="fleeting")
    assert direct.json("DELETE", "/_mock/scenarios/fleeting")["name"] == "fleeting"
    assert direct.json("GET", sandbox)["scenario"] == "fleeting"
    assert "fleeting" not in {one["name"] for one in direct.json("GET", "/_mock/scenarios")["scenarios"]}
    for name, status in (("fleeting", 404), ("success", 409), ("card-declined", 409)):
        assert direct.call("DELETE", f"/_mock/scenarios/{name}").status == status
    assert direct.call("PATCH", sandbox, {}, b'{"scenario": "fleeting"}').status == 400


def test_a_clock_with_a_start_goes_there_at_every_reset(direct: Direct) -> None:
    """At once while the sandbox is untouched, and not before a reset when it is not; null is the wall again."""
    sandbox = direct.sandbox("started")
    first, second = "2001-01-31T12:00:00.000000Z", "2002-01-31T12:00:00.000000Z"
    assert direct.json("PATCH", f"{sandbox}/clock", {"start": "2001-01-31T12:00:00Z"})["now"] == first
    direct.call("GET", "/v2/ai/videos/none/status", {"authorization": "Bearer started"})
    moved = direct.json("PATCH", f"{sandbox}/clock", {"start": second, "advance_seconds": 0})
    assert (moved["now"], moved["start"]) == (first, second)
    direct.json("DELETE", sandbox)
    assert direct.json("GET", f"{sandbox}/clock")["now"] == second
    assert direct.json("PATCH", f"{sandbox}/clock", {"start": None})["now"] > "2026"
    assert direct.json("GET", f"{sandbox}/clock")["start"] is None


def test_a_listener_opens_where_it_is_asked_to_or_not_at_all(server: MockServer) -> None:
    """At a port of one's choice; when one of two ports is taken, neither is opened."""
    sandbox = server.sandbox("listener-ports")
    with socket.socket() as taken, socket.socket() as probe:
        for one in (taken, probe):
            one.bind(("127.0.0.1", 0))
        port, free = taken.getsockname()[1], probe.getsockname()[1]
        taken.listen()
        probe.close()
        with pytest.raises(ControlRefused, match=rf"^port {port} is taken; \d+ is free$") as refused:
            sandbox.control("POST", "/listeners", {"port": free, "files_port": port})
        assert refused.value.status == 409
        assert sandbox.control("GET", "/listeners") == {"listeners": [], "files_url": None}
    assert sandbox.control("POST", "/listeners", {"port": free})["url"] == f"http://127.0.0.1:{free}"
    assert sandbox.control("DELETE", "/listeners") == {"closed": 1}
