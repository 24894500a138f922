"""Laws over the journals of real runs at the mock: a client that keeps them breaks none, whatever happens to it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from mockserver.kit.laws.judging import judge
from mockserver.kit.laws.providers import runs_of
from mockserver.kit.laws.run import Outcome, Result
from mockserver.kit.laws.verdict import Kind, Verdict
from mockserver.kit.transcript import reading
from mockserver.testing import MockServer
from tests.kit.law_client import BODIES, Client, fresh, lived, taken

PROVIDERS = tuple(BODIES)
GOOD_LIFE = {
    "AUTH-01", "AUTH-03", "REQ-01", "REQ-02", "REQ-03", "REQ-04", "REQ-06", "SUB-01", "TRM-01", "DL-01", "HYG-02",
    "HYG-03", "FWD-04", "MON-01",
}  # fmt: skip
"""The laws that any life exercises."""

SCENARIOS: dict[str, set[str]] = {
    "success": set(),
    "fails-in-processing": {"TRM-02", "TRM-03"},
    "moderated": set(),
    "out-of-credits": {"AUTH-01"},
    "server-error": {"MON-03"},
    "eta-lying": set(),
    "eta-null": set(),
    "eta-zero": set(),
    "eta-absurd": set(),
    "unknown-status": set(),
    "extra-fields": {"FWD-01"},
    "optional-absent": set(),
    "optional-null": set(),
    "no-output": {"TRM-04"},
    "created-201": {"SUB-08"},
    "created-202": {"SUB-08"},
    "finished-at-once": set(),
    "links-lag=90": {"DL-06"},
    "links-expire=1": set(),
    "wrong-content-type": {"DL-05"},
    "limited-creation": {"MON-03"},
    "limited-polls": set(),
    "failing-polls": set(),
    "unauthorized-polls": set(),
    "dropped-creation": {"MON-02", "TRM-07"},
    "failed-creation": {"SUB-01"},
    "dropped-polls": set(),
    "cut-polls": set(),
    "html-polls": set(),
    "failing-file": {"LIVE-01"},
    "cut-file": {"DL-02"},
    "stalled": {"POL-05", "MON-04", "TRM-07"},
}
"""Scenarios, and the laws that each of them exercises at every provider."""


def named(verdicts: Iterable[Verdict], *kinds: Kind) -> set[str]:
    return {one.law.id for one in verdicts if one.kind in kinds}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_good_client_breaks_nothing(provider: str, scenario: str, server: MockServer) -> None:
    """No law is broken, no judging goes wrong, and the scenario exercises what it is for."""
    verdicts = judge(lived(server, provider, scenario))
    assert [(one.law.id, one.expected, one.observed) for one in verdicts if one.breaches] == []
    assert named(verdicts, Kind.HARNESS_ERROR) == set()
    assert SCENARIOS[scenario] <= named(verdicts, Kind.PASS)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_life_without_trouble_exercises_what_any_traffic_shows(provider: str, server: MockServer) -> None:
    """What did not happen is inconclusive, what the provider has not does not apply: nothing else."""
    verdicts = judge(lived(server, provider, "success"))
    assert named(verdicts, Kind.PASS) >= GOOD_LIFE
    assert named(verdicts, Kind.FAIL, Kind.WARN, Kind.INFO, Kind.HARNESS_ERROR) == set()


WHOLE = {
    "tensorone": {
        "limited-polls": {"BKO-01", "LIVE-01"},
        "unauthorized-polls": {"AUTH-04"},
        "html-polls": {"ERR-03", "MON-07"},
        "cut-polls": {"ERR-06", "ERR-02"},
        "unknown-status": {"FWD-02"},
        "finished-at-once": {"SUB-10"},
        "optional-absent": {"POL-08"},
        "success": {"POL-03", "POL-09"},
    },
    "modelslab": {
        "out-of-credits": {"ERR-09"},
        "eta-null": {"POL-07"},
        "success": {"POL-01", "REQ-07", "MON-06"},
        "finished-at-once": {"SUB-10"},
    },
    "aimlapi": {"failing-polls": {"ERR-02", "MON-07"}, "unknown-status": {"FWD-02"}},
    "gately": {"fails-in-processing": {"TRM-06"}, "out-of-credits": {"ERR-09"}, "html-polls": {"ERR-03"}},
}


@pytest.mark.parametrize(
    ("provider", "scenario"), [(name, scenario) for name, rows in WHOLE.items() for scenario in rows]
)
def test_what_only_one_provider_shows_is_exercised_there(provider: str, scenario: str, server: MockServer) -> None:
    """Such as a refusal under HTTP 200."""
    assert WHOLE[provider][scenario] <= named(judge(lived(server, provider, scenario)), Kind.PASS)


class Bad(Client):
    """A client that breaks laws."""

    hurry = False
    resends = False

    def sleep(self, seconds: float) -> None:
        super().sleep(0.2 if self.hurry else seconds)

    def made(self) -> Outcome:
        if not self.resends:
            return super().made()
        try:
            return super().made()
        except httpx.TransportError:
            self.sleep(3.0)
            return super().made()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_client_in_a_hurry_breaks_the_floor(provider: str, server: MockServer) -> None:
    """0.2 s between two polls."""
    sandbox = fresh(server, provider, "polls=3")
    client = Bad(server, sandbox, provider)
    client.hurry = True
    outcome = client.run()
    assert "POL-03" in named(judge(taken(sandbox, provider, outcome)), Kind.FAIL)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_creation_that_is_sent_again_after_a_drop_is_paid_twice(provider: str, server: MockServer) -> None:
    """The mock made both jobs."""
    sandbox = fresh(server, provider, "dropped-creation")
    client = Bad(server, sandbox, provider)
    client.resends = True
    outcome = client.run()
    assert outcome.result is Result.COMPLETED
    assert {"SUB-01", "MON-01", "MON-02"} == named(judge(taken(sandbox, provider, outcome)), Kind.FAIL)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("leaks", [False, True])
def test_a_key_at_the_file_host_is_seen(provider: str, leaks: bool, server: MockServer) -> None:
    """The listener's files are another origin."""
    sandbox = fresh(server, provider)
    with sandbox.listeners(files=True) as opened:
        client = Client(server, sandbox, provider)
        client.api.base_url = opened.url
        if leaks:
            client.files.headers.update(sandbox.headers)
        outcome = client.run()
        verdicts = judge(taken(sandbox, provider, outcome))
    assert outcome.result is Result.COMPLETED
    assert "AUTH-02" in named(verdicts, Kind.FAIL if leaks else Kind.PASS)
    assert named(verdicts, Kind.FAIL) <= {"AUTH-02"}


