"""Listeners: ports whose every call belongs to one sandbox."""

from __future__ import annotations

import gc
import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from mockserver.testing import MockServer, Sandbox
from tests.scenarios.plain_client import PlainClient


def ask(url: str, method: str, path: str, key: str = "another-key", value: object = None) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    connection.request(method, path, None if value is None else json.dumps(value).encode(), headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


@pytest.fixture
def sandbox(server: MockServer) -> Sandbox:
    made = server.sandbox("listener-key")
    made.reset()
    made.freeze()
    return made


def test_every_call_at_a_listener_belongs_to_its_sandbox(server: MockServer, sandbox: Sandbox) -> None:
    """Whatever the key, a call at a listener makes and finds the sandbox's jobs, and its links point there."""
    url = server.control("POST", f"{sandbox._path}/listeners")["url"]
    status, content = ask(url, "POST", "/v2/ai/text-to-video", value={"prompt": "a cat"})
    made = json.loads(content)
    assert status == 200
    assert [job["id"] for job in sandbox.jobs()] == [made["videoId"]]
    sandbox.advance(10)
    done = json.loads(ask(url, "GET", f"/v2/ai/videos/{made['videoId']}/status", key="a-third")[1])
    assert done["videoUrl"].startswith(f"{url}/generated/")
    assert ask(url, "GET", "/_mock/sandboxes/self", key="")[0] == 200
    assert server.control("DELETE", f"{sandbox._path}/listeners") == {"closed": 1}


def test_links_point_to_another_origin_when_asked(server: MockServer, sandbox: Sandbox) -> None:
    """With `files` links lead to a second listener, another origin, as at every real provider."""
    opened = server.control("POST", f"{sandbox._path}/listeners", {"files": True})
    seen = PlainClient(sandbox, "instant").run(polls=0)
    link = json.loads(ask(opened["url"], "GET", f"/v2/ai/videos/{seen.creation['videoId']}/status")[1])["videoUrl"]
    assert urlsplit(link).netloc == urlsplit(opened["files_url"]).netloc != urlsplit(opened["url"]).netloc
    assert ask(opened["files_url"], "GET", urlsplit(link).path, key="")[0] == 200
    server.control("DELETE", f"{sandbox._path}/listeners")
    link = json.loads(ask(server.url, "GET", f"/v2/ai/videos/{seen.creation['videoId']}/status", sandbox.key)[1])
    assert link["videoUrl"].startswith(server.url)


def test_nobody_can_connect_to_a_closed_listener(server: MockServer, sandbox: Sandbox) -> None:
    """From the answer to the closing on; by then no call there is anybody's."""
    for forget in ("/listeners", "?configuration=true"):
        url = server.control("POST", f"{sandbox._path}/listeners")["url"]
        server.control("DELETE", f"{sandbox._path}{forget}")
        with pytest.raises(ConnectionRefusedError):
            ask(url, "GET", "/_mock/health")
        sandbox = server.sandbox(sandbox.key)


def test_a_stop_waits_for_listeners_that_are_on_their_way(recwarn: pytest.WarningsRecorder) -> None:
    """Nothing of them is left: neither a socket nor a task."""
    with MockServer.in_process() as server:
        sandbox = server.sandbox("listener-key")
        for _ in range(2):
            sandbox.listeners(files=True)
            server.control("DELETE", f"{sandbox._path}/listeners")
    gc.collect()
    assert [str(one.message) for one in recwarn] == []
