"""Clients with the providers' own https addresses in their text run under `mockserver run --`, unchanged.

What was tried stands in docs/run.md; each line of its table that says yes is a test here or in tests/e2e.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Done, mockserver

CLIENTS = Path(__file__).parent / "clients"
SEED_000 = Path(__file__).parents[1] / "providers" / "tensorone" / "seed_000_samples"
SEEDS = Path(__file__).parents[1] / "providers" / "modelslab" / "samples"
COMMANDS = {
    "plain_urllib.py": [sys.executable],
    "with_requests.py": [sys.executable],
    "with_httpx.py": [sys.executable],
    "with_curl.sh": ["sh"],
    "with_wget.sh": ["sh"],
    "node_fetch.mjs": ["node"],
    "node_https.cjs": ["node"],
    "Client.java": ["java"],
}
NEEDS = {"with_curl.sh": "curl", "with_wget.sh": "wget"}


def under_run(home: Path, *command: str, options: tuple[str, ...] = ()) -> Done:
    """A command under run, in a folder of its own, in the environment of the tests."""
    program = NEEDS.get(Path(command[-1]).name, command[0])
    if shutil.which(program) is None:
        pytest.skip(f"{program} IS MISSING, so no client of its was run: .ci/run installs it")
    kept = {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
    return mockserver(home, "run", "--timing", "instant", *options, "--", *command, **kept)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_client_with_the_providers_addresses_in_its_text_runs_unchanged(name: str, tmp_path: Path) -> None:
    """Creation, polls and file, all at the provider's own hosts."""
    done = under_run(tmp_path, *COMMANDS[name], str(CLIENTS / name))
    assert done.code == 0, done.err
    link, kind, size = done.out.split()
    assert re.fullmatch(r"https://videos\.tensorone\.ai/generated/vid_\w+\.mp4", link)
    assert kind == "video/mp4"
    assert int(size) > 1000


def test_the_clients_are_those_of_the_folder() -> None:
    """None is left out."""
    assert sorted(one.name for one in CLIENTS.iterdir() if one.is_file()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", ["1-create.sh", "2-status.sh"])
def test_the_curl_samples_of_seed_000_run_as_printed(name: str, tmp_path: Path) -> None:
    """Key and all; the page's example id is of no job."""
    done = under_run(tmp_path, "sh", str(SEED_000 / name))
    body = json.loads(done.out)
    assert body["status"] == "queued" if name == "1-create.sh" else body["error"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("3-status.py", "", "print(status)", "RESOURCE_NOT_FOUND"),
        ("4-upscale.py", "", "print(upscale_response.status_code)", "404"),
        ("5-lora.py", "", "print(response.status_code)", "401"),
        ("6-batch.py", "", "print(video_ids)", "vid_"),
        ("7-download.py", "video_id = 'vid_abc123_def456'", "print(response.status_code)", "404"),
    ],
)
def test_the_python_samples_of_seed_000_run_as_printed(
    name: str, before: str, after: str, told: str, tmp_path: Path
) -> None:
    """Behind an import that the page leaves out; what stands after the sample only looks at what came."""
    text = (SEED_000 / name).read_text(encoding="utf-8")
    script = tmp_path / "sample.py"
    ends = "import json\n" if name in ("3-status.py", "4-upscale.py") else ""
    script.write_text(
        f"{ends}import requests\n{before}\ntry:\n{_indented(text)}\nexcept KeyError:\n    pass\n{after}\n"
    )
    done = under_run(tmp_path, sys.executable, str(script))
    assert (done.code, told in done.out) == (0, True), done


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def test_a_whole_life_by_the_samples_of_seed_000(tmp_path: Path) -> None:
    """Create by curl, then status and download by Python, with the id of the job in the place of the page's own."""
    create = (SEED_000 / "1-create.sh").read_text(encoding="utf-8")
    script = tmp_path / "life.py"
    script.write_text(
        "import json, subprocess, requests\n"
        f"video_id = json.loads(subprocess.check_output(['sh', '-c', {create!r}]))['videoId']\n"
        + (SEED_000 / "3-status.py").read_text(encoding="utf-8").replace('"vid_abc123_def456"', "video_id")
        + "\n"
        + (SEED_000 / "7-download.py").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    done = under_run(tmp_path, sys.executable, str(script))
    assert (done.code, done.out) == (0, "Status: completed\n"), done
    assert (tmp_path / "generated_video.mp4").read_bytes()[4:8] == b"ftyp"
    assert (tmp_path / "generated_video.webm").read_bytes()[:4] == b"\x1aE\xdf\xa3"
    assert (tmp_path / "generated_video.gif").read_bytes()[:6] == b"GIF89a"


def test_the_fetch_sample_of_seed_001_runs_with_a_key(tmp_path: Path) -> None:
    """JavaScript of the enterprise page, in Node; nothing but the key is filled in."""
    script = tmp_path / "sample.js"
    script.write_text((SEEDS / "seed001.js").read_text().replace('"key":""', '"key":"my-key"'))
    done = under_run(tmp_path, "node", str(script))
    body = json.loads(done.out)
    assert body["status"] == "success"
    assert body["meta"]["model_id"] == "zeroscope"
    (link,) = body["output"]
    assert link.startswith("https://pub-3626123a908346a7a8be8d9295f44e26.r2.dev/")


def test_the_curl_sample_of_seed_004_runs_with_a_key(tmp_path: Path) -> None:
    """The v6 page's command; nothing but the key is filled in, so its webhook is no address and is refused."""
    text = (SEEDS / "seed004.sh").read_text().replace('"key": "<string>"', '"key": "my-key"')
    done = under_run(tmp_path, "sh", "-c", text)
    assert done.code == 0, done.err
    assert "webhook" in done.out


def test_a_real_host_is_never_reached(tmp_path: Path) -> None:
    """What is not emulated is refused with a reason in whatever words a client has; none is reached."""
    program = "import requests; requests.get('https://example.com/')"
    done = under_run(tmp_path, sys.executable, "-c", program)
    assert done.code == 1
    assert "502 mockserver does not emulate example.com" in done.err
    assert "502 for example.com, which is not emulated; --passthrough would let it through" in done.err


def test_git_reads_the_certificate(tmp_path: Path) -> None:
    """git trusts it, and is told by the provider that there is no repository."""
    assert shutil.which("git"), "this test runs git: .ci/run installs it"
    done = under_run(tmp_path, "git", "ls-remote", "https://api.tensorone.ai/a.git")
    assert "certificate" not in done.err
    assert re.search(r"not found|40[14]|Authentication|could not read Username", done.err)
    assert subprocess.run(["git", "--version"], capture_output=True, check=True).stdout
