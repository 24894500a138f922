"""Web pages: those of this machine may call providers, none of another origin may touch the control API."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.kit.target import Response
from mockserver.settings import Settings
from mockserver.web.guard import is_this_machine
from tests.web.direct import Direct

CREATE = "/v2/ai/text-to-video"
LOOPBACK = [
    "http://localhost:3000",
    "http://localhost",
    "https://localhost:8443",
    "http://127.0.0.1:5173",
    "http://[::1]:1",
]
FOREIGN = [
    "https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "file://",
    "http://localhost:3000.evil.example", "http://evil.example?http://localhost", "http://[::1", "",
]  # fmt: skip


def preflight(direct: Direct, path: str, origin: str) -> Response:
    return direct.call("OPTIONS", path, {
        "origin": origin, "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-anything",
    })  # fmt: skip


def allowed(answer: Response) -> str | None:
    return answer.header("access-control-allow-origin")


@pytest.mark.parametrize("origin", LOOPBACK)
def test_a_page_of_this_machine_may_call_providers(direct: Direct, origin: str) -> None:
    asked = preflight(direct, CREATE, origin)
    assert (asked.status, allowed(asked)) == (200, origin)
    assert "POST" in (asked.header("access-control-allow-methods") or "")
    assert "x-anything" in (asked.header("access-control-allow-headers") or "")
    answer = direct.call("GET", "/v2/ai/videos/none/status", {"origin": origin, "authorization": "Bearer cors"})
    assert (answer.status, allowed(answer)) == (404, origin)  # a page can read errors too
    assert answer.header("access-control-expose-headers") == "*"


def test_a_page_of_an_allowed_origin_may_reach_into_a_private_network(direct: Direct) -> None:
    """Chromium asks so before a public page may call an address of this machine. Case F09."""
    ask = {"access-control-request-method": "POST", "access-control-request-private-network": "true"}
    asked = direct.call("OPTIONS", CREATE, {"origin": LOOPBACK[0], **ask})
    assert (asked.status, asked.header("access-control-allow-private-network")) == (200, "true")
    assert direct.call("OPTIONS", CREATE, {"origin": FOREIGN[0], **ask}).status == 400


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_page_may_not(direct: Direct, origin: str) -> None:
    asked = preflight(direct, CREATE, origin)
    assert asked.status >= 400
    assert allowed(asked) is None
    assert allowed(direct.call("GET", "/v2/ai/videos/none/status", {"origin": origin})) is None


def test_an_origin_can_be_let_in(tmp_path: Path) -> None:
    direct = Direct(create_app(Settings(cache=tmp_path, cors=("https://app.example",))))
    try:
        for origin, status in (
            ("https://app.example", 200),
            ("http://localhost:3000", 200),
            ("https://evil.example", 400),
        ):
            assert preflight(direct, CREATE, origin).status == status
        assert preflight(direct, "/_mock/sandboxes", "https://app.example").status == 403
    finally:
        direct.close()


@pytest.mark.parametrize("origin", [*LOOPBACK, *FOREIGN, "http://127.0.0.1:8001", "http://localhost:8000"])
@pytest.mark.parametrize(
    "path", ["/_mock/providers", "/_mock/sandboxes", "/_mock/sandboxes/self/clock", "/_mock/nothing"]
)
def test_no_page_of_another_origin_reaches_the_control_api(direct: Direct, path: str, origin: str) -> None:
    for answer in (
        preflight(direct, path, origin),
        direct.call("GET", path, {"origin": origin}),
        direct.call("POST", path, {"origin": origin, "content-type": "text/plain"}, b'{"key": "a"}'),
    ):
        assert (answer.status, allowed(answer)) == (403, None)
        assert "is not the control API's own" in answer.json()["detail"]


@pytest.mark.parametrize("headers", [{"origin": one} for one in FOREIGN] + [{"host": "mock"}, {"host": "evil.example"}])
def test_whoever_waits_for_the_server_may_ask_whether_it_is_up(direct: Direct, headers: dict[str, str]) -> None:
    """Health is open to every host and origin, in another container too; a page can read it."""
    answer = direct.call("GET", "/_mock/health", headers)
    assert (answer.status, answer.json()["status"], allowed(answer)) == (200, "ok", "*")


def test_a_page_of_the_server_itself_does(direct: Direct) -> None:
    assert direct.call("GET", "/_mock/providers", {"origin": "http://127.0.0.1:8000"}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::2]:8000",
        "[::1",
        "@",
        ":8000",
        "10.0.0.1",
    ],
)
def test_a_rebound_host_does_not_reach_the_control_api(direct: Direct, host: str) -> None:
    for path in ("/_mock/providers", "/_mock/nothing"):
        answer = direct.call("GET", path, {"host": host})
        assert (answer.status, answer.header("content-type")) == (403, "application/problem+json")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "127.9.9.9:1", "[::1]:8000", "app.localhost", ""])
def test_names_of_this_machine_do(direct: Direct, host: str) -> None:
    assert direct.call("GET", "/_mock/providers", {"host": host}).status == 200


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1", True), ("::1", True), ("[::1]", True), ("LOCALHOST", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False), ("::ffff:10.0.0.1", False), ("::", False), ("localhost.", False), ("", False),
    ],
)  # fmt: skip
def test_what_means_this_machine(host: str, is_ours: bool) -> None:
    assert is_this_machine(host) is is_ours


@pytest.fixture
def job(direct: Direct) -> str:
    """A finished job."""
    sandbox = direct.sandbox("hosts")
    made: str = direct.json("POST", CREATE, {"prompt": "a cat"}, {"authorization": "Bearer hosts"})["videoId"]
    direct.json("PATCH", f"{sandbox}/clock", {"advance_seconds": 10})
    return made


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost:9000", "[::1]:8000", "mock", "a-b.example:1", "xn--e1afmkfd.example"]
)
def test_links_lead_to_where_the_client_came(direct: Direct, job: str, host: str) -> None:
    body = direct.json("GET", f"/v2/ai/videos/{job}/status", headers={"authorization": "Bearer hosts", "host": host})
    assert body["videoUrl"] == f"http://{host}/generated/{job}.mp4"
    assert body["thumbnailUrl"] == f"http://{host}/thumbnails/{job}.jpg"


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "a b",
        "a/b",
        "user@host",
        "host:",
        "host:99999999",
        'a"b',
        "<script>",
        "[::1",
        "a?b",
        "a#b",
        "\xe9",
        "a\\b",
        "a" * 70_000 + "/",
    ],
)
def test_a_host_that_is_none_falls_back_to_the_sockets_address(direct: Direct, job: str, host: str) -> None:
    body = direct.json("GET", f"/v2/ai/videos/{job}/status", headers={"authorization": "Bearer hosts", "host": host})
    assert body["videoUrl"] == f"http://127.0.0.1:8000/generated/{job}.mp4"


@pytest.mark.parametrize(
    ("server", "origin"),
    [(("::1", 8000), "http://[::1]:8000"), (("10.0.0.1", 80), "http://10.0.0.1:80"), (None, "http://127.0.0.1")],
)
def test_the_sockets_address_is_written_as_a_url_has_it(
    direct: Direct, job: str, server: tuple[str, int] | None, origin: str
) -> None:
    headers = {"authorization": "Bearer hosts", "host": ""}
    body = direct.call("GET", f"/v2/ai/videos/{job}/status", headers, server=server).json()
    assert body["videoUrl"] == f"{origin}/generated/{job}.mp4"


def test_links_keep_https(direct: Direct, job: str) -> None:
    headers = {"authorization": "Bearer hosts", "host": "localhost:8443"}
    body = direct.call("GET", f"/v2/ai/videos/{job}/status", headers, scheme="https").json()
    assert body["videoUrl"] == f"https://localhost:8443/generated/{job}.mp4"
