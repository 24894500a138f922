"""Each scenario of faults and webhooks as a client of every provider meets it: over a socket, and in the journal."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from mockserver.domain.builtin_scenarios import FAULTS
from mockserver.kit import transcript
from mockserver.testing import MockServer, Sandbox
from tests.properties.clients import CLIENTS, Client

REFUSED: Final = {
    # provider: what it says with 429, of a server fault, of a wrong key, of a file that it cannot serve
    "tensorone": (429, 500, 401, 503),
    "modelslab": (429, 500, 200, 503),
    "aimlapi": (429, 500, 401, 503),
    "gately": (429, 500, 401, 503),
}


class Meeting:
    """A client of one provider in a sandbox of its own, whose every call is written down as it was met."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        self.client, self.sandbox = client, sandbox

    def met(self, method: str, path: str, headers: dict[str, str], value: object = None) -> tuple[int, Any] | type:
        """Status and body of an answer, or how it broke off."""
        body = b"" if value is None else json.dumps(value).encode()
        sent = {"content-type": "application/json", **headers}
        try:
            status, _, content = self.sandbox.server.request(method, path, sent, body)
        except (RemoteDisconnected, IncompleteRead, ConnectionResetError) as error:
            return type(error)
        return status, content

    def create(self) -> tuple[int, Any] | type:
        method, path, headers, body = self.client.submission(self.sandbox.key)
        return self.met(method, path, headers, body)

    def poll(self, times: int = 1) -> list[tuple[int, Any] | type]:
        (job,) = [one["id"] for one in self.sandbox.jobs()[-1:]]
        return [self.met(*self.client.asking(self.sandbox.key, job)) for _ in range(times)]

    def link(self) -> str:
        """Where the finished file lies; Gately tells it in a call of its own."""
        (job,) = [one["id"] for one in self.sandbox.jobs()[-1:]]
        _, content = self.met(*self.client.asking(self.sandbox.key, job))
        output = self.client.output(json.loads(content))
        if self.client.provider == "gately":
            found = self.met("GET", f"/v1/files/retrieve?file_id={output}", self.sandbox.headers)
            output = json.loads(found[1])["file"]["download_url"]
        parts = urlsplit(str(output))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def exchanges(self) -> list[transcript.Exchange]:
        return transcript.read(self.sandbox.journal.read()).exchanges


@pytest.fixture(params=CLIENTS, ids=lambda client: f"{client.provider}-{client.create}")
def meeting(server: MockServer, request: pytest.FixtureRequest) -> Meeting:
    sandbox = server.sandbox(f"fault {request.node.nodeid}")
    sandbox.reset()
    sandbox.freeze()
    sandbox.configure(scenario=request.node.callspec.params["name"], timing="instant")
    return Meeting(request.param, sandbox)


def codes(found: list[tuple[int, Any] | type]) -> list[Any]:
    return [one if isinstance(one, type) else one[0] for one in found]


def one_refused_creation(meeting: Meeting) -> None:
    limited = REFUSED[meeting.client.provider][0]
    assert codes([meeting.create()]) == [limited]
    assert meeting.sandbox.jobs() == []
    assert codes([meeting.create(), meeting.create()]) == [200, 200]
    assert len(meeting.sandbox.jobs()) == 2


def polls(second: Any, *, lasting: bool = False) -> Callable[[Meeting], None]:
    """The first poll and the third are as ever; the second (and the third, if it is lasting) meets this."""

    def check(meeting: Meeting) -> None:
        assert codes([meeting.create()]) == [200]
        first, middle, last = meeting.poll(3)
        assert codes([first, middle, last]) == [200, second, second if lasting else 200]
        assert middle != first
        assert lasting or last == first

    return check


def refused_polls(which: int, *, lasting: bool = False) -> Callable[[Meeting], None]:
    def check(meeting: Meeting) -> None:
        status = REFUSED[meeting.client.provider][which]
        polls(status, lasting=lasting)(meeting)

    return check


