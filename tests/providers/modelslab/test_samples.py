"""The complete samples of the pages run against the mock with another host and another key, and nothing else changed.

The files under `samples/` are the pages' own text. The enterprise page is seed 001, the v6 page seed 004; their bare
`--request POST ...` lines are no commands.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.providers.modelslab.client import ENTERPRISE, V6, Client

SAMPLES = Path(__file__).parent / "samples"
SITE = "https://modelslab.com"
EMPTY, SKELETON = '"key":""', '"key": "<string>"'


def _sample(name: str, client: Client, key: str) -> str:
    """A page's text with our host and the key of a sandbox in the place of `key`."""
    text = (SAMPLES / name).read_text()
    assert text.count(key) == 1
    return text.replace(SITE, client.server.url).replace(key, f'"key": "{client.key}"')


def _ran(*command: str) -> Any:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def _posted(url: str, body: str) -> Any:
    request = Request(url, body.encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


def _finishes(client: Client, made: dict[str, Any], surface: str) -> None:
    """The video of a sample's answer is done in the end, and its file is there."""
    assert made["status"] == "processing"
    client.advance(made["eta"])
    (link,) = client.fetch(made["id"], surface)["output"]
    file = client.get(link)
    assert (file.status, file.headers["content-type"], file.body[:6]) == (200, "image/gif", b"GIF89a")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.fact("modelslab.enterprise.page-example")
def test_the_enterprise_pages_fetch_sample_runs(client: Client, tmp_path: Path) -> None:
    script = tmp_path / "sample.js"
    script.write_text(_sample("seed001.js", client, EMPTY))
    made = _ran("node", str(script))
    assert made["meta"]["model_id"] == "zeroscope"
    _finishes(client, made, ENTERPRISE)


@pytest.mark.fact("modelslab.enterprise.page-example")
def test_the_enterprise_pages_body_is_taken(client: Client) -> None:
    made = _posted(f"{client.server.url}{ENTERPRISE}/text2video", _sample("seed001.json", client, EMPTY))
    _finishes(client, made, ENTERPRISE)


@pytest.mark.fact("modelslab.enterprise.page-answer")
def test_the_enterprise_pages_body_gets_the_pages_answer(client_of: Callable[..., Client]) -> None:
    client = client_of("meta-23", "no-future-links", "always-success")
    answer = _posted(f"{client.server.url}{ENTERPRISE}/text2video", _sample("seed001.json", client, EMPTY))
    assert list(answer) == ["status", "generationTime", "id", "output", "proxy_links", "meta"]
    assert len(answer["meta"]) == 23


@pytest.mark.fact("modelslab.key.sample-as-printed")
def test_the_enterprise_pages_body_as_printed_is_refused(client: Client) -> None:
    printed = (SAMPLES / "seed001.json").read_text()
    refused = _posted(f"{client.server.url}{ENTERPRISE}/text2video", printed)
    assert (refused["status"], refused["message"]) == ("error", "Invalid Api Key")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("style", ["legacy", "documented"])
def test_the_v6_pages_curl_runs(client_of: Callable[..., Client], tmp_path: Path, style: str) -> None:
    client = client_of(style)
    script = tmp_path / "sample.sh"
    script.write_text(_sample("seed004.sh", client, SKELETON))
    made = _ran("sh", str(script))
    meta = made["meta"]
    assert (meta["prompt"], meta["seed"], meta["webhook"], meta["track_id"]) == (
        "<string>",
        123,
        "<string>",
        "<string>",
    )
    _finishes(client, made, V6)


@pytest.mark.fact("modelslab.v6.page-example")
def test_the_v6_pages_body_is_taken(client: Client) -> None:
    body = _sample("seed004.json", client, '"key": "your_api_key"')
    _finishes(client, _posted(f"{client.server.url}{V6}/text2video", body), V6)
