"""Which calls meet a fault: counted, every n-th, by chance, in a window, of an operation, for a key or a sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.domain.fault import REFUSALS
from mockserver.testing import MockServer
from tests.faults.wire import Caller
from tests.properties.clients import CLIENTS, Client
from tests.scenarios.test_faults import Meeting


def statuses(caller: Caller, count: int, *, key: str = "") -> list[int]:
    """The statuses of so many polls of the last job."""
    found = []
    with caller.connect() as connection:
        for _ in range(count):
            connection.ask(caller.poll_path, f"Authorization: Bearer {key}" if key else caller.auth)
            found.append(int(connection.answer()[0].split()[1]))
    return found


def under(server: MockServer, key: str, *rows: dict[str, Any]) -> Caller:
    """A caller under faults that answer polls with 524."""
    caller = Caller(server, key, {"faults": [{"does": "status", "status": 524, **row} for row in rows]})
    caller.create()
    return caller


@pytest.mark.parametrize(
    ("row", "met"),
    [
        ({"from": 2, "to": 3}, [2, 3]),
        ({"every": 2}, [1, 3, 5]),
        ({"from": 2, "every": 3, "to": 5}, [2, 5]),
        ({"every": 7}, [1]),
    ],
)
def test_calls_are_counted(row: dict[str, Any], met: list[int], server: MockServer) -> None:
    """From the n-th to the m-th, and every n-th."""
    caller = under(server, f"counted {row}", {"at": "poll", **row})
    assert [nth for nth, status in enumerate(statuses(caller, 6), 1) if status == 524] == met


def test_a_likely_fault_repeats_under_the_seed(server: MockServer) -> None:
    """A fault with a probability meets some calls, the same in another run; two such rows are drawn apart."""
    found = []
    for _ in range(2):
        caller = under(server, "likely", {"at": "poll", "probability": 0.5})
        found.append(statuses(caller, 40))
    assert found[0] == found[1]
    assert 5 < found[0].count(524) < 35
    rows = [{"at": "poll", "probability": 0.5}, {"at": "poll", "status": 471, "probability": 0.5}]
    both = statuses(under(server, "likely", *rows), 40)
    assert {200, 471, 524} == set(both)
    assert statuses(under(server, "never", {"at": "poll", "probability": 0}), 5) == [200] * 5


def test_a_fault_has_a_window_on_the_sandboxs_clock(server: MockServer) -> None:
    """From 60 s to 120 s after the clock began every poll of every job meets it, and none before and after."""
    caller = under(server, "window", {"at": "poll", "after_seconds": 60, "until_seconds": 120})
    found = []
    for seconds in (59, 1, 59, 1):
        caller.sandbox.clock.advance(seconds)
        found += statuses(caller, 1)
    assert found == [200, 524, 524, 200]


def test_a_fault_meets_one_operation(server: MockServer) -> None:
    """An operation is met by its id, whatever fault point its calls are; the calls of others are not."""
    caller = under(server, "operation", {"operation": "getVideo", "to": 1})
    caller.create_file()
    with caller.connect() as connection:
        for path, wanted in ((f"/v2/ai/videos/{caller.sandbox.jobs()[-1]['id']}/status", b"200"),):
            connection.ask(path, caller.auth)
            assert connection.answer()[0].split()[1] == wanted
    caller.create()
    assert statuses(caller, 2) == [524, 200]


def test_a_fault_meets_an_operation_that_is_about_no_job(server: MockServer) -> None:
    """Such calls are counted for the sandbox's scenario; its other faults do not meet them."""
    caller = under(server, "billing", {"operation": "getBilling", "from": 2, "to": 2}, {"at": "poll"})
    found = []
    with caller.connect() as connection:
        for path in ("/v2/billing", "/v1/models", "/v2/billing", "/v2/billing"):
            connection.ask(path, caller.auth)
            found.append(int(connection.answer()[0].split()[1]))
    assert found == [200, 200, 524, 200]


def test_calls_are_counted_for_each_job_or_the_whole_sandbox(server: MockServer) -> None:
    """Each job has its own first poll; the sandbox has one."""
    for counted_for, wanted in ((None, [524, 200, 524, 200]), ("sandbox", [524, 200, 200, 200])):
        caller = under(server, f"for {counted_for}", {"at": "poll", "to": 1, "counted_for": counted_for})
        found = statuses(caller, 2)
        caller.create()
        assert found + statuses(caller, 2) == wanted


def test_calls_are_counted_for_each_key_of_a_sandbox(server: MockServer) -> None:
    """Where several keys share a sandbox, each has its own first poll."""
    caller = under(server, "for keys", {"at": "poll", "to": 1, "counted_for": "key"})
    found = []
    with caller.connect() as connection:
        for key in ("one", "two", "one", "two"):
            headers = (f"Authorization: Bearer {key}", f"X-Mock-Sandbox: {caller.sandbox.key}")
            connection.ask(caller.poll_path, *headers)
            found.append(int(connection.answer()[0].split()[1]))
    assert found == [524, 524, 200, 200]


@pytest.mark.parametrize("word", REFUSALS)
@pytest.mark.parametrize("point", ["creation", "poll"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: f"{client.provider}-{client.create}")
def test_every_provider_has_words_for_every_refusal(word: str, point: str, client: Client, server: MockServer) -> None:
    """No refusal makes a provider crash: its answer says which scenario it comes from."""
    sandbox = server.sandbox(f"words {word} {point} {client.create}")
    sandbox.reset()
    server.compose("refusing", faults=[{"at": point, "does": word}])
    sandbox.configure(scenario="refusing", timing="instant")
    meeting = Meeting(client, sandbox)
    meeting.create()
    if point == "poll":
        meeting.poll()
    told = meeting.exchanges()[-1]
    assert (told.fault, told.problem is not None) == (word, True)
    assert told.answer is not None
    (said,) = [value for name, value in told.answer.headers if name == "x-mock-problem"]
    assert said == f"scenario refusing: {word}"
