"""`mockserver listen`: a webhook is printed, verified and answered within one command."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.domain.webhook_signature import key_of, signature_headers
from mockserver.testing import MockServer
from tests.adapters.requests import Requests, requests_received
from tests.cli.commands import mockserver
from tests.cli.process import PATIENCE, environment

__all__ = ["requests_received"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Listening:
    """The command while it runs."""

    process: subprocess.Popen[str]
    url: str

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        request = Request(self.url + "hook", body, {"Content-Type": "application/json", **(headers or {})})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def said(self) -> str:
        """The head of the next webhook, once it is printed."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if "  #" in line)


@contextmanager
def listening(home: Path, *options: str) -> Iterator[Listening]:
    here = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "mockserver", "listen", "--port", "0", *options],
        env=environment(home, PYTHONPATH=here), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    guard = threading.Timer(PATIENCE * 2, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        yield Listening(process, first.split()[3])
        process.terminate()
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
    finally:
        guard.cancel()
        process.kill()


def test_a_webhook_of_the_mock_is_printed_and_verified(tmp_path: Path) -> None:
    """From a creation to a line in the terminal; what is wrong with a signature is said."""
    with listening(tmp_path, "--secret", SECRET) as listener, MockServer() as server:
        sandbox = server.sandbox()
        sandbox.freeze()
        sandbox.configure(webhook_secrets=[SECRET])
        sandbox.scenario.queue("success", "webhook-wrong-signature", "webhook-missing-signature")
        asked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "webhook": listener.url + "hook"}
        verdicts = []
        for _ in range(3):
            headers = {"Content-Type": "application/json"}
            server.request("POST", "/api/v6/video/text2video", headers, json.dumps(asked).encode())
            sandbox.advance(10)
            verdicts.append(listener.said())
    assert "POST /hook" in verdicts[0]
    assert "signature holds  answered 200" in verdicts[0]
    assert "DOES NOT HOLD: no signature fits" in verdicts[1]
    assert "DOES NOT HOLD: the header webhook-id is missing" in verdicts[2]


def test_it_answers_as_told_and_echoes_a_challenge(tmp_path: Path) -> None:
    with listening(tmp_path, "--answer", "500,202") as listener:
        assert listener.post(b'{"challenge": "x"}') == (500, b"")
        assert listener.post(b'{"challenge": "x"}') == (202, b'{"challenge": "x"}')
        assert listener.post(b"no json") == (202, b"")
        assert listener.post(b"{}") == (202, b"")


def test_it_sends_on_and_answers_as_the_other_does(tmp_path: Path, requests_received: Requests) -> None:
    """Headers of a signature go with it; where nobody listens the answer is 502."""
    key = key_of(SECRET)
    sent = dict(signature_headers([key], "whd_1", 1, b"{}"))
    with listening(tmp_path, "--forward", requests_received.url) as listener:
        assert listener.post(b"{}", sent)[0] == 200
        assert "signed, not verified" in listener.said()
    assert requests_received.bodies == [b"{}"]
    assert sent.items() <= requests_received.headers[0].items()
    with listening(tmp_path, "--forward", "http://127.0.0.1:9/") as listener:
        assert listener.post(b"{}")[0] == 502


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--secret", "whsec_hidden"), "--secret: expected whsec_ and 24 to 64 bytes in base64"),
        (("--answer", "OK"), "--answer: expected statuses from 200 to 599 such as 500,500,200"),
        (("--forward", "ftp://x"), "--forward: expected an http or https URL"),
        (("--port", "70000"), "--port"),
    ],
)
def test_what_cannot_be_followed_is_told_in_one_line(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    done = mockserver(tmp_path, "listen", *options)
    assert (done.code, done.out) == (2, "")
    assert why in done.err
    assert done.err.count("\n") == 1
    assert "hidden" not in done.err
