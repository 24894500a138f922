"""A server in a process of its own: `python -m mockserver serve --port 0 --ready-file ...`."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import IO, Any, Final

from mockserver import MockServerError
from mockserver.testing.wire import OverHttp

if sys.platform == "win32":
    STOPPING: Final = signal.CTRL_BREAK_EVENT
else:
    STOPPING: Final = signal.SIGTERM
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.01
"""The seconds between two looks for the ready file."""
SECRET: Final = ("--keys", "--control-token")
SHOWN: Final = 4000
"""The most characters of the output of a failed start that the exception shows."""


class StartFailed(MockServerError, RuntimeError):
    """The process ended, or was not ready in time. The text has its command and what it printed."""


class OwnProcess(OverHttp):
    """A server on a free port of 127.0.0.1. `options` are those of `mockserver serve`.

    `folder` holds its `ready.json` while it runs, and its `output.txt`; None: a folder of its own, which is removed.
    """

    def __init__(
        self, options: Sequence[str], *, environ: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> None:
        super().__init__()
        self._options, self._environ, self._folder = list(options), environ, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._own_folder: Path | None = None

    @property
    def pid(self) -> int:
        """The process's id; 0 when there is no process."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start the process and return when it is ready; raises StartFailed."""
        if self._process is not None:
            return
        folder = self._folder
        if folder is None:
            folder = self._own_folder = Path(tempfile.mkdtemp(prefix="mockserver-"))
        ready = folder / "ready.json"
        ready.unlink(missing_ok=True)  # one that was killed left its own there
        command = [sys.executable, "-P", "-m", "mockserver", "serve", *self._options, "--port", "0"]
        command += ["--ready-file", str(ready)]
        # A file takes any amount of output with nobody reading; a pipe would stop the server once it is full.
        with (folder / "output.txt").open("w+b") as output:
            self._process = subprocess.Popen(  # noqa: S603  (our own command)
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, **_apart()
            )
            atexit.register(self.stop)
            try:
                self._url = self._awaited(self._process, ready, command, output)
            except BaseException:
                self.stop()
                raise

    def _environment(self) -> dict[str, str]:
        """Return this process's environment without the variables that would configure the server."""
        if self._environ is not None:
            return dict(self._environ)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
        here = Path(__file__).resolve().parents[2]
        if here.name not in ("site-packages", "dist-packages"):  # a checkout: found by the working folder, perhaps
            environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(here), environ.get("PYTHONPATH"))))
        return environ

    def _awaited(self, process: subprocess.Popen[bytes], ready: Path, command: list[str], output: IO[bytes]) -> str:
        """Return the URL in the ready file, once the file exists."""
        for _ in range(round(START_SECONDS / LOOK_SECONDS)):
            if ready.exists():
                url: str = json.loads(ready.read_bytes())["url"]
                return url
            try:
                code = process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            raise StartFailed(f"the mock server ended with code {code}{_printed(command, output)}")
        raise StartFailed(f"the mock server was not ready within {START_SECONDS:g} s{_printed(command, output)}")

    def stop(self) -> None:
        """Ask the process to stop and wait; after ten seconds it is killed."""
        atexit.unregister(self.stop)
        process, self._process, self._url = self._process, None, ""
        if process is not None:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    process.send_signal(STOPPING)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._own_folder is not None:
            rmtree(self._own_folder, ignore_errors=True)
            self._own_folder = None

    def leave(self) -> None:
        """Leave the process running for somebody else to stop."""
        atexit.unregister(self.stop)
        if self._process is not None:
            self._process.returncode = 0  # else Popen warns that a process is left, which is the purpose
            self._process = None


def unkeyed(options: Sequence[str]) -> list[str]:
    """Return the words of a command for a message: without the values of options that hold keys."""
    told: list[str] = []
    for word in options:
        name, equals, _ = word.partition("=")
        is_value = bool(told) and told[-1] in SECRET
        told.append("..." if is_value else f"{name}=..." if equals and name in SECRET else word)
    return told


def _apart() -> dict[str, Any]:
    """Return the options that keep the process away from the terminal's Ctrl-C; this process stops it when it ends."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _printed(command: list[str], output: IO[bytes]) -> str:
    output.seek(0)
    text = output.read().decode("utf-8", "replace").strip()
    shown = text[-SHOWN:] if text else "nothing"
    return f"\n  command: {' '.join(unkeyed(command))}\n  printed: {shown}"