def dropped_creation(meeting: Meeting) -> None:
    assert meeting.create() is RemoteDisconnected
    assert len(meeting.sandbox.jobs()) == 1
    assert not isinstance(meeting.create(), type)
    lost, found = meeting.exchanges()
    assert (lost.answer, lost.ending, lost.fault, lost.sent_bytes) == (None, "cut", "dropped", 0)
    assert (found.ending, found.fault) == ("complete", None)


def failed_creation(meeting: Meeting) -> None:
    assert codes([meeting.create()]) == [REFUSED[meeting.client.provider][1]]
    (job,) = meeting.sandbox.jobs()
    (told,) = meeting.exchanges()
    assert (told.job, told.fault) == (job["id"], "server-error")


def cut_poll(meeting: Meeting) -> None:
    polls(IncompleteRead)(meeting)
    broken = meeting.exchanges()[2]
    whole = meeting.exchanges()[1]
    assert (broken.ending, broken.fault, broken.answer is not None) == ("cut", "cut", True)
    assert 0 < broken.sent_bytes < whole.sent_bytes


def page(meeting: Meeting) -> None:
    polls(200)(meeting)
    met = meeting.exchanges()[2].answer
    assert met is not None
    assert ("content-type", "text/html") in met.headers
    assert [name for name, _ in met.headers].count("content-length") == 1


def failing_file(meeting: Meeting) -> None:
    meeting.create()
    link = meeting.link()
    first, second = meeting.met("GET", link, {}), meeting.met("GET", link, {})
    assert codes([first, second]) == [REFUSED[meeting.client.provider][3], 200]


def cut_file(meeting: Meeting) -> None:
    meeting.create()
    link = meeting.link()
    assert codes([meeting.met("GET", link, {}), meeting.met("GET", link, {})]) == [IncompleteRead, 200]
    broken, whole = meeting.exchanges()[-2:]
    assert (broken.ending, whole.ending) == ("cut", "complete")
    assert 0 < broken.sent_bytes < whole.sent_bytes


def late(meeting: Meeting) -> None:
    """At a thousand seconds in one nobody waits long; the sandbox's clock says how long it was."""
    meeting.sandbox.clock.rate = 1000
    meeting.sandbox.clock.resume()
    meeting.create()
    meeting.poll()
    for one in meeting.exchanges():
        assert one.last_byte is not None
        assert one.last_byte.at - one.arrived.at >= timedelta(seconds=2)
        assert one.fault == "delayed"


