"""What cannot be followed: one clear line on stderr, exit code 2, and nothing has started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.__main__ import main
from mockserver.adapters.serving import address, bind
from mockserver.cli.options import TABLE, OwnOption
from mockserver.cli.serve import serve
from tests.cli.process import CERTIFICATE, KEY

WRONG = [
    ("serv", "did you mean one of: 'observe', 'serve'"),
    ("serve --tmiing quick", "did you mean '--timing'"),
    ("serve --port", "'--port' requires an argument"),
    ("serve --port http", "--port: expected a whole number from 0 to 65535, got 'http'"),
    ("serve --port 65536", "--port: expected a whole number from 0 to 65535"),
    ("serve --timing quik", "--timing: unknown value 'quik'; did you mean quick? (known: quick, documented, instant)"),
    ("serve --seed 1.5", "--seed: expected a whole number"),
    ("serve --profile tensorone=keyles", "tensorone has no word 'keyles'; did you mean keyless? (known: created-201,"),
    ("serve --profile tensoron=keyless", "unknown provider 'tensoron'; did you mean tensorone? (known:"),
    ("serve --profile keyless", "expected PROVIDER=WORD[,WORD...], got 'keyless'"),
    ("serve --profile tensorone=", "no word for tensorone"),
    ("serve --profile modelslab=legacy,documented", "modelslab has one style at a time"),
    ("serve --profile modelslab=legacy --profile modelslab=documented", "modelslab has one style at a time"),
    ("serve --scenario stuck-in-qeue", "did you mean stuck-in-queue?"),
    ("serve --scenario polls=many", "polls takes a number"),
    ("serve --limits on", "--limits: unknown value 'on'; known: off, documented"),
    ("serve --limit createVideo=2", "--limit: expected OPERATION=CALLS/SECONDS such as createVideo=2/60"),
    ("serve --limit createVido=2/60", "--limit: unknown operation 'createVido'; did you mean createVideo?"),
    ("serve --limit gately.createVido=2/60", "--limit: gately has no operation 'createVido'; did you mean"),
    ("serve --limit createVideo=0/60", "--limit: calls is a whole number from 1"),
    ("serve --limit createVideo=2/0", "--limit: calls is a whole number from 1, seconds a number from 0.000001"),
    ("serve --tier modelslab", "--tier: expected PROVIDER=TIER such as modelslab=premium, got 'modelslab'"),
    ("serve --tier modelslab=premum", "--tier: modelslab has no tier 'premum'; did you mean premium?"),
    ("serve --tier modelab=premium", "--tier: unknown provider 'modelab'; did you mean modelslab?"),
    ("serve --tier gately=pro", "--tier: gately has no tier 'pro'; it has none"),
    ("serve --clock frosen", "--clock: unknown value 'frosen'; did you mean frozen?"),
    ("serve --rate fast", "--rate: expected a number from"),
    ("serve --rate 0", "--rate: expected a number from 1e-06 to 1e+06"),
    ("serve --rate 1e9", "--rate: expected a number from 1e-06 to 1e+06"),
    ("serve --start tomorrow", "--start: expected an instant with its offset such as 2026-01-31T12:00:00Z"),
    ("serve --start 2026-01-31T12:00:00", "--start: expected an instant with its offset"),
    ("serve --start 1969-01-31T12:00:00Z", "--start: expected from 1970-01-01 to 9000-01-01"),
    ("serve --hold 31", "--hold: expected seconds from 0 to 30"),
    ("serve --hold nan", "--hold: expected seconds from 0 to 30"),
    ("serve --max-jobs 0", "--max-jobs: expected a whole number from 1"),
    ("serve --public-url ftp://mock.example", "--public-url: expected an http(s) origin"),
    ("serve --public-url https://mock.example/a?b", "--public-url: expected an http(s) URL whose path has plain"),
    ("serve --public-url http://me:you@mock.example", "--public-url: expected an http(s) origin"),
    ("serve --public-url http://mock.example:99999", "--public-url: expected an http(s) origin"),
    ("serve --cors example.org", "--cors: expected an http(s) origin"),
    ("serve --cache-bytes lots", "--cache-bytes: expected a number of bytes such as 500MB"),
    ("serve --cache-dir {file}", "cannot be written to"),
    ("serve --ready-file {home}/none/ready.json", "--ready-file: there is no folder"),
    ("serve --ready-file {file}", "is there and no ready file; it stays as it is"),
    ("serve --log-format xml", "--log-format: unknown value 'xml'; known: text, json"),
    ("serve --keys {home}/none.txt", "none.txt: No such file or directory"),
    ("serve --keys {home}", "Is a directory"),
    ("serve --keys {badkeys}", "line 2: unknown rights, did you mean read?"),
    ("serve --keyfile {key}", "--keyfile goes with --certfile"),
    ("serve --certfile {home}/none.pem", "none.pem: No such file or directory"),
    ("serve --certfile {file} --keyfile {key}", "no PEM certificate"),
    ("serve --certfile {certificate}", "no PEM certificate with its key"),
    ("serve --ready-file {home}/ready.json --host 203.0.113.7", "--host 203.0.113.7: "),
    ("serve --host a/b", "--host: expected a host name or address"),
    ("serve everything", "unexpected extra argument (everything)"),
    ("routes --jsn", "did you mean '--json'"),
]  # fmt: skip


BACKSTOP = {"MOCKSERVER_READY_FILE": "/none/ready.json"}
"""Looked at last: should a wrong value ever pass, the command still ends."""


@pytest.mark.parametrize(("line", "expected"), WRONG)
def test_one_line_and_exit_code_2(line: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, badkeys = tmp_path / "file", tmp_path / "bad.txt"
    file.write_text("mine")
    badkeys.write_text("one\ntwo raed\n")
    names = {"file": file, "home": tmp_path, "badkeys": badkeys, "key": KEY, "certificate": CERTIFICATE}
    code = main([word.format(**names) for word in line.split()], {**BACKSTOP, "HOME": str(tmp_path)})
    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert expected.lower() in said.err.lower()
    assert "'raed'" not in said.err
    assert file.read_text() == "mine"


BAD_VARIABLES = {
    "ALLOW_HOST": "a/b", "CACHE_BYTES": "lots", "CACHE_DIR": "/dev/null", "CERTFILE": "/none", "CONFIG": "/none",
    "CLOCK": "x", "CONTROL_TOKEN": "short", "CORS": "x", "HOLD": "-1", "HOST": "a/b", "JOURNAL": "x",
    "KEYFILE": "/none", "KEYS": "/none", "LIMIT": "x", "LIMITS": "x", "LOG_FORMAT": "x", "MAX_JOBS": "x", "PORT": "x",
    "PROFILE": "x", "PUBLIC_URL": "x", "READY_FILE": "/none/x", "SCENARIO": "x", "SEED": "x", "TIMING": "x",
    "WEBHOOK_HOST": "a/b", "WEBHOOK_SECRET": "x", "BUDGET": "-1", "RATE": "x", "START": "x", "TIER": "x",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD_VARIABLES))
def test_every_option_is_a_variable_of_the_environment_handed_in(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backstop = (
        ["--ready-file", BACKSTOP["MOCKSERVER_READY_FILE"]] if name != "READY_FILE" else ["--host", "203.0.113.7"]
    )
    assert main(["serve", *backstop], {"HOME": str(tmp_path), f"MOCKSERVER_{name}": BAD_VARIABLES[name]}) == 2
    said = capsys.readouterr().err
    assert f"MOCKSERVER_{name}: " in said or f"--{name.lower().replace('_', '-')}" in said


def test_the_variables_are_all_options() -> None:
    options = {option.opts[0] for option in serve.params if not isinstance(option, OwnOption)}
    assert {f"--{name.lower().replace('_', '-')}" for name in BAD_VARIABLES} == options
    assert len(TABLE) == len(options)


def test_an_option_wins_over_its_variable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--timing", "quik"], {"HOME": str(tmp_path), "MOCKSERVER_TIMING": "slow"}) == 2
    assert "--timing: unknown value 'quik'" in capsys.readouterr().err


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_taken_port_names_a_free_one(
    host: str, taken: socket.socket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = taken.getsockname()[1]
    assert main(["serve", "--port", str(port), "--host", host], {"HOME": str(tmp_path)}) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"mockserver serve: port {port} on {host} is taken; ")
    assert said.count("\n") == 1
    named = int(said.split("--port ")[1])
    for one in bind(host, named):
        one.close()


def test_addresses_are_those_that_a_client_here_can_use() -> None:
    for host, expected in {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "0.0.0.0": "127.0.0.1"}.items():
        sockets = bind(host, 0)
        port = sockets[0].getsockname()[1]
        assert {one.getsockname()[1] for one in sockets} == {port}
        assert address(sockets) == f"http://{expected}:{port}"
        assert address(sockets, secure=True) == f"https://{expected}:{port}"
        for one in sockets:
            one.close()


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"], {}) == 0
    assert capsys.readouterr().out.startswith("mockserver ")
    for line in ([], ["--help"], ["serve", "--help"]):
        assert main(line, {}) == 0
        assert capsys.readouterr().out.startswith("Usage: mockserver")
