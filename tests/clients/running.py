"""Runs reference clients and their kin in process, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from mockserver.kit.adapters.in_process import ClientCase
from tests.clients.reference.core import Client
from tests.clients.reference.wire import Answer, Lost, Order


class Transported:
    """HTTP over the transport of a case."""

    def __init__(self, case: ClientCase) -> None:
        self.case = case
        self._client = httpx.Client(transport=case.transport())
        self._client.headers.clear()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        try:
            with self._client.stream(method, url, headers=dict(headers), content=body, timeout=timeout) as got:
                parts = []
                try:
                    for part in got.iter_bytes():
                        parts.append(part)  # noqa: PERF402  (what came before a break is kept)
                except httpx.TransportError as error:
                    etag = got.headers.get("etag", "")
                    raise Lost(f"{type(error).__name__}: {error}", b"".join(parts), etag, got.status_code) from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Lost(f"{type(error).__name__}: {error}") from error
        return _answer(got, b"".join(parts))

    def send_together(self, calls: Sequence[tuple[str, str, Mapping[str, str], bytes | None]]) -> list[Answer]:
        """Send several requests at once, and return the answers."""
        answers: list[Answer] = self.case.served.run(self._together(calls))
        return answers

    async def _together(self, calls: Sequence[tuple[str, str, Mapping[str, str], bytes | None]]) -> list[Answer]:
        async with httpx.AsyncClient(transport=self.case.async_transport()) as client:
            work = (client.request(one, url, headers=dict(headers), content=body) for one, url, headers, body in calls)
            return [_answer(one, one.content) for one in await asyncio.gather(*work)]


def _answer(got: httpx.Response, body: bytes) -> Answer:
    return Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, body)


def client_of(kind: type[Client]) -> Any:
    """A client class as a function of a case."""

    def run(case: ClientCase) -> dict[str, Any]:
        order = Order(case.base_url, case.api_key, case.prompt, case.options, case.deadline, case.poll_seconds)
        outcome = kind(order, Transported(case), case).run()
        return {**outcome.to_json(), "clip": outcome.clip}

    return run
