"""The samples of TensorOne's page (seed_000_samples, see SOURCE.md there) run as they stand.

Only three things are changed: the host, an `import requests` in front, and the page's example id, which becomes the id
of the test's own job. The download sample reads it from a name that an earlier sample of the page leaves behind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import requests

from mockserver.kit.target import Response
from mockserver.testing import MockServer
from tests.adapters.clip_files import decoded, gif_facts, read_mp4
from tests.providers.tensorone.client import Client

SAMPLES = Path(__file__).with_name("seed_000_samples")
KEY = "YOUR_API_KEY"
HOST = "https://api.tensorone.ai"
EXAMPLE_ID = "vid_abc123_def456"


@pytest.fixture
def page(server: MockServer) -> Iterator[Client]:
    """The sandbox of the key that the page's samples send."""
    opened = Client(server, KEY)
    opened.sandbox.configure(profiles={"tensorone": []}, timing="quick", scenario="success")
    yield opened
    opened.sandbox.configure(profiles={"tensorone": []})
    opened.close()


def sample(name: str, page: Client, job: str = EXAMPLE_ID) -> str:
    text = (SAMPLES / name).read_text()
    assert HOST in text
    return text.replace(HOST, page.server.url).replace(EXAMPLE_ID, job)


def curl(text: str) -> dict[str, object]:
    """Run a curl sample in a shell, as a person would paste it."""
    assert shutil.which("curl"), "this test runs the page's curl samples: install curl"
    done = subprocess.run(["/bin/sh", "-c", text], capture_output=True, check=True)
    body: dict[str, object] = json.loads(done.stdout)
    return body


def python(text: str, **names: object) -> dict[str, object]:
    """Run a Python sample; the names that it leaves behind."""
    space: dict[str, object] = {"__name__": "__main__", **names}
    exec(compile(f"import requests\n{text}", "sample", "exec"), space)
    return space


def test_the_samples_are_those_of_the_page() -> None:
    names = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".sh", ".py"))
    assert names == [
        "1-create.sh", "2-status.sh", "3-status.py", "4-upscale.py", "5-lora.py", "6-batch.py", "7-download.py",
    ]  # fmt: skip


@pytest.mark.fact("tensorone.poll.samples")
def test_create_by_curl(page: Client) -> None:
    body = curl(sample("1-create.sh", page))
    assert (body["status"], body["duration"]) == ("queued", 5.0)
    assert body["resolution"] == {"width": 1024, "height": 576, "fps": 12}
    assert body["metadata"] == {"model": "zeroscope-v2", "steps": 30, "guidanceScale": 9.0}
    assert list(body) == [
        "videoId", "status", "estimatedCompletionTime", "resolution", "duration", "metadata", "createdAt",
    ]  # fmt: skip


@pytest.mark.fact("tensorone.poll.samples")
def test_status_by_curl(page: Client) -> None:
    job = page.create()["videoId"]
    assert curl(sample("2-status.sh", page, job))["status"] == "queued"
    page.sandbox.advance(10)
    assert curl(sample("2-status.sh", page, job)) == page.poll(job)


@pytest.mark.fact("tensorone.poll.samples")
def test_status_by_python(page: Client, capsys: pytest.CaptureFixture[str]) -> None:
    job = page.create()["videoId"]
    said = []
    for seconds in (0, 1.5, 10):
        page.sandbox.advance(seconds)
        python(sample("3-status.py", page, job))
        said.append(capsys.readouterr().out.splitlines())
    progress = page_progress(said[1])
    assert said == [["Status: queued"], ["Status: processing", f"Progress: {progress}%"], ["Status: completed"]]
    assert 0 <= progress < 100


def page_progress(lines: list[str]) -> int:
    return int(lines[-1].removeprefix("Progress: ").removesuffix("%"))


@pytest.mark.fact("tensorone.poll.samples")
def test_upscale(page: Client, capsys: pytest.CaptureFixture[str]) -> None:
    job = page.finished()["videoId"]
    left = python(sample("4-upscale.py", page, job))["upscaled_video"]
    assert isinstance(left, dict)
    assert capsys.readouterr().out == f"Upscaling started: {left['upscaleId']}\n"
    assert (left["videoId"], left["status"], left["targetResolution"]) == (job, "queued", "4K")
    assert (left["enhanceDetails"], left["stabilizeMotion"]) == (True, True)


@pytest.mark.fact("tensorone.poll.samples")
def test_the_lora_sample_sends_no_key(page: Client) -> None:
    response = python(sample("5-lora.py", page))["response"]
    assert isinstance(response, requests.Response)
    assert (response.status_code, response.json()["error"]) == (401, "UNAUTHORIZED")


def test_the_lora_sample_is_taken_where_no_key_is_needed(page: Client) -> None:
    anonymous = page.server.sandbox("anonymous")
    anonymous.configure(profiles={"tensorone": ["keyless"]})
    try:
        response = python(sample("5-lora.py", page))["response"]
    finally:
        anonymous.configure(profiles={"tensorone": []})
    assert isinstance(response, requests.Response)
    assert (response.status_code, response.json()["status"], response.json()["duration"]) == (200, "queued", 4.0)


@pytest.mark.fact("tensorone.poll.samples")
def test_batch(page: Client, capsys: pytest.CaptureFixture[str]) -> None:
    ids = python(sample("6-batch.py", page))["video_ids"]
    assert capsys.readouterr().out == "Started generation of 3 videos\n"
    assert isinstance(ids, list)
    assert len(set(ids)) == 3
    assert ids == [job["id"] for job in page.sandbox.jobs()]
    page.sandbox.advance(10)
    seeds = {page.poll(job)["metadata"]["seed"] for job in ids}
    assert len(seeds) == 3


@pytest.mark.fact("tensorone.poll.samples")
def test_download(page: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = page.finished(width=128, height=64, fps=4, duration=1.3)["videoId"]
    monkeypatch.chdir(tmp_path)
    python(sample("7-download.py", page), video_id=job)
    files = {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert list(files) == ["generated_video.gif", "generated_video.mp4", "generated_video.webm"]
    assert files["generated_video.mp4"][4:8] == b"ftyp"
    assert files["generated_video.webm"][:4] == b"\x1aE\xdf\xa3"
    mp4 = read_mp4(files["generated_video.mp4"])
    assert (mp4.width, mp4.height, mp4.frames) == (128, 64, 5)
    webm = decoded(files["generated_video.webm"], tmp_path)
    assert " 128x64" in webm.stream
    assert len(webm.frames) == 5
    assert gif_facts(files["generated_video.gif"]) == (128, 64, [25] * 5)


def test_requests_and_urllib_see_the_same(page: Client) -> None:
    job = page.finished()["videoId"]
    for path in (f"/v2/ai/videos/{job}/status", f"/generated/{job}.mp4", f"/thumbnails/{job}.jpg"):
        url, headers = f"{page.server.url}{path}", {"Authorization": f"Bearer {KEY}"}
        by_requests = requests.get(url, headers=headers, timeout=60)
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            by_urllib = Response(answer.status, answer.getheaders(), answer.read())
        raw = page.call("GET", path)
        assert by_requests.status_code == by_urllib.status == raw.status == 200
        assert by_requests.content == by_urllib.body == raw.body
        seen = [
            {name.lower(): value for name, value in pairs if not name.lower().startswith("x-ratelimit-re")}
            for pairs in (by_requests.headers.items(), by_urllib.headers, raw.headers)
        ]
        for one in seen:
            one.pop("connection", None)
        assert seen[0] == seen[1] == seen[2]
