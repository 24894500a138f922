"""A provider in a folder of its own, handed to discovery, is served beside the others and touches none of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from starlette.applications import Starlette

from mockserver.adapters.serving import address, bind, server
from mockserver.app import PLACES, create_app
from mockserver.settings import Settings

TOY = '''
"""A provider as small as one can be: any text becomes a job, by GET."""

from pathlib import Path

from mockserver.domain.order import Names, Order
from mockserver.engine.pace import between
from mockserver.provider.call import Answer
from mockserver.provider.checks import with_key
from mockserver.provider.endpoints import by_name, creates, polls
from mockserver.provider.table import Provider, get


def order(call):
    return Order("toy", "make", call.query["text"], lambda chance: Names(f"toy-{chance.n}"), between((1, 1), (1, 1)))


def shown(job, seen, call):
    return Answer(200, {"id": job.id, "text": job.request, "state": seen.state.value})


def refuse(problem, call):
    return Answer(418, {"no": problem.kind.value}, problem=problem)


PROVIDER = Provider(
    name="toy",
    title="Toy",
    site="https://toy.invalid",
    promise=Path(__file__).parent,
    words=(),
    credential=lambda call: call.query.get("key"),
    checks=(with_key,),
    operations=(
        get("make", "/toy/make", creates(order, shown)),
        get("see", "/toy/jobs/{id}", polls(by_name(lambda call: call.params["id"], "toy", ["make"], "job"), shown)),
    ),
    refuse=refuse,
    sample='curl "{base}/toy/make?key=any&text=hello"',
)
'''


@contextmanager
def _served(app: Starlette) -> Iterator[HTTPConnection]:
    """The application on a port of its own."""
    import asyncio

    ready = threading.Event()
    sockets = bind("127.0.0.1", 0)
    running = server(app, on_ready=ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(running.serve(sockets)))
    thread.start()
    ready.wait()
    connection = HTTPConnection(address(sockets).removeprefix("http://"), timeout=30)
    try:
        yield connection
    finally:
        connection.close()
        running.should_exit = True
        thread.join()


def _send(connection: HTTPConnection, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection.request(method, path, body or None)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _rows(app: Starlette) -> dict[str, set[tuple[str, str, str]]]:
    """Every provider's operations as the running server routes them."""
    return {
        name: {(one.id, one.method, one.path) for one in provider.operations}
        for name, provider in app.state.providers.items()
    }


def test_a_third_provider_in_a_folder_touches_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "providers"
    (place / "toy").mkdir(parents=True)
    (place / "toy" / "__init__.py").write_text(TOY)
    settings = Settings(cache=tmp_path / "clips", timing="instant")
    alone, together = create_app(settings), create_app(settings, places=[*PLACES, place])
    assert {name: rows for name, rows in _rows(together).items() if name != "toy"} == _rows(alone)
    # Calls that are about no job answer alike, byte by byte, whether the third is there or not.
    others = [
        ("POST", "/api/v6/video/text2video", b'{"key": "invalid-1"}'),
        ("POST", "/api/v6/video/fetch/1", b'{"key": "k"}'),
        ("GET", "/api/v6/nothing", b""),
        ("POST", "/api/v1/enterprise/video/system_details", b'{"key": "k"}'),
    ]
    with _served(alone) as one, _served(together) as both:
        assert [_send(one, *call) for call in others] == [_send(both, *call) for call in others]
        assert _send(one, "GET", "/toy/make?key=k&text=hello")[0] == 404
        assert _send(both, "GET", "/toy/make?key=k&text=hello") == (
            200, b'{"id":"toy-1","text":"hello","state":"succeeded"}',
        )  # fmt: skip
        assert _send(both, "GET", "/toy/jobs/toy-1?key=k")[0] == 200
        assert _send(both, "GET", "/toy/jobs/toy-1?key=other") == (418, b'{"no":"missing"}')
        # The key of the third is a sandbox like any: the same key elsewhere does not see its jobs as its own kind.
        assert _send(both, "POST", "/api/v6/video/fetch/toy-1", b'{"key": "k"}')[1].startswith(b'{"status":"failed"')
