"""`make bench`: create, status and clip beside a bare uvicorn and Starlette, and memory per job.

Rounds are interleaved (bare, ours, bare, ours ...) because machines differ from minute to minute; what counts is the
ratio of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.load import Result, Target, load, tool  # noqa: E402

KEY = "bench-key"


def call(url: str, value: object = None, method: str | None = None) -> Any:
    """One JSON call."""
    data = None if value is None else json.dumps(value).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    with urlopen(Request(url, data, headers, method=method)) as answer:
        content: bytes = answer.read()
        return json.loads(content) if answer.headers["content-type"].startswith("application/json") else content


@contextmanager
def process(command: list[str], url_of: Any, environ: dict[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """A server as a process of its own: its URL and process id."""
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environ or {})}, stdout=subprocess.DEVNULL)
    try:
        yield url_of(), running.pid
    finally:
        running.terminate()
        running.wait()


def wait_for(ready: Path) -> str:
    """The URL in a ready file, once it is there; a server that does not start within ten seconds ends the bench."""
    for _ in range(500):
        if ready.exists():
            break
        time.sleep(0.02)
    url: str = json.loads(ready.read_text())["url"]
    return url


def wait_for_url(url: str) -> str:
    """The URL, once it answers."""
    while True:
        try:
            urlopen(f"{url}/status/x").close()
            return url
        except OSError:
            time.sleep(0.02)


def resident_kb(pid: int) -> int:
    """Resident memory of a process in KB, where the system tells it (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def frozen(url: str) -> None:
    """Freeze the bench's clock, so that a status stays the one that is measured."""
    sandbox = call(f"{url}/_mock/sandboxes", {"key": KEY})["sandbox"]
    call(f"{url}/_mock/sandboxes/{sandbox}/clock", {"frozen": True}, "PATCH")


def advanced(url: str, seconds: float) -> None:
    """Let the bench's jobs finish."""
    sandbox = call(f"{url}/_mock/sandboxes", {"key": KEY})["sandbox"]
    call(f"{url}/_mock/sandboxes/{sandbox}/clock", {"advance_seconds": seconds}, "PATCH")


def tensorone(url: str) -> dict[str, Target]:
    """TensorOne's three calls; the clip is about 100 KB."""
    body = {
        "prompt": "A majestic eagle soaring over snow-capped mountains at sunset, cinematic camera movement",
        "model": "zeroscope-v2", "duration": 5.0, "fps": 12, "width": 1024, "height": 576, "steps": 30,
        "guidanceScale": 9.0, "motionStrength": 0.8, "stylePreset": "cinematic", "seed": 7,
    }  # fmt: skip
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    done = call(f"{url}/v2/ai/text-to-video", {**body, "duration": 4, "fps": 8})["videoId"]
    advanced(url, 600)
    waiting = call(f"{url}/v2/ai/text-to-video", body)["videoId"]
    return {
        "create": Target(f"{url}/v2/ai/text-to-video", "POST", sent, json.dumps(body)),
        "status": Target(f"{url}/v2/ai/videos/{waiting}/status", "GET", sent),
        "clip": Target(f"{url}/generated/{done}.mp4"),
    }


def modelslab(url: str) -> dict[str, Target]:
    """ModelsLab's: create at once with future links, fetch by POST, a clip."""
    body = {"key": KEY, "model_id": "cogvideox", "prompt": "Space Station in space", "negative_prompt": "low quality",
            "height": 512, "width": 512, "num_frames": 25, "num_inference_steps": 20, "guidance_scale": 7,
            "output_type": "mp4", "instant_response": True, "seed": 7}  # fmt: skip
    sent = {"Content-Type": "application/json"}
    done = call(f"{url}/api/v6/video/text2video", body)
    advanced(url, 600)
    call(done["fetch_result"], {"key": KEY})
    waiting = call(f"{url}/api/v6/video/text2video", body)
    return {
        "create": Target(f"{url}/api/v6/video/text2video", "POST", sent, json.dumps(body)),
        "status": Target(waiting["fetch_result"], "POST", sent, json.dumps({"key": KEY})),
        "clip": Target(done["future_links"][0]),
    }


SUITES = {"tensorone": tensorone, "modelslab": modelslab}
WANTED = {"create": 0.75, "status": 0.80, "clip": 0.85}


def compare(ours: dict[str, Target], bare: str, rounds: int, seconds: float) -> dict[str, float]:
    """Interleaved rounds; prints a line for each call and returns the ratios."""
    theirs = {
        "create": Target(f"{bare}/create", "POST", ours["create"].headers, ours["create"].body),
        "status": Target(f"{bare}/status/vid_abc123_def456"),
        "clip": Target(f"{bare}/clip/x.mp4"),
    }
    ratios = {}
    for name, target in ours.items():
        results: dict[str, list[Result]] = {"bare": [], "ours": []}
        for _ in range(rounds):
            results["bare"].append(load(theirs[name], seconds))
            results["ours"].append(load(target, seconds))
        if any(one.bad for one in results["ours"]):
            raise SystemExit(f"{name}: {results['ours']} holds answers that are no 2xx")
        rate = {who: median(one.per_second for one in found) for who, found in results.items()}
        p99 = {who: median(one.p99_ms for one in found) for who, found in results.items()}
        ratios[name] = rate["ours"] / rate["bare"]
        print(
            f"  {name:8} bare {rate['bare']:8.0f}/s p99 {p99['bare']:5.2f} ms | ours {rate['ours']:8.0f}/s "
            f"p99 {p99['ours']:5.2f} ms | ratio {ratios[name]:.2f} (wanted {WANTED[name]:.2f})"
        )
    return ratios


def serve(folder: Path, name: str, *options: str) -> tuple[list[str], Path]:
    """The command of a mock server, and its ready file."""
    ready = folder / f"ready-{name}.json"
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", "1", "--ready-file", str(ready)]
    return [*command, "--cache-dir", str(folder / "clips"), "--log-format", "text", *options], ready


def memory(folder: Path, count: int) -> None:
    """Resident memory at the start, and what a stored job costs."""
    command, ready = serve(folder, "memory", *OPTIONS)
    with process(command, lambda: wait_for(ready)) as (url, pid):
        call(f"{url}/_mock/health")
        start = resident_kb(pid)
        frozen(url)
        target = tensorone(url)["create"]
        before = resident_kb(pid)
        sandbox = call(f"{url}/_mock/sandboxes", {"key": KEY})["sandbox"]
        while (jobs := call(f"{url}/_mock/sandboxes/{sandbox}")["jobs"]) < count:
            load(target, 1)
        each = (resident_kb(pid) - before) * 1024 / jobs
        print(f"  memory   {start / 1024:.1f} MB at start (wanted < 90) | {each:.0f} bytes a job over {jobs} (<= 1536)")


OPTIONS: list[str] = []


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--providers", default=",".join(SUITES))
    parser.add_argument("--option", action="append", default=[], help="an option for mockserver serve")
    asked = parser.parse_args()
    OPTIONS.extend(asked.option)
    print(
        f"load: {tool()}; {asked.rounds} interleaved rounds of {asked.seconds:g} s, 16 connections; options {OPTIONS}"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for provider in asked.providers.split(","):
            command, ready = serve(folder, provider, *OPTIONS)
            with process(command, lambda ready=ready: wait_for(ready)) as (url, _):
                frozen(url)
                targets = SUITES[provider](url)
                clip = folder / "clip.bin"
                clip.write_bytes(call(targets["clip"].url))
                print(f"{provider} (clip of {clip.stat().st_size} bytes)")
                bare = [sys.executable, "-m", "uvicorn", "tests.bench.bare:app", "--port", "9199", "--no-access-log"]
                bare += ["--log-level", "warning", "--no-date-header", "--no-server-header"]
                with process(bare, lambda: wait_for_url("http://127.0.0.1:9199"), {"BARE_CLIP": str(clip)}) as (
                    other,
                    _,
                ):
                    compare(targets, other, asked.rounds, asked.seconds)
        memory(folder, asked.jobs)


if __name__ == "__main__":
    main()
