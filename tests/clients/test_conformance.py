"""Clients in this process: handed a sleep, or in a time that replaces the standard library's; httpx and requests."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest
import requests

from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.judging import CaseResult
from mockserver.kit.conformance import ClientCase, NotConforming, Unsupported, conformance
from mockserver.testing.virtual import VirtualServer
from tests.clients.broken.table import BROKEN
from tests.clients.reference.providers import CLIENTS, TensorOne
from tests.clients.running import client_of


def wanted(case: ClientCase) -> dict[str, Any]:
    return {"prompt": case.prompt, **case.options}


def with_requests(case: ClientCase) -> dict[str, Any]:
    """A client that knows nothing of virtual time: requests and time.sleep."""
    session = requests.Session()
    case.mount(session)
    headers = {"Authorization": f"Bearer {case.api_key}"}
    with case.virtual_time():
        base, begun = case.base_url, time.monotonic()
        job = session.post(f"{base}/v2/ai/text-to-video", json=wanted(case), headers=headers, timeout=5).json()
        while job["status"] not in ("completed", "failed"):
            time.sleep(case.poll_seconds * 1.1)
            if time.monotonic() - begun > case.deadline - 1:
                return {"outcome": "timeout", "jobs": [job["videoId"]]}
            job = session.get(f"{base}/v2/ai/videos/{job['videoId']}/status", headers=headers, timeout=5).json()
        clip = session.get(job["videoUrl"], timeout=5).content if job["status"] == "completed" else None
    return {"outcome": job["status"], "message": job.get("error"), "jobs": [job["videoId"]], "clip": clip}


async def with_httpx(case: ClientCase, transport: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {case.api_key}"}
    async with httpx.AsyncClient(transport=transport, base_url=case.base_url, headers=headers) as api:
        job = (await api.post("/v2/ai/text-to-video", json=wanted(case))).json()
        while job["status"] not in ("completed", "failed"):
            await asyncio.sleep(case.poll_seconds * 1.1)
            job = (await api.get(f"/v2/ai/videos/{job['videoId']}/status")).json()
    async with httpx.AsyncClient(transport=transport) as files:
        clip = (await files.get(job["videoUrl"])).content if job["status"] == "completed" else None
    return {"outcome": job["status"], "message": job.get("error"), "jobs": [job["videoId"]], "clip": clip}


def with_asyncio_run(case: ClientCase) -> dict[str, Any]:
    """A client that makes an event loop of its own."""
    with case.virtual_time():
        return asyncio.run(with_httpx(case, case.async_transport()))


PLAIN = ("plain", "created-202", "job-fails", "members-unknown")


@conformance("tensorone", client=client_of(TensorOne))
def test_a_client_that_is_handed_a_sleep(result: CaseResult) -> None:
    """The reference client conforms in each case of the core set."""
    assert result.failed == []


@conformance("tensorone", client=with_requests, cases=(*PLAIN, "never-ends"))
def test_a_client_with_requests_and_time_sleep(result: CaseResult) -> None:
    """Virtual time replaces the standard library's for a client that knows nothing of it."""
    assert result.ended.crashed is None


@conformance("tensorone", client=lambda case: with_httpx(case, case.async_transport()), cases=PLAIN)
def test_a_client_that_is_a_coroutine(result: CaseResult) -> None:
    """A coroutine is run in virtual time."""
    assert result.ended.crashed is None


@conformance("tensorone", client=with_asyncio_run, cases=PLAIN)
def test_a_client_that_calls_asyncio_run(result: CaseResult) -> None:
    """The loop that asyncio makes within virtual time is a virtual one."""
    assert result.ended.crashed is None


