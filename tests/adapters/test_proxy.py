"""The proxy over sockets, on both event loops: whose hosts lead where, what is refused, and what passes unchanged."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from mockserver.provider.discovery import discover
from tests.adapters.proxies import LOOPS, Proxy, proxied

AUTH = {"Authorization": "Bearer proxy-key"}
CREATE = "https://api.tensorone.ai/v2/ai/text-to-video"


@pytest.fixture(scope="module", params=LOOPS)
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy on each event loop."""
    with proxied(tmp_path_factory.mktemp("proxy"), request.param) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[requests.Session]:
    """A client that goes through it."""
    with proxy.session() as session:
        yield session


def tensorone(client: requests.Session, key: str) -> list[str]:
    """Links of a finished job."""
    headers = {"Authorization": f"Bearer {key}"}
    job = client.post(CREATE, headers=headers, json={"prompt": "a cat"}).json()["videoId"]
    done = client.get(f"https://api.tensorone.ai/v2/ai/videos/{job}/status", headers=headers).json()
    return [done["videoUrl"], done["thumbnailUrl"]]


def modelslab(client: requests.Session, key: str) -> list[str]:
    """Links of a finished job, asked for at the address that its creation told."""
    asked = {"key": key, "model_id": "cogvideox", "prompt": "a cat #mock:polls=1", "output_type": "mp4"}
    made = client.post("https://modelslab.com/api/v6/video/text2video", json=asked).json()
    assert made["fetch_result"] == f"https://modelslab.com/api/v6/video/fetch/{made['id']}"
    return list(client.post(made["fetch_result"], json={"key": key}).json()["output"])


def aimlapi(client: requests.Session, key: str) -> list[str]:
    """Links of a finished job."""
    url, headers = "https://api.aimlapi.com/v2/video/generations", {"Authorization": f"Bearer {key}"}
    made = client.post(url, headers=headers, json={"model": "pixverse/v5/text-to-video", "prompt": "a cat"}).json()
    return [client.get(url, headers=headers, params={"generation_id": made["id"]}).json()["video"]["url"]]


def gately(client: requests.Session, key: str, site: str = "https://api.gately.ai") -> list[str]:
    """Links of a finished job."""
    headers = {"Authorization": f"Bearer {key}"}
    asked = {"model": "T2V-01", "prompt": "a cat"}
    task = client.post(f"{site}/v1/video_generation", headers=headers, json=asked).json()["task_id"]
    done = client.get(f"{site}/v1/query/video_generation", headers=headers, params={"task_id": task}).json()
    file = client.get(f"{site}/v1/files/retrieve", headers=headers, params={"file_id": done["file_id"]}).json()
    return [file["file"]["download_url"]]


LIVES = {
    "tensorone": (tensorone, "https://videos.tensorone.ai/"),
    "modelslab": (modelslab, "https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/"),
    "aimlapi": (aimlapi, "https://cdn.aimlapi.com/"),
    "gately": (gately, "https://api.gately.ai/"),
}


STYLES = [(name, word.name) for name, one in discover().items() if name in LIVES for word in one.words if word.is_style]


@pytest.mark.parametrize(("name", "style"), [*STYLES, ("tensorone", "")])
def test_a_job_lives_at_the_providers_own_hosts_and_its_links_keep_them(
    proxy: Proxy, client: requests.Session, name: str, style: str
) -> None:
    """From creation to file, in every style; nothing leads to the server's own address."""
    key = f"life-{name}-{style}"
    told = {"profiles": {name: [style] if style else []}}
    with requests.Session() as plain:
        plain.trust_env = False
        plain.patch(f"{proxy.base}/_mock/sandboxes/{key}", json=told).raise_for_status()
    life, files = LIVES[name]
    links = life(client, key)
    assert links
    for link in links:
        assert link.startswith(files)
        assert client.get(link).status_code == 200


def test_a_host_serves_its_own_providers_paths_alone(client: requests.Session) -> None:
    """What another provider would serve is unknown here, in this provider's words; so is the control API."""
    for url in (
        "https://api.aimlapi.com/v2/ai/videos/x/status", "https://modelslab.com/v1/video_generation",
        "https://api.tensorone.ai/_mock/health", "https://videos.tensorone.ai/v2/ai/videos/x/status",
    ):  # fmt: skip
        answer = client.get(url, headers=AUTH)
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (404, "application/json"), url
        assert "no such path" in answer.headers["x-mock-problem"]


def test_hosts_of_released_clients_are_known_too(proxy: Proxy, client: requests.Session) -> None:
    """Where a client's default is another name of the same API, the links keep that name."""
    assert {"newapi.taam.cloud", "api.minimax.io", "api.minimaxi.chat"} <= set(proxy.hosts)
    (link,) = gately(client, "alias-key", "https://api.minimax.io")
    assert link.startswith("https://api.minimax.io/download/")
    assert client.get(link).content[4:8] == b"ftyp"


