"""Load from a second process: wrk where it is installed, else asyncio streams. Loopback only, bounded in time."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

CONNECTIONS = 16


@dataclass(frozen=True)
class Target:
    """What is asked again and again."""

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Result:
    """Requests per second, the 99th percentile in milliseconds, and answers that were no 2xx."""

    per_second: float
    p99_ms: float
    bad: int


def load(target: Target, seconds: float) -> Result:
    """Load a target for some seconds over sixteen connections."""
    if shutil.which("wrk"):
        return _wrk(target, seconds)
    command = [sys.executable, "-m", "tests.bench.load", target.url, target.method, str(seconds), target.body]
    pairs = [f"{name}: {value}" for name, value in target.headers.items()]
    out = subprocess.run([*command, *pairs], capture_output=True, text=True, check=True).stdout
    per_second, p99, bad = out.split()
    return Result(float(per_second), float(p99), int(bad))


def tool() -> str:
    """Which load generator is used."""
    return "wrk" if shutil.which("wrk") else "the bundled asyncio loop (wrk is not installed)"


def _wrk(target: Target, seconds: float) -> Result:
    lines = [f'wrk.method = "{target.method}"', f"wrk.body = [==[{target.body}]==]"]
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in target.headers.items()]
    lines.append(
        "done = function(summary, latency) io.write(string.format('RESULT %f %f %d\\n', "
        "summary.requests / (summary.duration / 1e6), latency:percentile(99) / 1000, "
        "summary.errors.status + summary.errors.connect + summary.errors.read)) end"
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text("\n".join(lines))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}", "-s", str(script), target.url]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (\S+) (\S+) (\d+)", out)
    if found is None:
        raise RuntimeError(f"wrk printed no result:\n{out}")
    return Result(float(found[1]), float(found[2]), int(found[3]))


async def _one(host: str, port: int, request: bytes, until: float, times: list[float]) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    bad = 0
    while (start := perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        bad += not head.startswith(b"HTTP/1.1 2")
        times.append(perf_counter() - start)
    writer.close()
    return bad


async def _loop(target: Target, seconds: float) -> Result:
    parts = urlsplit(target.url)
    head = [f"{target.method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(target.body)}"]
    head += [f"{name}: {value}" for name, value in target.headers.items()]
    request = ("\r\n".join(head) + "\r\n\r\n" + target.body).encode()
    times: list[float] = []
    until = perf_counter() + seconds
    bad = sum(
        await asyncio.gather(
            *(_one(parts.hostname or "", parts.port or 80, request, until, times) for _ in range(CONNECTIONS))
        )
    )
    times.sort()
    return Result(len(times) / seconds, times[int(len(times) * 0.99)] * 1000, bad)


if __name__ == "__main__":
    url, method, duration, body, *pairs = sys.argv[1:]
    sent = dict(pair.split(": ", 1) for pair in pairs)
    found = asyncio.run(_loop(Target(url, method, sent, body), float(duration)))
    print(found.per_second, found.p99_ms, found.bad)
