"""A whole server in this process, without a socket, on a time that is moved by hand; every answer can be had again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from mockserver.adapters.clock import HandTime
from mockserver.app import create_app
from mockserver.settings import Settings

START = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
ORIGIN = "http://mock.test"
MOST_BYTES = 20_000


@dataclass(frozen=True)
class Said:
    """One answer, to the byte."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.body)

    def kept(self) -> Said:
        """As it is remembered: a file by its digest, so that a long run does not hold hundreds of them."""
        return replace(self, body=sha256(self.body).digest()) if len(self.body) > MOST_BYTES else self


@dataclass(frozen=True)
class Act:
    """What was done: a call, or seconds that passed (`method` is empty). `key` is whose it is, if anybody's."""

    key: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


class LocalServer:
    """The server. `done` is what was done to it with what it said; `keys` are the good keys (none: all are)."""

    def __init__(self, seed: int, cache: Path, keys: tuple[str, ...] = ()) -> None:
        self.time = HandTime(START)
        good = dict.fromkeys(keys, "") or None
        self.app = create_app(
            Settings(seed=seed, cache=cache, public_url=ORIGIN, hold_seconds=0, keys=good), time=self.time
        )
        self.loop = asyncio.new_event_loop()
        self.done: list[tuple[Act, Said | None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.run_until_complete(self._ended())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    async def _ended(self) -> None:
        async with self.app.router.lifespan_context(self.app):
            pass

    def act(self, act: Act) -> Said | None:
        """Do one thing and keep it."""
        said = None
        if act.method:
            self.loop.run_until_complete(self._deliver_webhooks())
            said = self.loop.run_until_complete(self._answer(act))
        else:
            self.time.pass_seconds(act.seconds)
        self.loop.run_until_complete(self._deliver_webhooks())
        self.done.append((act, said.kept() if said else None))
        return said

    async def _deliver_webhooks(self) -> None:
        """Let every webhook that is due come to its end: here real time never passes between two acts."""
        webhooks = self.app.state.context.engine.webhooks
        for outbox in tuple(webhooks._outboxes.values()):
            webhooks._deliver(outbox)
        while workers := [one for each in webhooks._outboxes.values() for one in each.queues._workers]:
            await asyncio.gather(*workers)

    def time_passes(self, seconds: float) -> None:
        """Let time pass, for everybody."""
        self.act(Act(seconds=seconds))

    def call(self, key: str, method: str, path: str, headers: Mapping[str, str], value: object = None) -> Said:
        """A call that belongs to a key."""
        body = b"" if value is None else json.dumps(value).encode()
        said = self.act(Act(key, method, path, headers, body))
        assert said is not None
        return said

    async def _answer(self, act: Act) -> Said:
        path, _, query = act.path.partition("?")
        names = {"host": "mock.test", "content-type": "application/json", **act.headers}
        scope = {
            "type": "http", "http_version": "1.1", "method": act.method, "scheme": "http", "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.encode(), text.encode()) for name, text in names.items()],
            "server": ("mock.test", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        came: list[dict[str, Any]] = [{"type": "http.request", "body": act.body, "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if came:
                return came.pop()
            await asyncio.Event().wait()
            raise AssertionError("a client that never leaves")

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)  # type: ignore[arg-type]
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return Said(sent[0]["status"], tuple((name, text) for name, text in sent[0]["headers"]), content)


def again(script: list[Act], seed: int, cache: Path) -> list[Said | None]:
    """What a fresh server says to the same script."""
    with LocalServer(seed, cache) as local:
        for act in script:
            local.act(act)
        return [said for _, said in local.done]
