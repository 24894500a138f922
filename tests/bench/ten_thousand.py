"""Ten thousand jobs of documented length under a frozen clock: submitted, the clock advanced ten minutes, all polled.

    python tests/bench/ten_thousand.py      (make bench runs it too)

The server is a process of its own, the client an asyncio loop over sixteen connections in this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from mockserver.testing import MockServer, Sandbox  # noqa: E402

CONNECTIONS = 16
BODY = json.dumps({"prompt": "a cat", "duration": 10, "fps": 12}).encode()


async def ask(host: str, port: int, calls: Iterator[bytes], answers: list[Any]) -> None:
    """Send calls one after the other over one connection; what they were answered."""
    reader, writer = await asyncio.open_connection(host, port)
    for call in calls:
        writer.write(call)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"{head.decode()}{body.decode()}")
        answers.append(json.loads(body))
    writer.close()


async def exchange(sandbox: Sandbox, calls: list[tuple[str, str, bytes]]) -> list[Any]:
    """All calls over sixteen connections."""
    parts = urlsplit(sandbox.server.url)
    head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {sandbox.key}\r\nContent-Type: application/json\r\n"
    waiting = iter(
        [
            f"{method} {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
            for method, path, body in calls
        ]
    )
    answers: list[Any] = []
    await asyncio.gather(*(ask(parts.hostname or "", parts.port or 80, waiting, answers) for _ in range(CONNECTIONS)))
    return answers


def measure(count: int) -> dict[str, float]:
    """Submit, advance, poll: the wall seconds of each. Ends the program unless all wait before and are done after."""
    took = {}
    with tempfile.TemporaryDirectory() as folder:
        options = ("--timing", "documented", "--cache-dir", folder)
        with MockServer.process(*options) as server:
            sandbox = server.sandbox("ten-thousand")
            sandbox.clock.freeze()
            start = perf_counter()
            made = asyncio.run(exchange(sandbox, [("POST", "/v2/ai/text-to-video", BODY)] * count))
            took["submit"] = perf_counter() - start
            if {one["status"] for one in made} != {"queued"} or len({one["videoId"] for one in made}) != count:
                raise SystemExit("the jobs are not all there, or do not all wait")
            start = perf_counter()
            sandbox.clock.advance(600)
            took["advance"] = perf_counter() - start
            start = perf_counter()
            polls = [("GET", f"/v2/ai/videos/{one['videoId']}/status", b"") for one in made]
            seen = asyncio.run(exchange(sandbox, polls))
            took["poll"] = perf_counter() - start
            if {one["status"] for one in seen} != {"completed"}:
                raise SystemExit("not all jobs are completed")
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    took = measure(count)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items())
    whole = sum(took.values())
    print(f"{count} jobs of documented length, clock advanced 10 minutes: {whole:.2f} s of wall time ({parts})")


if __name__ == "__main__":
    main()
