"""Links under `signed-links`: signed, ended, on another origin, at a host that behaves as object storage does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from mockserver.settings import Settings
from mockserver.testing import MockServer, Sandbox
from tests.properties.clients import CLIENTS, Client
from tests.scenarios.test_faults import Meeting

NEWER = {"aimlapi": ["2026"], "gately": ["minimax"]}
AREAS = ("rules", "end", "origin")


def facts(provider: str) -> list[pytest.MarkDecorator]:
    """The facts about a provider's signed links that the tests prove together."""
    return [pytest.mark.fact(f"{provider}.signed-links.{area}") for area in AREAS]


PROFILES = [
    pytest.param((client, [*style, "signed-links"]), marks=facts(client.provider),
                 id="-".join([client.provider, client.create, *style]))
    for client in CLIENTS for style in ([], NEWER.get(client.provider)) if style is not None
]  # fmt: skip


class Link:
    """The link to a finished job's file, and its sandbox."""

    def __init__(self, sandbox: Sandbox, url: str) -> None:
        self.sandbox, self.url = sandbox, url
        parts = urlsplit(url)
        self.origin, self.path, self.query = f"{parts.scheme}://{parts.netloc}", parts.path, parts.query

    def met(self, method: str = "GET", query: str | None = None, **headers: str) -> tuple[int, str, bytes]:
        """Status, media type and body."""
        target = self.path + (f"?{query}" if query else "") if query is not None else f"{self.path}?{self.query}"
        status, found, body = self.sandbox.server.request(method, target, headers)
        return status, dict(found).get("content-type", ""), body


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServer]:
    with MockServer(Settings(cache=tmp_path_factory.mktemp("clips"), timing="instant")) as started:
        yield started


@pytest.fixture(params=PROFILES)
def link(server: MockServer, request: pytest.FixtureRequest) -> Link:
    client: Client = request.param[0]
    sandbox = server.sandbox(f"signed {request.node.name}")
    sandbox.reset()
    sandbox.freeze()
    sandbox.configure(profiles={client.provider: request.param[1]})
    meeting = Meeting(client, sandbox)
    meeting.create()
    (job,) = sandbox.jobs()
    _, content = meeting.met(*client.asking(sandbox.key, job["id"]))  # type: ignore[misc]  # it is an answer
    output = str(client.output(json.loads(content)))
    if client.provider == "gately":
        _, _, content = server.request("GET", f"/v1/files/retrieve?file_id={output}", sandbox.headers)
        output = json.loads(content)["file"]["download_url"]
    return Link(sandbox, output)


def test_a_signed_link_serves_its_file_from_another_origin(link: Link) -> None:
    """The link as it is told gives the bytes; it leads to another origin than that of the calls."""
    status, kind, body = link.met()
    assert (status, kind.startswith(("video/", "image/")), len(body) > 0) == (200, True, True)
    assert link.origin == link.sandbox.server.url.replace("127.0.0.1", "localhost")
    status, _, part = link.met(Range="bytes=2-5")
    assert (status, part) == (206, body[2:6])


def test_another_method_is_refused(link: Link) -> None:
    """The link is signed for GET: HEAD, POST, PUT and DELETE get 403."""
    assert link.met("HEAD")[0] == 403
    for method in ("POST", "PUT", "DELETE"):
        status, kind, body = link.met(method)
        assert (status, kind) == (403, "application/xml")
        assert b"<Code>SignatureDoesNotMatch</Code>" in body


def test_an_authorization_beside_the_signature_is_refused(link: Link) -> None:
    """Two kinds of authentication: 400."""
    status, kind, body = link.met(Authorization=f"Bearer {link.sandbox.key}", **{"X-Mock-Sandbox": link.sandbox.key})
    assert (status, kind) == (400, "application/xml")
    assert b"<Code>InvalidArgument</Code>" in body


def test_a_changed_query_is_refused(link: Link) -> None:
    """A longer life, another signature, one more parameter, or none at all."""
    changed = [
        link.query.replace("X-Amz-Expires=", "X-Amz-Expires=9"),
        link.query[:-1] + ("0" if link.query[-1] != "0" else "1"),
        link.query + "&a=1",
        link.query.replace("X-Amz-Date=20", "X-Amz-Date=x"),
    ]
    for query in changed:
        status, kind, body = link.met(query=query)
        assert (status, kind) == (403, "application/xml")
        assert b"<Code>SignatureDoesNotMatch</Code>" in body
    status, kind, body = link.met(query="")
    assert (status, kind) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code>" in body


def test_a_link_ends(link: Link) -> None:
    """After its life, on the sandbox's clock, the answer is 403 with the XML of the storage host."""
    (life,) = [int(pair[14:]) for pair in link.query.split("&") if pair.startswith("X-Amz-Expires=")]
    link.sandbox.clock.advance(life - 1)
    assert link.met()[0] == 200
    link.sandbox.clock.advance(1)
    status, kind, body = link.met()
    assert (status, kind) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body


def test_other_origins_may_not_read_the_file_unless_it_is_asked(link: Link) -> None:
    """No CORS header with file and refusal; a scenario may open the host."""
    for path in (link.path, f"{link.path}?{link.query}"):
        _, headers, _ = link.sandbox.server.request("GET", path, {"Origin": "http://localhost:3000"})
        assert [name for name, _ in headers if name.lower().startswith("access-control")] == []


def test_a_scenario_opens_the_host(server: MockServer) -> None:
    """`file = { cors = true }` lets other origins read."""
    sandbox = server.sandbox("opened host")
    sandbox.reset()
    sandbox.configure(profiles={"tensorone": ["signed-links"]})
    server.compose("open-host", file={"cors": True})
    sandbox.scenario.set("open-host")
    meeting = Meeting(CLIENTS[0], sandbox)
    meeting.create()
    (job,) = sandbox.jobs()
    _, content = meeting.met(*CLIENTS[0].asking(sandbox.key, job["id"]))  # type: ignore[misc]  # it is an answer
    parts = urlsplit(str(CLIENTS[0].output(json.loads(content))))
    _, headers, _ = server.request("GET", f"{parts.path}?{parts.query}", {"Origin": "http://localhost:3000"})
    assert ("access-control-allow-origin", "http://localhost:3000") in headers
