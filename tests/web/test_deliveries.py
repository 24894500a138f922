"""Webhooks in the control API: a clock move answers when they were made, and they can be listed."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.domain.chance import Draw
from mockserver.domain.delivery import Payload
from mockserver.domain.job import Job
from mockserver.domain.order import Names, Order
from mockserver.settings import Settings
from tests.adapters.receiver import receiver
from tests.domain.timelines import CREATED

LONG = 20.0
PATH = "/_mock/sandboxes/test-key"


def minute(_chance: Draw) -> tuple[timedelta, timedelta]:
    return timedelta(0), timedelta(minutes=1)


ORDER = Order("toy", "make", None, lambda chance: Names(chance.text(0, 8)), minute)


class ProviderContext:
    """The application in this event loop, and a control call of it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.app = create_app(Settings(cache=folder, timing="documented", **settings), time=HandTime(CREATED))
        self.engine = self.app.state.context.engine

    async def call(self, method: str, path: str, value: object = None, headers: dict[str, str] | None = None) -> Any:
        sent: list[Any] = []
        more = [(name.encode(), text.encode()) for name, text in (headers or {}).items()]
        if value is not None:
            more.append((b"content-type", b"application/json"))
        body = json.dumps(value).encode() if value is not None else b""
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
            "raw_path": path.encode(), "root_path": "", "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), *more],
            "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "state": {},
        }  # fmt: skip

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        assert sent[0]["status"] == 200
        return json.loads(b"".join(message.get("body", b"") for message in sent))

    async def submit(self, url: str) -> Job:
        """A job of the sandbox `test-key` that sends a payload at its end."""
        digest = (await self.call("GET", PATH))["sandbox"]
        sandbox = await self.engine.store.load(digest)
        job: Job = await self.engine.work(sandbox, lambda box: self.engine.submit(box, ORDER, box.clock.now()))
        self.engine.webhooks.expect(
            digest,
            sandbox.clock,
            job,
            lambda one, seen: Payload(url, {"id": one.id}) if seen.state.is_terminal else None,
        )
        return job


def test_a_clock_move_answers_with_the_deliveries_that_it_made_due(tmp_path: Path) -> None:
    async def script() -> None:
        async with asyncio.timeout(LONG), receiver() as hook:
            context = ProviderContext(tmp_path)
            await context.call("PATCH", f"{PATH}/clock", {"frozen": True})
            job = await context.submit(f"{hook.url}/hook")
            assert (await context.call("PATCH", f"{PATH}/clock", {"advance_seconds": 59}))["deliveries"] == []
            answer = await context.call("PATCH", f"{PATH}/clock", {"advance_seconds": 1})
            assert [one.value for one in hook.received] == [{"id": job.id}]
            listed = await context.call("GET", f"{PATH}/deliveries")
            assert answer["deliveries"] == [one["id"] for one in listed["deliveries"]]
            assert answer["now"] == "2026-01-16T14:31:00.000000Z"
            moment = {"at": "2026-01-16T14:31:00.000000Z", "monotonic": 0.0}
            assert listed == {
                "deliveries": [{
                    "id": answer["deliveries"][0], "job": job.id, "due_at": "2026-01-16T14:31:00.000000Z",
                    "url": f"{hook.url}/hook", "undeliverable": None,
                    "attempts": [{
                        "number": 1, "due_at": "2026-01-16T14:31:00.000000Z", "started": moment, "ended": moment,
                        "status": 200, "error": None, "latency_seconds": 0.0,
                        "answer_headers": [["Content-Length", "2"]], "is_replay": False,
                        "request": {
                            "headers": [list(pair) for pair in hook.received[0].headers.items()],
                            "body": hook.received[0].body.decode(),
                        },
                    }],
                }],
                "under_way": 0,
            }  # fmt: skip
            await context.engine.webhooks.aclose()

    asyncio.run(script())


def test_what_cannot_be_delivered_says_why_and_a_reset_forgets_it(tmp_path: Path) -> None:
    async def script() -> None:
        async with asyncio.timeout(LONG):
            context = ProviderContext(tmp_path)
            await context.call("PATCH", f"{PATH}/clock", {"frozen": True})
            await context.submit("half a pair \ud800")
            assert (await context.call("PATCH", f"{PATH}/clock", {"advance_seconds": 60}))["deliveries"] == []
            (one,) = (await context.call("GET", f"{PATH}/deliveries"))["deliveries"]
            assert (one["url"], one["attempts"]) == ("half a pair \\ud800", [])
            assert one["undeliverable"].startswith("expected a URL, got")
            await context.call("DELETE", PATH)
            assert await context.call("GET", f"{PATH}/deliveries") == {"deliveries": [], "under_way": 0}
            await context.engine.webhooks.aclose()

    asyncio.run(script())


def test_a_sandbox_that_leaves_takes_its_webhooks_with_it(tmp_path: Path) -> None:
    async def script() -> None:
        async with asyncio.timeout(LONG):
            context = ProviderContext(tmp_path, max_sandboxes=1)
            await context.call("PATCH", f"{PATH}/clock", {"frozen": True})
            await context.submit("none")
            await context.call("PATCH", f"{PATH}/clock", {"advance_seconds": 60})
            assert len((await context.call("GET", f"{PATH}/deliveries"))["deliveries"]) == 1
            await context.call("GET", "/_mock/sandboxes/another-key")
            assert (await context.call("GET", f"{PATH}/deliveries"))["deliveries"] == []
            await context.engine.webhooks.aclose()

    asyncio.run(script())
