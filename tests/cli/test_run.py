"""`mockserver run -- CMD`: what the command gets, how it ends, and that nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.cli.environment import known_clients
from tests.cli.commands import mockserver, run
from tests.cli.process import PATIENCE, environment

posix = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
CREATE = """
import json, os, sys
from urllib.request import Request, urlopen
def create(url):
    headers = {"Authorization": "Bearer " + os.environ["MOCK_API_KEY"], "Content-Type": "application/json"}
    return json.load(urlopen(Request(url + "/v2/ai/text-to-video", b'{"prompt": "a cat"}', headers)))
"""


def variables(home: Path, *options: str, **more: str) -> dict[str, str]:
    """The environment of a command under run."""
    done = run(home, ENVIRONMENT, *options, **more)
    assert (done.code, done.err) == (0, "")
    value: dict[str, str] = json.loads(done.out)
    return value


def test_the_command_reaches_the_server_by_the_address_and_key_of_its_environment(tmp_path: Path) -> None:
    """A plain program with MOCK_BASE_URL and MOCK_API_KEY, without the proxy."""
    done = run(tmp_path, CREATE + 'print(create(os.environ["MOCK_BASE_URL"])["status"])')
    assert (done.code, done.out) == (0, "queued\n")
    assert done.err == "mockserver run: this run would have cost $1.50 at documented prices\n"


def test_every_variable_that_known_clients_read_is_set(tmp_path: Path) -> None:
    """Addresses lead to the server, keys are the run's own, and real ones do not reach the command."""
    found = variables(tmp_path, MODELSLAB="kept", AIMLAPI_API_KEY="sk-real", MINIMAX_API_HOST="https://api.minimax.io")
    base, key = found["MOCK_BASE_URL"], found["MOCK_API_KEY"]
    assert urlsplit(base).hostname == "127.0.0.1"
    for one in known_clients()["variables"]:
        assert found[one["name"]] == one["holds"].replace("{base}", base).replace("{key}", key)
        assert one["source"]
    assert found["MODELSLAB"] == "kept"
    assert "sk-real" not in found.values()


def test_every_variable_that_leads_through_the_proxy_is_set(tmp_path: Path) -> None:
    """The proxy in both spellings; the certificate in each form; the files are gone afterwards."""
    found = variables(tmp_path, ALL_PROXY="http://real.example:1", NODE_TLS_REJECT_UNAUTHORIZED="0")
    proxies = {found[name] for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")}
    assert {urlsplit(one).hostname for one in proxies} == {"127.0.0.1"}
    assert len(proxies) == 1
    assert found["NO_PROXY"] == found["no_proxy"] == "localhost,127.0.0.1"
    assert found["NODE_USE_ENV_PROXY"] == "1"
    bundles = {
        found[name]
        for name in (
            "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT",
        )
    }  # fmt: skip
    assert len(bundles) == 1
    assert not Path(bundles.pop()).exists()
    assert not Path(found["NODE_EXTRA_CA_CERTS"]).parent.exists()
    assert "ALL_PROXY" not in found
    assert "NODE_TLS_REJECT_UNAUTHORIZED" not in found


def test_no_proxy_keeps_what_leads_to_no_provider(tmp_path: Path) -> None:
    """A host of the user's stays; what would lead to a provider's real host goes."""
    found = variables(tmp_path, NO_PROXY="*, db.internal,.aimlapi.com,api.tensorone.ai, 127.0.0.1,com")
    assert found["NO_PROXY"] == "localhost,127.0.0.1,db.internal"


def test_java_is_told_where_there_is_one(tmp_path: Path) -> None:
    """The truststore, and the proxy, which Java reads from nowhere else; what was there before stays."""
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    told = variables(tmp_path, PATH=str(tmp_path / "bin"), JAVA_TOOL_OPTIONS="-Xmx64m")["JAVA_TOOL_OPTIONS"].split()
    assert told[0] == "-Xmx64m"
    assert {option.partition("=")[0] for option in told[1:]} == {
        "-Djavax.net.ssl.trustStore", "-Djavax.net.ssl.trustStoreType", "-Djavax.net.ssl.trustStorePassword",
        "-Dhttp.proxyHost", "-Dhttp.proxyPort", "-Dhttps.proxyHost", "-Dhttps.proxyPort", "-Dhttp.nonProxyHosts",
    }  # fmt: skip
    assert "JAVA_TOOL_OPTIONS" not in variables(tmp_path, PATH=str(tmp_path / "none"))


def test_env_adds_variables_with_the_runs_own_values(tmp_path: Path) -> None:
    """{base}, {key} and {proxy} are replaced, other braces stay; the user's own win."""
    options = (
        "--env",
        "MY_URL={base}/v2",
        "--env",
        "MY_KEY=Bearer {key}",
        "--env",
        "P={proxy}{x}={}",
        "--env",
        "API_KEY=a=b",
    )
    found = variables(tmp_path, *options)
    assert found["MY_URL"] == found["MOCK_BASE_URL"] + "/v2"
    assert found["MY_KEY"] == "Bearer mock-key"
    assert found["P"] == found["HTTPS_PROXY"] + "{x}={}"
    assert found["API_KEY"] == "a=b"


def test_the_key_is_one_that_the_server_takes(tmp_path: Path) -> None:
    """With --keys it is the first of them."""
    assert variables(tmp_path, "--keys", "good-1,good-2")["MOCK_API_KEY"] == "good-1"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("raise SystemExit(0)", 0),
        ("raise SystemExit(7)", 7),
        pytest.param("import os; os.kill(os.getpid(), 9)", 137, marks=posix),
        pytest.param("import os; os.kill(os.getpid(), 15)", 143, marks=posix),
    ],
)
def test_the_exit_code_is_that_of_the_command(tmp_path: Path, program: str, code: int) -> None:
    """128 + N where signal N ended it, as shells tell it."""
    assert run(tmp_path, program).code == code


