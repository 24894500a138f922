"""In a real browser: the journal in its developer tools, and the reference pages with no network."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.testing import MockServer, Sandbox
from tests.e2e import browser
from tests.e2e.browser import Page

DEVTOOLS = "devtools://devtools/bundled/"
IMPORTED = """
(async () => {
  const from = (path) => import("%(devtools)s" + path);
  while (!document.querySelector(".root-view")) await new Promise(requestAnimationFrame);
  const ui = await from("ui/legacy/legacy.js");
  await ui.ViewManager.ViewManager.instance().showView("network");
  const { NetworkPanel } = await from("panels/network/network.js");
  const file = new File([%(har)s], "journal.har", { type: "application/json" });
  await NetworkPanel.NetworkPanel.instance().networkLogView.onLoadFromFile(file);
  const { NetworkLog } = await from("models/logs/logs.js");
  const told = [];
  for (const one of NetworkLog.NetworkLog.instance().requests()) {
    const content = await one.requestContentData();
    told.push({
      method: one.requestMethod, url: one.url(), status: one.statusCode, type: one.mimeType,
      connection: one.connectionId, kind: one.resourceType().name(), seconds: one.duration, start: one.startTime,
      sent: await one.requestFormData(), size: one.resourceSize, transferred: one.transferSize,
      answered: content.error || !content.isTextContent ? null : content.text,
    });
  }
  return told;
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if browser.program() is None:
        pytest.skip(f"NO BROWSER WAS OPENED: none of {', '.join(browser.PROGRAMS)} is installed")
    with browser.page(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def sandbox(server: MockServer) -> Sandbox:
    made = server.sandbox("e2e-browser-key")
    made.reset(configuration=True)
    made.freeze()
    return made


def session(sandbox: Sandbox) -> list[tuple[str, int]]:
    """A client's day: a creation, polls, a clip, a body that is no text, a webhook nobody takes, a call it leaves."""
    server, headers = sandbox.server, {**sandbox.headers, "content-type": "application/json"}
    body = json.dumps({"prompt": "Ünïcode", "duration": 2, "fps": 8, "width": 512, "height": 512}).encode()
    job = json.loads(server.request("POST", "/v2/ai/text-to-video?a=b%20c", headers, body)[2])["videoId"]
    server.request("GET", f"/v2/ai/videos/{job}/status", headers)
    sandbox.advance(60)
    done = json.loads(server.request("GET", f"/v2/ai/videos/{job}/status", headers)[2])
    server.request("GET", urlsplit(done["videoUrl"]).path, headers)
    server.request("POST", "/v2/ai/text-to-video", headers, b"\xff\xfe no text")
    asked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a", "webhook": "http://127.0.0.1:9/hook"}
    server.request("POST", "/api/v6/video/text2video", {"content-type": "application/json"}, json.dumps(asked).encode())
    sandbox.advance(60)
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as left:
        left.sendall(
            f"POST /v2/ai/text-to-video HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: Bearer {sandbox.key}\r\nContent-Length: 100\r\n\r\n{{".encode()
        )
    sandbox.journal.wait(count=8)
    return [
        ("POST", 200), ("GET", 200), ("GET", 200), ("GET", 200), ("POST", 400), ("POST", 200), ("POST", 0), ("POST", 0),
    ]  # fmt: skip


def test_developer_tools_open_the_journal(page: Page, sandbox: Sandbox) -> None:
    """Each record is a request there, with its bodies, sizes and times, also what has no answer."""
    expected = session(sandbox)
    har = sandbox.journal.har()
    page.open(f"{DEVTOOLS}devtools_app.html?panel=network")
    told: list[dict[str, Any]] = page.evaluate(IMPORTED % {"devtools": DEVTOOLS, "har": json.dumps(json.dumps(har))})
    assert [(one["method"], one["status"]) for one in told] == expected
    assert {one["kind"] for one in told} == {"fetch"}
    created, _, done, clip, garbled, _, webhook, left = told
    assert created["url"] == f"{sandbox.server.url}/v2/ai/text-to-video?a=b%20c"
    assert json.loads(created["sent"])["prompt"] == "Ünïcode"
    assert json.loads(done["answered"])["status"] == "completed"
    assert (clip["type"], clip["size"] > 10_000, clip["transferred"] > clip["size"]) == ("video/mp4", True, True)
    assert garbled["sent"] == "//4gbm8gdGV4dA=="
    assert webhook["url"] == "http://127.0.0.1:9/hook"
    assert json.loads(webhook["sent"])["status"] == "success"
    assert (left["answered"], bool(left["connection"])) == ("", True)
    starts = [one["start"] for one in told]
    assert starts == sorted(starts)
    assert all(one["seconds"] >= 0 for one in told)


SHOWN = """
new Promise((shown) => {
  const look = () => {
    const found = document.querySelectorAll(".opblock").length;
    if (found) shown([document.title, found, document.body.innerText]);
    return found;
  };
  if (!look()) new MutationObserver((_, watch) => look() && watch.disconnect()).observe(
    document.body, { childList: true, subtree: true });
})
"""


@pytest.mark.parametrize("path", ["tensorone", "modelslab?profile=documented", "aimlapi?profile=2026", "gately"])
def test_a_reference_page_is_whole_without_a_network(page: Page, server: MockServer, path: str) -> None:
    """It shows every operation of its document, asks nobody but the server, and complains of nothing."""
    page.open(f"{server.url}/_mock/reference/{path}")
    title, shown, text = page.evaluate(SHOWN)
    document = server.control("GET", f"/openapi/{path.replace('?', '.json?') if '?' in path else f'{path}.json'}")
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    hooks = document.get("webhooks", {}).values()
    operations = [name for item in (*document["paths"].values(), *hooks) for name in methods & item.keys()]
    assert shown == len(operations)
    assert title
    assert document["info"]["title"] in text
    assert "Warning" not in text
    assert page.complaints == []
    assert len(page.requested) >= 4
    assert {urlsplit(one).netloc for one in page.requested if not one.startswith("data:")} == {
        urlsplit(server.url).netloc
    }