def silent(meeting: Meeting) -> None:
    meeting.create()
    meeting.poll()
    (job,) = [one["id"] for one in meeting.sandbox.jobs()]
    method, path, headers, body = meeting.client.asking(meeting.sandbox.key, job)
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
    lines += ["Content-Type: application/json", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    parts = urlsplit(meeting.sandbox.server.url)
    with socket.create_connection((str(parts.hostname), parts.port)) as leaving:
        leaving.sendall("\r\n".join(lines).encode() + content)
    found = transcript.read(meeting.sandbox.journal.wait(count=3, timeout=30))
    left = found.exchanges[2]
    assert (left.answer, left.ending, left.fault) == (None, "left", "silent")
    assert codes(meeting.poll()) == [200]


def survived(meeting: Meeting) -> None:
    """A client that asks again gets its job and learns its end, whatever it meets on the way."""
    while not meeting.sandbox.jobs():
        meeting.create()
    (job,) = meeting.sandbox.jobs()
    method, path, headers, body = meeting.client.asking(meeting.sandbox.key, job["id"])
    words = []
    for _ in range(100):
        met = meeting.met(method, path, headers, body)
        with suppress(ValueError, KeyError):
            if not isinstance(met, type) and met[0] == 200:
                words.append(meeting.client.word(json.loads(met[1])))
    known = {word for word in words if meeting.client.life.state_of(word) is not None}
    assert len(known) == 1
    assert len(words) > 40
    assert len({one.fault for one in meeting.exchanges()}) > 10


EXPECTED: dict[str, Callable[[Meeting], None]] = {
    "limited-creation": one_refused_creation,
    "limited-polls": refused_polls(0),
    "failing-polls": refused_polls(1),
    "unauthorized-polls": refused_polls(2, lasting=True),
    "dropped-creation": dropped_creation,
    "failed-creation": failed_creation,
    "dropped-polls": polls(RemoteDisconnected),
    "cut-polls": cut_poll,
    "silent-polls": silent,
    "html-polls": page,
    "slow-answers": late,
    "failing-file": failing_file,
    "cut-file": cut_file,
    "hostile": survived,
}


def test_every_scenario_of_faults_is_tested_here() -> None:
    """The scenarios of faults and the tests here have the same names."""
    assert [scenario.name for scenario in FAULTS] == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fault_as_a_client_of_each_provider_meets_it(name: str, meeting: Meeting) -> None:
    """A scenario of faults does at every provider what its sentence says."""
    EXPECTED[name](meeting)


@pytest.mark.parametrize(
    ("fault", "met"),
    [
        ({"does": "reset"}, ConnectionResetError),
        ({"does": "cut", "share": 0}, IncompleteRead),
        ({"does": "empty"}, (200, b"")),
        ({"does": "bad-gateway"}, 502),
        ({"does": "out-of-credits"}, 402),
        ({"does": "cut", "from": 2}, 200),
    ],
)
def test_a_composed_fault_is_met(fault: dict[str, Any], met: Any, server: MockServer) -> None:
    """What a scenario file says of faults happens, at the calls that it names."""
    sandbox = server.sandbox(f"composed {fault}")
    sandbox.reset()
    name = f"fault-{fault['does']}-{fault.get('from', 1)}"
    server.control("PUT", f"/scenarios/{name}", {"faults": [{"at": "poll", **fault}]})
    sandbox.scenario.set(name)
    meeting = Meeting(CLIENTS[0], sandbox)
    meeting.create()
    (found,) = meeting.poll()
    assert found == met if isinstance(met, type | tuple) else codes([found]) == [met]


def test_faults_are_counted_for_each_job_and_anew_after_a_reset(server: MockServer) -> None:
    """Which poll a job's is, no other job's polls change; creations are counted for the scenario, until a reset."""
    sandbox = server.sandbox("counted faults")
    sandbox.reset()
    sandbox.scenario.set("limited-polls")
    meeting = Meeting(CLIENTS[0], sandbox)
    for _ in range(2):
        meeting.create()
        assert codes(meeting.poll(3)) == [200, 429, 200]
    sandbox.scenario.set("limited-creation=2")
    assert codes([meeting.create() for _ in range(3)]) == [429, 429, 200]
    sandbox.reset()
    assert codes([meeting.create() for _ in range(3)]) == [429, 429, 200]


def test_a_refusal_for_the_rate_says_how_long_to_wait(server: MockServer) -> None:
    """Retry-After is what the fault says, on the client's clock."""
    sandbox = server.sandbox("fault retry")
    sandbox.reset()
    server.control("PUT", "/scenarios/wait", {"faults": [{"at": "poll", "does": "limited", "seconds": 7}]})
    sandbox.scenario.set("wait")
    meeting = Meeting(CLIENTS[0], sandbox)
    meeting.create()
    (job,) = sandbox.jobs()
    for rate, told in ((1, "7"), (2, "4"), (100, "1")):
        sandbox.clock.rate = rate
        status, headers, content = server.request("GET", f"/v2/ai/videos/{job['id']}/status", sandbox.headers)
        assert (status, dict(headers)["retry-after"]) == (429, told)
        assert json.loads(content)["details"]["retry_after"] == int(told)
