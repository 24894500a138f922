"""Sockets, TLS and uvicorn: the way from an application to an address, and back to quiet."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final, Literal

import uvicorn

from mockserver import MockServerError
from mockserver.adapters.protocol import Counting

GRACE_SECONDS: Final = 2
"""How long requests under way may take to end once the server is told to stop."""

LONGEST_STOP_SECONDS: Final = 3.0
"""When a server that was told to stop ends whatever is left."""

BindAddress = tuple[socket.AddressFamily, str]

_TAKEN: Final = frozenset({errno.EADDRINUSE, 10048})
_REFUSED: Final = frozenset({errno.EACCES, 10013})
_NO_FAMILY: Final = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, 10047, 10049})
"""As Linux and macOS number them, and as Windows does."""


class PortTaken(MockServerError):
    """The port cannot be had; `free` is one that can."""

    def __init__(self, host: str, port: int, free: int, why: str = "taken") -> None:
        super().__init__(f"port {port} on {host} is {why}; {free} is free: --port {free}")
        self.host, self.port, self.free, self.why = host, port, free, why


def bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for a host and port (0: any free one); `localhost` on both families where the machine has them.

    Raises PortTaken, or OSError when the host is none of this machine's.
    """
    places = _places(host)
    for _ in range(20):
        try:
            return _listening(places, port)
        except OSError as error:
            if error.errno not in _TAKEN | _REFUSED:
                raise
            if port:
                why = "taken" if error.errno in _TAKEN else "not open to this user"
                raise PortTaken(host, port, _free(host, port), why) from None
        # A port that is free on one family may be taken on the other: draw another.
    raise OSError(errno.EADDRINUSE, "no port is free on both families")


def _places(host: str) -> list[BindAddress]:
    if host == "localhost":
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    return [(socket.AF_INET6 if ":" in host else socket.AF_INET, host)]


def _listening(places: Sequence[BindAddress], port: int) -> list[socket.socket]:
    """One listening socket per place, all at the same port; the first decides which."""
    opened: list[socket.socket] = []
    try:
        for family, host in places:
            try:
                opened.append(_listen(family, host, opened[0].getsockname()[1] if opened else port))
            except OSError as error:
                if not opened or error.errno not in _NO_FAMILY:
                    raise  # else: a machine without IPv6
    except OSError:
        for one in opened:
            one.close()
        raise
    return opened


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # The protocol by its name: asyncio turns Nagle's algorithm off only where it sees TCP; else a call costs 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":  # there, SO_REUSEADDR would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == "::":  # every address, of both families, whatever the machine's default is
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
        listener.listen(2048)
    except BaseException:
        listener.close()
        raise
    listener.set_inheritable(False)
    return listener


def _free(host: str, port: int) -> int:
    """A port that is free for a host now, the next one after `port` if possible."""
    start = port + 1 if port >= 1024 else port + 8000
    for wanted in (*range(start, min(start + 20, 65536)), 0):
        try:
            found = _listening(_places(host), wanted)
        except OSError:
            continue
        number: int = found[0].getsockname()[1]
        for one in found:
            one.close()
        return number
    raise OSError(errno.EADDRINUSE, f"no port is free on {host}")


def address(sockets: list[socket.socket], *, secure: bool = False) -> str:
    """The base URL of listening sockets, as a client on this machine writes it."""
    host, port = sockets[0].getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  (what is bound already; nothing is bound here)
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{shown}:{port}"