def test_a_broken_client_fails_and_is_told_why(mock_case_server: VirtualServer) -> None:
    """The failure names the law, what was expected and observed, and draws the calls."""
    case = chosen(builtin(), "tensorone", ids=["polls-limited"])[0]

    @conformance("tensorone", client=client_of(BROKEN["BKO-01"].client), cases=[case.id])
    def fails(_result: CaseResult) -> None:
        raise AssertionError("unreachable")

    with pytest.raises(NotConforming, match=r"BKO-01: (?s:.*)observed  0\.") as told:
        fails(case, mock_case_server)
    assert "GET /v2/ai/videos/" in str(told.value)


def test_an_accepted_failure_passes(mock_case_server: VirtualServer) -> None:
    """A law that may be broken for now fails no test."""
    case, seen = chosen(builtin(), "tensorone", ids=["polls-limited"])[0], []

    @conformance("tensorone", client=client_of(BROKEN["BKO-01"].client), cases=[case.id], accepted={"BKO-01": "later"})
    def passes(result: CaseResult) -> None:
        seen.append(result.case.id)

    passes(case, mock_case_server)
    assert seen == [case.id]


def test_a_client_may_say_that_it_does_not_support_a_case(mock_case_server: VirtualServer) -> None:
    """What is not supported is skipped, with the client's reason."""

    def no_client(case: ClientCase) -> dict[str, Any]:
        raise Unsupported(f"nothing about {case.case}")

    @conformance("tensorone", client=no_client, cases=["plain"])
    def skipped(_result: CaseResult) -> None:
        raise AssertionError("unreachable")

    with pytest.raises(pytest.skip.Exception, match="nothing about plain"):
        skipped(chosen(builtin(), "tensorone", ids=["plain"])[0], mock_case_server)


def test_what_is_not_known_is_told() -> None:
    """A wrong provider or case is told where the decorator stands."""
    with pytest.raises(ValueError, match="unknown provider 'tensortwo'; known: tensorone"):
        conformance("tensortwo", client=with_requests)
    with pytest.raises(ValueError, match="no case at tensorone"):
        conformance("tensorone", client=with_requests, cases=["plian"])


def test_a_client_that_never_ends_is_stopped(mock_case_server: VirtualServer) -> None:
    """Neither a client that waits for ever nor one that never waits keeps the tests."""

    def never_waits(case: ClientCase) -> dict[str, Any]:
        with httpx.Client(transport=case.transport(), base_url=case.base_url) as api:
            while True:
                api.get("/v2/ai/videos/vid_none/status")

    def waits_for_ever(case: ClientCase) -> dict[str, Any]:
        while True:
            case.sleep(1000)

    for client in (never_waits, waits_for_ever):
        seen: list[CaseResult] = []
        test = conformance("tensorone", client=client, cases=["plain"], accepted=dict.fromkeys(
            ["OUT-01", "AUTH-01", "POL-03", "POL-10", "AUTH-04"], "it is broken"))(seen.append)  # fmt: skip
        test(chosen(builtin(), "tensorone", ids=["plain"])[0], mock_case_server)
        assert seen[0].ended.is_killed


def test_other_threads_keep_the_machines_time(mock_case_server: VirtualServer) -> None:
    """Virtual time is the client's thread's alone, and ends with its context."""
    real = time.monotonic
    seen: list[float] = []

    def client(case: ClientCase) -> dict[str, Any]:
        with case.virtual_time():
            other = threading.Thread(target=lambda: seen.append(time.monotonic()))
            other.start()
            other.join()
            seen.append(time.monotonic())
        return {"outcome": "error"}

    before = real()
    conformance("tensorone", client=client, cases=["plain"], accepted={"OUT-01": "it does nothing"})(lambda _: None)(
        chosen(builtin(), "tensorone", ids=["plain"])[0], mock_case_server
    )
    assert before <= seen[0] <= real()
    assert seen[1] % 1000 == 0
    assert time.monotonic is real


def test_there_is_a_reference_client_for_each_provider() -> None:
    """The command line's providers and the reference clients are the same."""
    assert sorted(CLIENTS) == ["aimlapi", "gately", "modelslab", "modelslab-enterprise", "tensorone"]