def test_plain_http_and_https_asked_of_the_proxy_itself_are_served(proxy: Proxy) -> None:
    """The absolute form, as RFC 9112 3.2.2 has it for http, and as some clients (axios) ask for https."""
    for scheme in ("http", "https"):
        said = proxy.said(
            f"GET {scheme}://api.tensorone.ai/v2/ai/videos/x/status HTTP/1.1\r\nHost: api.tensorone.ai\r\n"
            "Authorization: Bearer proxy-key\r\nConnection: close\r\n\r\n".encode()
        )
        assert said.startswith(b"HTTP/1.1 404 ")
        assert b"Video not found" in said


@pytest.mark.parametrize(
    ("sent", "first", "text"),
    [
        (b"CONNECT a.test:443 HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 mockserver does not emulate a.test\r\n", b"--pass"),
        (b"GET http://a.test/ HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 mockserver does not emulate a.test\r\n", b"--pass"),
        (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 mockserver does not emulate 127.0.0.1\r\n", b""),
        (b"CONNECT [::1]:22 HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 mockserver does not emulate ::1\r\n", b""),
        (b"CONNECT api.tensorone.ai.evil.example:443 HTTP/1.1\r\n\r\n", b"HTTP/1.1 502 ", b""),
        (b"GET / HTTP/1.1\r\nHost: api.tensorone.ai\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"this is a proxy"),
        (b"CONNECT api.tensorone.ai:443 HTTP/1.1\r\n\r\n\x16\x03", b"HTTP/1.1 400 Bad Request\r\n", b"nothing may"),
        (b"\x16\x03\x01\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n", b""),
        (b"GET ftp://example.com/ HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n", b""),
        (b"CONNECT a:1 HTTP/1.1\r\nX: " + b"y" * 65_600, b"HTTP/1.1 431 ", b"too long"),
    ],
)  # fmt: skip
def test_the_rest_is_refused_and_told_why(proxy: Proxy, sent: bytes, first: bytes, text: bytes) -> None:
    """With the reason in the phrase, which is all that many clients show, and the connection ends."""
    said = proxy.said(sent)
    assert said.startswith(first)
    assert text in said
    assert b"\r\nConnection: close\r\n" in said


def test_a_refusal_is_readable_in_a_plain_client(client: requests.Session) -> None:
    """What requests says of it."""
    with pytest.raises(requests.exceptions.ProxyError, match=r"502 mockserver does not emulate example\.com"):
        client.get("https://example.com/")


def test_the_certificate_can_be_fetched_from_the_proxy(proxy: Proxy) -> None:
    """It alone, without a key."""
    head, _, body = proxy.said(b"GET /ca.pem HTTP/1.1\r\nHost: proxy\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == proxy.certificate.read_bytes()
    assert b"PRIVATE" not in body


def test_a_head_that_comes_byte_by_byte_is_read(proxy: Proxy) -> None:
    """However the client's bytes are cut."""
    with socket.create_connection(proxy.place, timeout=20) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"CONNECT API.tensorone.ai.:443 HTTP/1.1\r\nHost: x\r\n\r\n":
            client.sendall(bytes([byte]))
        assert client.recv(1000) == b"HTTP/1.1 200 Connection established\r\n\r\n"


def test_a_tunnel_carries_many_calls_and_bytes_that_come_with_the_handshake(proxy: Proxy) -> None:
    """TLS 1.3 lets a client send its request with the last message of the handshake; over 50 tunnels none is lost."""
    sent = b"GET /v2/ai/videos/x/status HTTP/1.1\r\nHost: api.tensorone.ai\r\nAuthorization: Bearer proxy-key\r\n\r\n"
    context = ssl.create_default_context(cafile=proxy.certificate)
    for _ in range(50):
        with proxy.tunnel("api.tensorone.ai", context) as tunnel:
            tunnel.sendall(sent)
            assert tunnel.recv(65536).startswith(b"HTTP/1.1 404 ")
            tunnel.sendall(sent)
            assert tunnel.recv(65536).startswith(b"HTTP/1.1 404 ")


def test_the_host_within_the_tunnel_decides(proxy: Proxy) -> None:
    """Another Host than one of ours is misdirected (RFC 9110 15.5.20)."""
    with proxy.tunnel("api.tensorone.ai") as tunnel:
        tunnel.sendall(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
        assert tunnel.recv(65536).startswith(b"HTTP/1.1 421 ")


def test_every_host_is_in_the_certificate(proxy: Proxy) -> None:
    """A client that checks names and chain strictly takes each."""
    context = ssl.create_default_context(cafile=proxy.certificate)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    for host in proxy.hosts:
        with proxy.tunnel(host, context) as tunnel:
            assert tunnel.selected_alpn_protocol() is None


def test_faults_of_the_connection_reach_a_client_behind_tls(client: requests.Session) -> None:
    """An answer that is lost, a file that ends within."""
    headers = {**AUTH, "X-Mock-Scenario": "dropped-creation"}
    with pytest.raises(requests.exceptions.ConnectionError):
        client.post(CREATE, headers=headers, json={"prompt": "a cat"})
    headers = {**AUTH, "X-Mock-Scenario": "cut-file"}
    job = client.post(CREATE, headers=headers, json={"prompt": "a cat"}).json()["videoId"]
    link = client.get(f"https://api.tensorone.ai/v2/ai/videos/{job}/status", headers=AUTH).json()["videoUrl"]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get(link)


def test_a_client_that_does_not_trust_the_certificate_is_told_of_once(
    proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says what the client cannot."""
    seen = threading.Event()

    class Seen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "TLS handshake" in record.getMessage():
                seen.set()

    handler = Seen()
    logging.getLogger("mockserver").addHandler(handler)
    try:
        with pytest.raises(ssl.SSLCertVerificationError):
            proxy.tunnel("cdn.aimlapi.com", ssl.create_default_context())
        assert seen.wait(20)
    finally:
        logging.getLogger("mockserver").removeHandler(handler)
    assert "a client ended the TLS handshake for cdn.aimlapi.com" in caplog.text


def test_the_journal_tells_the_providers_own_address(proxy: Proxy, client: requests.Session) -> None:
    """As HAR has it."""
    client.get("https://api.tensorone.ai/v2/ai/videos/none/status", headers={"Authorization": "Bearer har-key"})
    with requests.Session() as plain:
        plain.trust_env = False
        har = plain.get(f"{proxy.base}/_mock/sandboxes/har-key/journal.har").json()
    (entry,) = har["log"]["entries"]
    assert entry["request"]["url"] == "https://api.tensorone.ai/v2/ai/videos/none/status"


class Elsewhere(BaseHTTPRequestHandler):
    """A server that is no provider."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Tell what came."""
        body = self.rfile.read(int(self.headers["content-length"]))
        told = json.dumps({"path": self.path, "headers": dict(self.headers), "length": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """Its address, by a name that is not emulated."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"localhost:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize("loop", LOOPS)
def test_passthrough_reaches_other_hosts_and_keeps_ours(tmp_path: Path, loop: str, elsewhere: str) -> None:
    """By the absolute form and by CONNECT, megabytes in both directions; one that is not there is a 502."""
    with proxied(tmp_path, loop, lets_through=True) as proxy, proxy.session() as client:
        told = client.post(f"http://{elsewhere}/a?b=c", data=b"x" * 3_000_000, headers={"Proxy-Thing": "1"}).json()
        assert (told["path"], told["length"], told["headers"]["Host"]) == ("/a?b=c", 3_000_000, elsewhere)
        assert not any(name.lower().startswith("proxy-") for name in told["headers"])
        with socket.create_connection(proxy.place, timeout=20) as plain:
            plain.sendall(f"CONNECT {elsewhere} HTTP/1.1\r\n\r\n".encode())
            assert plain.recv(1000).startswith(b"HTTP/1.1 200 ")
            plain.sendall(b"POST /in HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
            assert b'"length": 2' in b"".join(iter(lambda: plain.recv(65536), b""))
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens
            port = silent.getsockname()[1]
            assert b" 502 " in proxy.said(f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode())
        assert b" 502 " in proxy.said(b"CONNECT localhost:99999 HTTP/1.1\r\n\r\n")
        assert b" 502 " in proxy.said(b"CONNECT " + b"a" * 70 + b".example:443 HTTP/1.1\r\n\r\n")
        (link, _) = tensorone(client, "kept")
        assert client.get(link).status_code == 200


def test_a_host_of_the_users_own_leads_to_its_provider(tmp_path: Path) -> None:
    """As --emulate tells it."""
    with proxied(tmp_path, more={"video.example.com": "gately"}) as proxy, proxy.session() as client:
        (link,) = gately(client, "own", "https://video.example.com")
        assert link.startswith("https://video.example.com/")
        assert client.get(link).status_code == 200


def test_a_stop_ends_connections_that_lead_nowhere_yet(tmp_path: Path) -> None:
    """A client that only connected, one within the handshake, one in a tunnel: none holds the server up."""
    with proxied(tmp_path) as proxy:
        idle = socket.create_connection(proxy.place, timeout=20)
        half = socket.create_connection(proxy.place, timeout=20)
        half.sendall(b"CONNECT api.tensorone.ai:443 HTTP/1.1\r\n\r\n")
        assert half.recv(1000).startswith(b"HTTP/1.1 200")
        tunnel = proxy.tunnel("api.tensorone.ai")
    for one in (idle, half, tunnel):
        with one:
            assert one.recv(1000) == b""