def check_tls(certfile: Path, keyfile: Path | None) -> None:
    """Try the files; ValueError says in one line what is wrong with them. Never asks for a passphrase."""

    def no_passphrase() -> str:
        raise ValueError("the key needs a passphrase; give one that does not")

    for path in (certfile, keyfile):
        if path is not None:
            try:
                path.open("rb").close()
            except OSError as error:
                raise ValueError(f"{path}: {error.strerror}") from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile, no_passphrase)
    except ssl.SSLError as error:
        names = str(certfile) if keyfile is None else f"{certfile} and {keyfile}"
        why = (error.reason or "").lower().replace("_", " ") or "no PEM certificate with its key"
        raise ValueError(f"{names}: {why}") from None


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready and leaves signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Touch no signal: uvicorn gives up its own shutdown at a second Ctrl-C, and raises the first once more."""
        yield


def server(
    app: Any,
    *,
    on_ready: Callable[[], None] = lambda: None,
    http: Any = Counting,
    certfile: Path | None = None,
    keyfile: Path | None = None,
    lifespan: Literal["on", "off"] = "on",
) -> Server:
    """A server for an application: no access log, no Server and Date of its own, shutdown within three seconds.

    `http` makes the protocol of each connection, as uvicorn calls its class.
    """
    config = uvicorn.Config(
        app,
        http=http,
        ws="none",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        lifespan=lifespan,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
    )
    return Server(config, on_ready)


Beside = tuple[Server, list[socket.socket]]
"""A server that runs beside another in one event loop, and where it listens."""


async def together(first: Server, sockets: list[socket.socket], beside: Sequence[Beside] = ()) -> None:
    """Serve until the first server is asked to stop; the others end with it."""
    tasks = [asyncio.create_task(one.serve(at)) for one, at in beside]
    try:
        await first.serve(sockets)
    finally:
        for one, _ in beside:
            one.should_exit = True
        await asyncio.gather(*tasks)


class Stop:
    """The wish to stop, as signals bring it: before there is a server, and while one runs.

    The first signal lets the server come to its end, at most for three seconds; a second one ends the process at once.
    """

    def __init__(self, end: Callable[[int], object] = os._exit) -> None:
        """`end` ends the process with an exit code, whatever still runs in it."""
        self.is_asked = False
        self.at_forced_end: list[Callable[[], None]] = []
        """What is done before the process is ended in the middle of its work."""
        self._server: Server | None = None
        self._end = end
        self._deadline = threading.Timer(LONGEST_STOP_SECONDS, self._force_end, (0,))
        self._deadline.daemon = True

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        """Take the signals that ask a program to stop; outside the main thread there are none to take."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # not every machine has all
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {}
        for number in numbers:
            if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP
                before[number] = signal.signal(number, self._asked)
        try:
            yield
        finally:
            self._deadline.cancel()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        if self.is_asked:
            self._force_end(128 + number)
            return
        self.is_asked = True
        if self._server is not None:
            self._server.should_exit = True
        self._deadline.start()

    def _force_end(self, code: int) -> None:
        for step in self.at_forced_end:
            step()
        self._end(code)

    def run(self, server: Server, sockets: list[socket.socket], beside: Sequence[Beside] = ()) -> None:
        """Serve until asked to stop; returns when all has ended. Those beside it run as long as the server."""
        self._server = server
        server.should_exit = self.is_asked
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.get_loop().set_default_executor(DaemonExecutor())
            runner.run(together(server, sockets, beside))


class DaemonExecutor(ThreadPoolExecutor):
    """What `asyncio.to_thread` runs, each in a daemon thread, 32 at a time: a stop does not wait for a slow one.

    A pool by name alone: asyncio takes no other kind, and Python waits for the threads of a real one at its exit.
    """

    def __init__(self) -> None:
        super().__init__(1)
        self._places = threading.Semaphore(32)

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Begin the work as soon as there is a place."""
        future: Future[Any] = Future()

        def exchange() -> None:
            with self._places:
                if future.set_running_or_notify_cancel():
                    try:
                        future.set_result(work(*args, **kwargs))
                    except BaseException as error:
                        future.set_exception(error)

        threading.Thread(target=exchange, name="errand", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT002  (as the pool has it)
        """Wait for nobody."""


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fast event loop where the machine has it; None: asyncio's own."""
    if sys.platform != "win32":
        with suppress(ImportError):  # it exists for CPython only
            import uvloop

            return uvloop.new_event_loop
    return None
