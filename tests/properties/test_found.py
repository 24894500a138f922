"""What drawing found, each shrunk to the smallest case and kept by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.engine.sandbox import digest_of
from tests.properties.clients import CLIENTS, Client
from tests.properties.local_server import LocalServer, Said

KEY = "key-red"
TENSORONE, AIMLAPI = CLIENTS[0], CLIENTS[3]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(0, tmp_path) as made:
        made.call(KEY, "POST", "/_mock/sandboxes", {"host": "127.0.0.1"}, {"key": KEY})
        yield made


def configure(local: LocalServer, **settings: Any) -> None:
    local.call(KEY, "PATCH", f"/_mock/sandboxes/{digest_of(KEY)}", {"host": "127.0.0.1"}, settings)


def submit(local: LocalServer, client: Client, **more: Any) -> Said:
    method, path, headers, body = client.submission(KEY)
    return local.call(KEY, method, path, headers, {**body, **more})


@pytest.mark.parametrize(
    ("lora", "status"),
    [
        ({"loraId": "a", "": 1e300}, 200),
        ({"loraId": "a", "more": [2**53 + 1]}, 200),
        ({"loraId": "a", "weight": 1e300}, 400),
    ],
)
def test_a_number_beyond_2_to_53_is_refused_where_the_document_has_a_say(
    local: LocalServer, lora: Mapping[str, Any], status: int
) -> None:
    """schemathesis, fuzzing: a right body was refused for an unknown member inside of a known one."""
    assert submit(local, TENSORONE, loraModels=[lora]).status == status


@pytest.mark.parametrize("scenario", ["stalled=40", "fails-in-processing", "success"])
def test_a_creation_says_queued_whatever_the_job_is_already(local: LocalServer, scenario: str) -> None:
    """The state machine: an instant job that stalls, or fails, was created with a status of the polls."""
    configure(local, scenario=scenario, timing="instant")
    answer = submit(local, TENSORONE).value
    assert answer["status"] == "queued"
    assert TENSORONE.complaints(TENSORONE.create, answer) == []


def test_a_job_whose_id_has_slashes_can_be_overridden(local: LocalServer) -> None:
    """The state machine: the control API knew no path with such an id."""
    job = AIMLAPI.id_of(submit(local, AIMLAPI).value)
    assert "/" in job
    path = f"/_mock/sandboxes/{digest_of(KEY)}/jobs/{job}/complete"
    assert local.call(KEY, "POST", path, {"host": "127.0.0.1"}).status == 200
    assert AIMLAPI.word(local.call(KEY, *AIMLAPI.asking(KEY, job)).value) == "completed"


@pytest.mark.parametrize("status", [201, 202])
def test_an_upscale_is_created_with_the_status_of_creations(local: LocalServer, status: int) -> None:
    """schemathesis, stateful: create, poll, upscale; the overlay promised 200 for the last."""
    configure(local, profiles={"tensorone": [f"created-{status}"]}, timing="instant")
    video = submit(local, TENSORONE)
    body = {"videoId": TENSORONE.id_of(video.value), "targetResolution": "1080p"}
    upscale = local.call(KEY, "POST", "/v2/ai/video-upscale", TENSORONE.headers(KEY), body)
    assert (video.status, upscale.status) == (status, status)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda one: one.name)
def test_ids_that_follow_no_rule_keep_the_document(local: LocalServer, client: Client) -> None:
    """The state machine: ModelsLab's unguessable ids have more digits than the document allowed."""
    configure(local, scenario="unguessable")
    answer = submit(local, client).value
    assert client.complaints(client.create, answer) == []
    assert client.complaints(client.poll, local.call(KEY, *client.asking(KEY, client.id_of(answer))).value) == []
