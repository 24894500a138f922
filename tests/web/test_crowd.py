"""Clips over sockets: twenty clients at once, and a machine without an encoder."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.adapters.clips import Clips
from mockserver.adapters.serving import bind
from mockserver.app import create_app
from mockserver.settings import Settings
from mockserver.testing import MockServer
from mockserver.testing.thread import InThread
from tests.providers.tensorone.client import Client


def send_request(address: tuple[str, int], path: str) -> socket.socket:
    """A connection on which a request was sent."""
    opened = socket.create_connection(address, timeout=60)
    opened.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return opened


def read(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_twenty_clients_one_encoder_and_the_first_goes_away(tmp_path: Path) -> None:
    app = create_app(Settings(cache=tmp_path))
    clips: Clips = app.state.context.clips
    with MockServer(served=InThread(lambda: app)) as server:
        client = Client(server, "crowd")
        job = client.finished(width=128, height=128)["videoId"]
        place = urlsplit(server.url)
        address, path = (place.hostname or "", place.port or 0), f"/generated/{job}.mp4"
        crowd = [send_request(address, path) for _ in range(20)]
        crowd[0].close()
        answers = [read(connection) for connection in crowd[1:]]
        assert client.poll(job)["status"] == "completed"
        assert clips.started == 1
        assert len(set(answers)) == 1
        head, _, body = answers[0].partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert client.call("GET", path).body == body
        assert clips.started == 1
        client.close()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in encoder is a shell script")
def test_no_poll_waits_for_an_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for ffmpeg says its version, then waits until the test has polled."""
    gate = tmp_path / "gate"
    program = tmp_path / "slow-ffmpeg"
    program.write_text(f'#!/bin/sh\n[ "$1" = "-version" ] && echo slow 1 && exit 0\ncat {gate} > /dev/null\nexit 1\n')
    program.chmod(0o755)
    os.mkfifo(gate)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    with MockServer(Settings(cache=tmp_path / "clips")) as server:
        client = Client(server, "slow")
        job = client.finished()["videoId"]
        place = urlsplit(server.url)
        waiting = [send_request((place.hostname or "", place.port or 0), f"/generated/{job}.mp4") for _ in range(8)]
        assert [client.poll(job)["status"] for _ in range(20)] == ["completed"] * 20
        assert client.create()["status"] == "queued"
        gate.write_bytes(b"go")
        answers = [read(connection) for connection in waiting]
        assert {answer.split(b"\r\n", 1)[0] for answer in answers} == {b"HTTP/1.1 500 Internal Server Error"}
        assert b'"error":"INTERNAL_ERROR"' in answers[0]
        client.close()


def test_without_an_encoder_only_clips_suffer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    with MockServer(Settings(cache=tmp_path)) as server:
        client = Client(server, "none")
        job = client.finished()["videoId"]
        for path in (f"/generated/{job}.mp4", f"/v2/ai/videos/{job}/download?format=gif"):
            answer = client.call("GET", path)
            assert (answer.status, answer.json()["error"]) == (503, "SERVICE_UNAVAILABLE")
            assert "ffmpeg does not run" in (answer.header("x-mock-problem") or "")
            head = client.call("HEAD", path)
            assert (head.status, head.body) == (503, b"")
        assert client.call("GET", f"/thumbnails/{job}.jpg").body[:2] == b"\xff\xd8"
        client.close()


def test_a_connection_waits_for_no_acknowledgement() -> None:
    """Where it sees TCP by name, asyncio turns Nagle's algorithm off; else a call on an open connection takes 40 ms."""
    sockets = bind("localhost", 0)
    assert {one.proto for one in sockets} == {socket.IPPROTO_TCP}
    for one in sockets:
        one.close()