def test_a_key_in_a_url_is_seen_though_the_journal_takes_it_out(server: MockServer) -> None:
    """It stands there as a mark."""
    sandbox = fresh(server, "tensorone")
    httpx.get(f"{server.url}/v2/ai/videos/{sandbox.key}/status", headers=sandbox.headers)
    assert "AUTH-03" in named(judge(taken(sandbox, "tensorone")), Kind.FAIL)


@contextmanager
def receiving(status: int) -> Iterator[str]:
    """A receiver that answers each webhook with a status; its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{receiver.server_port}/hook"
        finally:
            receiver.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "kind"), [(200, Kind.PASS), (500, Kind.FAIL)])
def test_a_receiver_is_judged_by_how_it_answers(status: int, kind: Kind, server: MockServer) -> None:
    """ModelsLab's webhook comes twice under this scenario."""
    sandbox = fresh(server, "modelslab", "webhook-again")
    with receiving(status) as url:
        client = Client(server, sandbox, "modelslab")
        client.body["webhook"] = url
        outcome = client.run()
        sandbox.journal.wait(count=2, kind="attempt")
        verdicts = judge(taken(sandbox, "modelslab", outcome))
    assert "WH-01" in named(verdicts, kind)
    assert ("WH-05" in named(verdicts, Kind.PASS)) == (status == 200)


def test_where_a_webhook_is_lost_the_polls_count(server: MockServer) -> None:
    """It never comes, and the job is followed to its end."""
    sandbox = fresh(server, "modelslab", "webhook-lost")
    client = Client(server, sandbox, "modelslab")
    client.body["webhook"] = "http://127.0.0.1:9/hook"
    outcome = client.run()
    assert "WH-09" in named(judge(taken(sandbox, "modelslab", outcome)), Kind.PASS)


def test_an_idle_sandbox_is_judged_by_nothing(server: MockServer) -> None:
    """No call, no run."""
    sandbox = fresh(server, "gately")
    assert runs_of(reading.read(sandbox.journal.read())) == []


def test_a_client_that_is_still_at_work_is_not_judged_for_what_may_follow(server: MockServer) -> None:
    """The same records, before and after its end."""
    run = lived(server, "tensorone", "server-error")
    early = replace(run, outcome=None, facts=replace(run.facts, is_over=False))
    assert "MON-03" in named(judge(run), Kind.PASS)
    assert "MON-03" in named(judge(early), Kind.INCONCLUSIVE)