@pytest.mark.parametrize(
    ("command", "code", "told"), [("no-such-program", 127, "no such command"), ("/", 126, "permission denied")]
)
def test_a_command_that_cannot_be_run_is_told_in_one_line(tmp_path: Path, command: str, code: int, told: str) -> None:
    """With the code that shells have for it."""
    done = mockserver(tmp_path, "run", "--", command)
    assert (done.code, done.out, done.err) == (code, "", f"mockserver run: {command}: {told}\n")


def test_options_behind_the_dashes_are_the_commands(tmp_path: Path) -> None:
    """Also those that run knows itself."""
    done = mockserver(
        tmp_path, "run", "--", sys.executable, "-c", "import sys; print(sys.argv[1:])", "--port", "1", "-h"
    )
    assert (done.code, done.out) == (0, "['--port', '1', '-h']\n")


def test_input_goes_through(tmp_path: Path) -> None:
    """The command has this process's own input and output."""
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", "run", "--", sys.executable, "-c", "print(input()[::-1])"],
        input="abc\n", env=environment(tmp_path), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "cba\n")


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_goes_on_to_the_command(tmp_path: Path, number: signal.Signals) -> None:
    """The command gets it, does what it will, and its code counts; the server ends with it."""
    program = (
        "import os, signal, sys\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(21))\n"
        "print(os.environ['MOCK_BASE_URL'], flush=True)\n"
        "while True: signal.pause()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "run", "--", sys.executable, "-c", program],
        env=environment(tmp_path), stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        process.send_signal(number)
        assert process.wait(30) == 21
    with socket.socket() as probe:
        assert probe.connect_ex((address.hostname or "", address.port or 0)) != 0


@posix
def test_ctrl_c_on_a_terminal_reaches_the_command_once(tmp_path: Path) -> None:
    """The terminal sends it to both; the command, which counts, gets one."""
    import pty

    program = (
        "import os, signal, sys\n"
        "count = 0\n"
        "def come(*_):\n"
        "    global count; count += 1; os.write(1, b'came %d' % count)\n"
        "signal.signal(signal.SIGINT, come)\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(40 + count))\n"
        "os.write(1, b'up True' if sys.stdin.isatty() else b'up False')\n"  # print is not reentrant
        "while True: signal.pause()\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            sys.executable,
            [sys.executable, "-m", "mockserver", "run", "--", sys.executable, "-c", program],
            environment(tmp_path),
        )
    guard = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGKILL))
    guard.start()
    try:
        with open(terminal, "r+b", buffering=0, closefd=False) as screen:
            said = b""
            while b"up True" not in said:
                said += screen.read(100)
            screen.write(b"\x03")
            while b"came 1" not in said:
                said += screen.read(100)
        os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 41
    finally:
        guard.cancel()
        os.close(terminal)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--timing", "instnat", "--", "true"], "--timing: unknown value 'instnat'; did you mean instant?"),
        (["--env", "1A=b", "--", "true"], "--env: expected NAME=VALUE such as MY_BASE_URL={base}/v1, got '1A=b'"),
        (["--env", "A", "--", "true"], "--env: expected NAME=VALUE"),
        (["--emulate", "api.example.com", "--", "true"], "--emulate: expected HOST=PROVIDER"),
        (["--emulate", "api.example.com=gatly", "--", "true"], "unknown provider 'gatly'; did you mean gately?"),
        (["--ca-out", "/none/ca.pem", "--", "true"], "--ca-out: there is no folder /none"),
        (["--journal-on-failure", "/none/a.har", "--", "true"], "--journal-on-failure: there is no folder /none"),
        (["--host", "203.0.113.7", "--", "true"], "--host 203.0.113.7: "),
        (["--tirming", "instant", "--", "true"], "No such option '--tirming'"),
        ([], "Missing argument 'COMMAND...'"),
    ],
)
def test_what_cannot_be_followed_is_told_in_one_line_and_nothing_is_run(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    """Exit code 2, before the command."""
    done = mockserver(tmp_path, "run", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert told in done.err
    assert done.err.startswith("mockserver run: ")


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    """The server that cannot start is told at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = mockserver(tmp_path, "run", "--port", str(port), "--", sys.executable, "-c", "print('ran')")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"port {port} on 127.0.0.1 is taken" in done.err


def test_options_of_serve_are_followed(tmp_path: Path) -> None:
    """Scenario, clock and a TOML file."""
    config = tmp_path / "mock.toml"
    config.write_text("[serve]\nscenario = 'fails-in-processing'\n", encoding="utf-8")
    program = (
        CREATE
        + """
base = os.environ["MOCK_BASE_URL"]
job = create(base)["videoId"]
headers = {"Authorization": "Bearer " + os.environ["MOCK_API_KEY"]}
print(json.load(urlopen(Request(f"{base}/v2/ai/videos/{job}/status", None, headers)))["status"])
"""
    )
    assert run(tmp_path, program, "--config", str(config)).out == "failed\n"
    assert run(tmp_path, program, "--scenario", "fails-in-processing").out == "failed\n"
    assert run(tmp_path, program, "--clock", "frozen", "--timing", "quick").out == "queued\n"


def test_the_journal_is_kept_where_the_command_fails_and_only_there(tmp_path: Path) -> None:
    """As HAR, with the calls of every key, and the keys taken out."""
    path = tmp_path / "calls.har"
    program = CREATE + 'create(os.environ["MOCK_BASE_URL"]); os.environ["MOCK_API_KEY"] = "second-key"; '
    program += 'create(os.environ["MOCK_BASE_URL"]); sys.exit(int(os.environ["CODE"]))'
    spend = "mockserver run: this run would have cost $3.00 at documented prices\n"
    assert run(tmp_path, program, "--journal-on-failure", str(path), CODE="0").err == spend
    assert not path.exists()
    done = run(tmp_path, program, "--journal-on-failure", str(path), CODE="5")
    assert (done.code, done.err) == (5, f"mockserver run: 2 calls are in {path}\n{spend}")
    entries = json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
    assert [one["request"]["method"] for one in entries] == ["POST", "POST"]
    assert "second-key" not in path.read_text(encoding="utf-8")


def test_a_ready_file_is_there_while_the_command_runs(tmp_path: Path) -> None:
    """With the address of the proxy too."""
    path = tmp_path / "ready.json"
    path.write_text('{"url": "http://127.0.0.1:1", "pid": 1}', encoding="utf-8")
    done = run(tmp_path, f"print(open({str(path)!r}).read())", "--ready-file", str(path))
    assert set(json.loads(done.out)) == {"url", "pid", "proxy"}
    assert not path.exists()


def test_ca_out_has_the_certificate_and_no_key(tmp_path: Path) -> None:
    """Nor has any other file that the command can see."""
    program = (
        "import os, pathlib\n"
        "folder = pathlib.Path(os.environ['SSL_CERT_FILE']).parent\n"
        "print(oct(folder.stat().st_mode & 0o777), sorted(one.name for one in folder.iterdir()))\n"
        "print(any(b'PRIVATE' in one.read_bytes() for one in folder.rglob('*.*') if one.is_file()))\n"
        "print(pathlib.Path('ca.pem').read_bytes() == (folder / 'ca.pem').read_bytes())\n"
    )
    done = run(tmp_path, program, "--ca-out", str(tmp_path / "ca.pem"))
    mode, (files, private, same) = done.out.split(" ", 1)[0], done.out.split(" ", 1)[1].splitlines()
    assert (mode, private, same) == ("0o700", "False", "True")
    assert "'bundle.pem', 'ca.pem'" in files
    content = (tmp_path / "ca.pem").read_text(encoding="utf-8")
    assert content.count("BEGIN") == content.count("BEGIN CERTIFICATE") == 1
