"""The transports for httpx: parts as they come, cuts as they are, one life of the application."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from mockserver.testing import async_transport, transport
from mockserver.testing.asgi_exchange import AsgiExchange, Target
from mockserver.testing.in_process import InProcessServer
from mockserver.testing.thread import InThread
from tests.testing.toys import Toy

BASE = "http://mockserver.localhost"
LONG = 20.0


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def client(toy: Toy) -> Iterator[httpx.Client]:
    with httpx.Client(transport=transport(toy), base_url=BASE, timeout=LONG) as opened:
        yield opened


@pytest.fixture(params=["socket", "in process"])
def either(request: pytest.FixtureRequest, toy: Toy) -> Iterator[httpx.Client]:
    """A client over a real socket, and one of ours: what they see is the same."""
    if request.param == "in process":
        with httpx.Client(transport=transport(toy), base_url=BASE, timeout=LONG) as opened:
            yield opened
    else:
        served = InThread(lambda: toy)
        served.start()
        with httpx.Client(base_url=served.url, timeout=LONG) as opened:
            yield opened
        served.stop()


def test_an_answer(either: httpx.Client, toy: Toy) -> None:
    answer = either.get("/whole?a=%20b", headers={"X-One": "1"})
    assert (answer.status_code, answer.text, answer.reason_phrase) == (201, "body", "Created")
    assert answer.headers.get_list("x-twice") == ["1", "2"]
    assert (toy.scope["raw_path"], toy.scope["query_string"]) == (b"/whole", b"a=%20b")
    assert (b"x-one", b"1") in list(toy.scope["headers"])
    assert either.head("/whole").text == ""


def test_a_part_is_there_as_soon_as_it_was_sent(either: httpx.Client) -> None:
    with either.stream("GET", "/gated") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"one"
        either.get("/open")
        assert b"".join(parts) == b"two"


def test_a_chunk_is_fetched_when_there_is_room_for_it() -> None:
    """One chunk waits for the application; the next is wanted when it took that one, or has ended."""

    async def script() -> None:
        gate = asyncio.Event()

        async def app(_scope: object, receive: Any, _send: object) -> None:
            await gate.wait()
            await receive()

        exchange = AsgiExchange(app, Target("POST", "http", "x", 80, b"/").scope([], {}))
        assert await exchange.feed(b"1")
        second = asyncio.ensure_future(exchange.feed(b"2"))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not second.done()
        gate.set()
        await second
        assert not await exchange.feed(b"3")

    asyncio.run(script())


def test_bodies_cross(either: httpx.Client) -> None:
    """The application answers while the request still comes."""
    answer = either.post("/echo", content=(b"%d" % number for number in range(50)))
    assert answer.content == b"<" + b"".join(b"%d" % number for number in range(50)) + b">"


def test_an_early_answer_ends_the_request(client: httpx.Client, toy: Toy) -> None:
    """A body without end is given up once the answer is there."""

    def endless() -> Iterator[bytes]:
        while True:
            yield b"x"

    assert client.post("/early", content=endless()).status_code == 413
    assert toy.taken == [b"x"]


@pytest.mark.parametrize("path", ["stops", "crashes", "short"])
def test_a_cut_body_is_not_hidden(path: str, either: httpx.Client) -> None:
    with either.stream("GET", f"/{path}") as answer:
        parts = answer.iter_raw()
        assert (answer.status_code, next(parts)) == (200, b"half")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
            next(parts)
    with pytest.raises(httpx.RemoteProtocolError):
        either.get(f"/{path}")


def test_a_body_beyond_its_length_is_cut(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match=r"received 1 bytes, expected 2") as cut:
        client.get("/long")
    assert "longer than its Content-Length" in str(cut.value.__cause__)


def test_what_came_whole_is_whole(either: httpx.Client) -> None:
    assert either.get("/late").text == "body"


def test_no_answer(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        client.get("/silent")


def test_patience_ends_and_the_application_is_told(either: httpx.Client, toy: Toy) -> None:
    with pytest.raises(httpx.ReadTimeout):
        either.get("/waits", timeout=httpx.Timeout(LONG, read=0.01))
    assert toy.left.wait(LONG)


def test_a_client_that_goes_away_is_noticed(either: httpx.Client, toy: Toy) -> None:
    with either.stream("GET", "/endless") as answer:
        assert next(answer.iter_raw())
    assert toy.left.wait(LONG)


def test_one_life_from_the_first_request_to_the_close(toy: Toy) -> None:
    before = threading.active_count()
    client = httpx.Client(transport=transport(toy), base_url=BASE)
    assert toy.life == []
    client.get("/whole")
    client.get("/whole")
    assert (toy.life, toy.scope["state"]) == (["startup"], {"made": "at startup"})
    client.close()
    assert toy.life == ["startup", "shutdown"]
    assert toy.threads == {"mockserver-loop"}
    assert threading.active_count() == before


def test_an_application_without_lifespan_has_none() -> None:
    with httpx.Client(transport=transport(Toy(knows_lifespan=False)), base_url=BASE) as client:
        assert client.get("/whole").status_code == 201


def test_a_failed_startup_is_told() -> None:
    with pytest.raises(RuntimeError, match="failed at its startup: no reason"):
        transport(Toy(fails="startup")).__enter__()


def test_async_in_the_callers_loop(toy: Toy) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(5):
            yield b"%d" % number

    async def script() -> None:
        async with httpx.AsyncClient(transport=async_transport(toy), base_url=BASE, timeout=LONG) as client:
            assert toy.loops == {id(asyncio.get_running_loop())}
            assert (await client.post("/echo", content=chunks())).content == b"<01234>"
            async with client.stream("GET", "/gated") as answer:
                parts = answer.aiter_raw()
                assert await anext(parts) == b"one"
                await asyncio.gather(*(client.get("/open") for _ in range(3)))
                assert [part async for part in parts] == [b"two"]
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/crashes")
            assert toy.life == ["startup"]
        assert toy.life == ["startup", "shutdown"]
        assert toy.loops == {id(asyncio.get_running_loop())}

    asyncio.run(script())


def test_async_calls_that_come_at_once_start_it_once(toy: Toy) -> None:
    async def script() -> None:
        client = httpx.AsyncClient(transport=async_transport(toy), base_url=BASE)
        await asyncio.gather(*(client.get("/whole") for _ in range(5)))
        await client.aclose()
        assert toy.life == ["startup", "shutdown"]

    asyncio.run(script())


@pytest.mark.parametrize("kind", ["own loop", "bridged"])
def test_a_cancelled_call_is_told(kind: str, toy: Toy) -> None:
    async def script(lead: httpx.AsyncBaseTransport) -> None:
        async with httpx.AsyncClient(transport=lead, base_url=BASE, timeout=LONG) as client:
            call = asyncio.ensure_future(client.get("/waits"))
            assert await asyncio.to_thread(toy.began.wait, LONG)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await asyncio.to_thread(toy.left.wait, LONG)

    if kind == "own loop":
        asyncio.run(script(async_transport(toy)))
    else:
        inside = InProcessServer(lambda: toy)
        inside.start()
        asyncio.run(script(inside.async_transport()))
        inside.stop()


def test_without_httpx_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.delitem(sys.modules, "mockserver.testing.transports")
    monkeypatch.delattr("mockserver.testing.transport", raising=False)
    with pytest.raises(ImportError, match="need httpx: pip install httpx"):
        from mockserver.testing import transport  # noqa: F401
