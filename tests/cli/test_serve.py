"""`mockserver serve` as a real process on a real port."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.process import CERTIFICATE, KEY, PATIENCE, Running, environment

VIDEO = {"prompt": "a cat", "width": 256, "height": 256, "duration": 1.0}
CREATE = "/v2/ai/text-to-video"

posix = pytest.mark.skipif(sys.platform == "win32", reason="a process on Windows is not stopped by a signal")


@posix
def test_it_says_where_it_is_answers_and_stops(tmp_path: Path) -> None:
    with Running(tmp_path, "--seed", "7") as server:
        url = server.ready["url"]
        assert server.ready == {"url": url, "pid": server.process.pid}
        assert server.screen[0].startswith("mockserver ")
        assert server.screen[0].endswith(f" is ready at {url}")
        assert url.startswith("http://127.0.0.1:")
        assert "seed 7" in server.screen[1]
        assert "drawn" not in server.screen[1]
        assert any(str(Path("~") / "cache") in line for line in server.screen)
        idle = server.connect()
        idle.request("GET", "/_mock/health")
        assert idle.getresponse().read()
        assert server.stop(signal.SIGTERM) == 0
        idle.close()
        assert not server.ready_file.exists()
        assert server.errors == ""
        assert "\x1b" not in "".join(server.screen)


@posix
def test_every_curl_on_the_screen_works_when_pasted(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    with Running(tmp_path) as server:
        lines = [line.strip() for line in server.screen if line.startswith("  curl ")]
        assert len(lines) == len(server.call("GET", "/_mock/health")[1]["providers"])
        for line in lines:
            command = ["sh", "-c", f"{line} -sS -w '\\n%{{http_code}}'"]
            pasted = subprocess.run(command, check=False, capture_output=True, text=True)
            body, _, code = pasted.stdout.rpartition("\n")
            assert code in ("200", "201", "202"), (line, pasted)
            assert '"error"' not in body, (line, body)


@posix
def test_localhost_listens_on_both_families_and_prints_one_address(tmp_path: Path) -> None:
    with Running(tmp_path, "--host", "localhost") as server:
        assert server.call("GET", "/_mock/health")[0] == 200
        assert server.call("GET", "/_mock/health", host="localhost")[0] == 200
        if socket.has_ipv6 and _has_loopback_6():
            assert server.call("GET", "/_mock/health", host="::1")[0] == 200
        assert "localhost" not in "\n".join(server.screen)
        assert server.stop(signal.SIGINT) == 0
        assert server.errors == ""


def _has_loopback_6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@posix
def test_the_environment_sets_options_and_the_log_is_json_without_keys(tmp_path: Path) -> None:
    told = {"MOCKSERVER_LOG_FORMAT": "json", "MOCKSERVER_SEED": "11", "MOCKSERVER_TIMING": "instant"}
    with Running(tmp_path, MOCKSERVER_PROFILE="tensorone=created-201,keyless", **told) as server:
        first = json.loads(server.errors)
        assert (first["message"], first["url"], first["seed"]) == ("ready", server.ready["url"], 11)
        status, made = server.call("POST", CREATE, VIDEO)
        assert status == 201
        assert server.call("GET", f"/v2/ai/videos/{made['videoId']}/status")[1]["status"] == "completed"
        assert server.call("POST", CREATE, {"prompt": 1}, key="my-secret-key")[0] == 400
        assert server.call("POST", CREATE + "%0Aforged", VIDEO, key="my-secret-key")[0] == 404
        assert server.call("GET", "/nowhere/at/all", key="my-secret-key")[0] == 404
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.errors.splitlines()]
        assert [line["message"].split(" sb_")[0] for line in lines[1:3]] == [
            f"POST {CREATE} 400",
            f"POST {CREATE}%0Aforged 404",
        ]
        assert all({"time", "level", "message"} <= line.keys() for line in lines)
        assert "my-secret-key" not in server.errors
        assert server.screen == []


@posix
def test_links_follow_https_and_the_port(tmp_path: Path) -> None:
    with Running(tmp_path, "--certfile", str(CERTIFICATE), "--keyfile", str(KEY), "--timing", "instant") as server:
        url = server.ready["url"]
        assert url.startswith("https://127.0.0.1:")
        assert all("curl -k " in line for line in server.screen if "curl" in line)
        _, made = server.call("POST", CREATE, VIDEO)
        _, status = server.call("GET", f"/v2/ai/videos/{made['videoId']}/status")
        assert status["videoUrl"].startswith(f"{url}/generated/")
        _, status = server.call("GET", f"/v2/ai/videos/{made['videoId']}/status", host="localhost")
        assert status["videoUrl"].startswith(f"https://localhost:{urlsplit(url).port}/generated/")
        assert server.stop() == 0


@posix
def test_keys_from_a_file_links_from_a_public_url_and_a_warning_off_loopback(tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("# ours\nwriter-key\nreader-key  read\nbilling-key service:billing # nothing else\n")
    arguments = ("--host", "0.0.0.0", "--keys", str(keys), "--public-url", "https://mock.example:8443/")
    with Running(tmp_path, *arguments, "--scenario", "instant") as server:
        shown = "\n".join(server.screen)
        assert server.ready["url"].startswith("http://127.0.0.1:")
        assert "0.0.0.0 other machines can reach" in shown
        assert "control API (/_mock) is off for them" in shown
        assert "https://mock.example:8443" in shown
        assert "any-key" not in shown
        codes = [server.call("POST", CREATE, VIDEO, key)[0] for key in ("reader-key", "billing-key", "any-key")]
        assert codes == [403, 403, 401]
        status, made = server.call("POST", CREATE, VIDEO, "writer-key")
        assert status == 200
        _, done = server.call("GET", f"/v2/ai/videos/{made['videoId']}/status", key="writer-key")
        assert done["videoUrl"].startswith("https://mock.example:8443/generated/")
        assert server.stop() == 0
        said = shown + server.errors
        assert not any(key in said for key in ("writer-key", "reader-key", "billing-key", "any-key"))
        assert len([line for line in server.errors.splitlines() if " 403 " in line or " 401 " in line]) == 3


@posix
def test_it_stops_while_requests_are_held_and_half_sent(tmp_path: Path) -> None:
    with Running(tmp_path, "--hold", "30", "--timing", "documented") as server:
        half = socket.create_connection(("127.0.0.1", urlsplit(server.ready["url"]).port))
        half.sendall(b"POST /v2/ai/text-to-video HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        held = server.connect()
        body = {"key": "k", "model_id": "cogvideox", "prompt": "x", "instant_response": False}
        held.request("POST", "/api/v6/video/text2video", json.dumps(body), {"content-type": "application/json"})
        while server.call("GET", "/_mock/sandboxes/self", key="k")[1]["submissions"] == 0:
            pass
        assert server.stop(signal.SIGINT) == 0
        assert not server.ready_file.exists()
        assert "Traceback" not in server.errors
        half.close()
        held.close()


@posix
def test_an_unusable_ffmpeg_is_said_in_one_line(tmp_path: Path) -> None:
    with Running(tmp_path, IMAGEIO_FFMPEG_EXE=str(tmp_path / "none")) as server:
        line = server.error_line()
        assert "warning: clips will be answered with 503: ffmpeg does not run" in line
        assert server.stop() == 0
        assert server.errors == ""


@posix
def test_a_ready_file_of_another_server_stays(tmp_path: Path) -> None:
    with Running(tmp_path) as server:
        server.ready_file.write_text('{"url": "http://127.0.0.1:1", "pid": 1}')
        assert server.stop() == 0
        assert server.ready["pid"] == 1


BUDGET = {
    *("anyio", "click", "httptools", "mockserver", "orjson", "starlette", "typing_extensions", "uvicorn", "uvloop"),
}
"""What may be imported until the first answer, beside the standard library."""
SLOW = {
    *("ctypes", "http.server", "mockserver.kit", "sqlite3", "tomllib", "unittest", "xml.etree.ElementTree", "zoneinfo"),
}
"""Parts of the standard library, and the kit, that a start has no use for."""

LISTING = """
import json, sys
from mockserver.cli import serve
serve.PROBE_AFTER_SECONDS = 3600
from mockserver.__main__ import main
code = main(["serve"])
print("imported", json.dumps(sorted(sys.modules)), flush=True)
raise SystemExit(code)
"""


def over_budget(imported: list[str]) -> set[str]:
    """What was imported and should not have been."""
    tops = {name.partition(".")[0] for name in imported}
    ours = {
        name for name in tops if not name.startswith(("_", "cython_runtime")) and name not in sys.stdlib_module_names
    }
    return (ours - BUDGET) | (SLOW & {*imported, *tops})


@posix
def test_a_start_imports_nothing_beyond_its_budget(tmp_path: Path) -> None:
    with Running(tmp_path, program=LISTING) as server:
        assert server.call("GET", "/_mock/health")[0] == 200
        assert server.stop() == 0
        imported = json.loads(server.screen[-1].removeprefix("imported "))
    assert "mockserver.app" in imported
    assert over_budget(imported) == set()
    assert over_budget([*imported, "PIL.Image", "yaml", "sqlite3"]) == {"PIL", "yaml", "sqlite3"}
    assert ("uvloop" in imported) == (sys.implementation.name == "cpython")
    assert "uvicorn.protocols.http.httptools_impl" in imported


@pytest.mark.skipif(sys.platform == "win32", reason="closes descriptors as a POSIX shell does")
@pytest.mark.parametrize("closed", [(2,), (1,), (0, 1, 2)])
def test_it_serves_without_standard_streams(tmp_path: Path, closed: tuple[int, ...]) -> None:
    """A service and pythonw start programs without stdout or stderr. Case F08."""
    ready = tmp_path / "ready.json"
    program = (
        "import os, sys\n"
        f"for one in {closed}: os.close(one)\n"
        "command = [sys.executable, '-m', 'mockserver', 'serve', '--port', '0', '--ready-file', sys.argv[1]]\n"
        "os.execv(sys.executable, command)"
    )
    process = subprocess.Popen([sys.executable, "-c", program, ready], env=environment(tmp_path))
    try:
        while not ready.exists():
            assert process.poll() is None
        url = urlsplit(json.loads(ready.read_bytes())["url"])
        connection = HTTPConnection(url.hostname or "", url.port, timeout=PATIENCE)
        connection.request("GET", "/v2/ai/videos/none/status")
        assert connection.getresponse().status == 401
        connection.close()
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
