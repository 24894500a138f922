"""A process that is spoken with in JSON lines: contracts/adapter.schema.json."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, Final

PROTOCOL: Final = 1
HELLO_SECONDS: Final = 30.0
BYE_SECONDS: Final = 5.0
MOST_PARALLEL: Final = 64


class AdapterBroken(ValueError):
    """A process that does not speak the protocol; the text says what it did."""


class AdapterGone(Exception):
    """The process ended while a case was under way."""


class Lines:
    """A process of an adapter, from `hello` to `bye`. Several threads may ask at the same time."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], folder: Path | None = None) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  (the user's own command, without a shell)
                list(argv), env=dict(environ), cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise AdapterBroken(f"{argv[0]} cannot be run: {error.strerror}") from None
        self._numbers, self._writing = count(1), threading.Lock()
        self._waiting: dict[str, Future[dict[str, Any]]] = {"": Future()}
        self._complaints: list[bytes] = []
        readings = ((self._process.stdout, self._read), (self._process.stderr, self._complaints.extend))
        self._readers = [threading.Thread(target=read, args=(stream,), daemon=True) for stream, read in readings]
        for reader in self._readers:
            reader.start()
        self.hung = 0
        """How many cases it never answered."""
        self.parallel = self._greeted()

    def _greeted(self) -> int:
        """Say hello; how many cases it runs side by side."""
        try:
            self._write({"type": "hello", "protocol": PROTOCOL})
            told = self._waiting[""].result(HELLO_SECONDS)
        except (TimeoutError, AdapterGone) as problem:
            self.kill()
            why = f"no answer within {HELLO_SECONDS:g} s" if isinstance(problem, TimeoutError) else str(problem)
            raise AdapterBroken(f"it did not answer hello: {why}") from None
        parallel = told.get("parallel", 1)
        if not isinstance(parallel, int) or not 1 <= parallel <= MOST_PARALLEL:
            self.kill()
            raise AdapterBroken(f"hello: parallel: expected a whole number from 1 to {MOST_PARALLEL}, got {parallel!r}")
        return parallel

    @property
    def printed(self) -> str:
        """All that it wrote on standard error so far."""
        return b"".join(self._complaints).decode("utf-8", "replace")

    def ask(self, message: Mapping[str, Any], patience: float) -> dict[str, Any]:
        """Ask for a case and return the answer. Raises TimeoutError and AdapterGone."""
        name = str(next(self._numbers))
        answer = self._waiting[name] = Future()
        try:
            self._write({**message, "id": name})
            return answer.result(patience)
        except TimeoutError:
            self.hung += 1
            raise
        finally:
            self._waiting.pop(name, None)

    def _write(self, message: Mapping[str, Any]) -> None:
        stream = self._process.stdin
        if stream is None:
            raise AdapterGone("it has no standard input")
        try:
            with self._writing:
                stream.write(json.dumps(message).encode() + b"\n")
                stream.flush()
        except OSError:
            raise AdapterGone(self._how()) from None

    def _read(self, stream: IO[bytes]) -> None:
        """Read answers until the process ends, and hand each to whoever waits for it."""
        for line in stream:
            value = _object(line)
            name = "" if value.get("type") == "hello" else str(value.get("id"))
            waiting = self._waiting.get(name)
            if waiting is not None and not waiting.done():
                waiting.set_result({**value, "line": line.decode("utf-8", "replace")})
        self._process.wait()
        for waiting in list(self._waiting.values()):
            if not waiting.done():
                waiting.set_exception(AdapterGone(self._how()))

    def _how(self) -> str:
        """How the process ended, with the last line that it wrote on standard error."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        last = next((line for line in reversed(self.printed.splitlines()) if line.strip()), "")
        return f"the adapter ended with exit code {self._process.returncode}" + (f": {last[:200]}" if last else "")

    def bye(self) -> None:
        """Let it end; it is killed where it does not."""
        with suppress(AdapterGone):
            self._write({"type": "bye"})
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(BYE_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it at once, and close what leads to it."""
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(BYE_SECONDS)  # a process that it started may hold its output open
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.close()


def _object(line: bytes) -> dict[str, Any]:
    """A line as an object; one without members where it is none."""
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
