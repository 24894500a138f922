"""A command in the foreground: it has this terminal, gets the signals that come here, and its exit code counts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from mockserver import MockServerError

NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
"""What shells and env(1) answer for a command that is not there, or cannot be run."""

_FORWARDED: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")
_FROM_TERMINAL: Final = frozenset({"SIGINT", "SIGQUIT", "SIGHUP", "SIGBREAK"})
"""Those that a terminal sends to the whole group in its foreground, so to the command as well."""


class CannotRun(MockServerError):
    """The command cannot be started; `code` is the exit code that a shell has for it."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


class Child:
    """The command, before and while it runs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early = 0

    @contextmanager
    def forwarding(self) -> Generator[None, None, None]:
        """Pass signals on to the command. A signal that was ignored before stays so, here and in the command."""
        before = {}
        for name in _FORWARDED:
            number = getattr(signal, name, None)  # not every machine has all
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, self._forward)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _forward(self, number: int, _frame: FrameType | None) -> None:
        if self._process is None:
            self._early = self._early or number
        elif not (signal.Signals(number).name in _FROM_TERMINAL and _is_in_foreground()):
            with suppress(OSError):  # it has just ended
                self._process.send_signal(number)

    def _catch_up(self) -> None:
        """Pass on what came while the command was being started."""
        if self._early and self._process is not None:
            self._process.send_signal(self._early)

    def run(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Run the command to its end; its exit code, 128 + N where signal N ended it, as shells have it.

        Raises CannotRun.
        """
        if self._early:
            return 128 + self._early
        try:
            self._process = subprocess.Popen(_found(command, environ), env=dict(environ))  # noqa: S603  (the user's own)
        except FileNotFoundError:
            raise CannotRun(f"{command[0]}: no such command", NOT_FOUND) from None
        except OSError as error:
            raise CannotRun(f"{command[0]}: {(error.strerror or str(error)).lower()}", NOT_EXECUTABLE) from None
        self._catch_up()
        code = self._process.wait()
        return code if code >= 0 else 128 - code


def _found(command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The command with its program's path: on Windows `npm` is `npm.cmd`, which only a look-up by PATHEXT finds."""
    if sys.platform == "win32":
        from shutil import which

        return [which(command[0], path=environ.get("PATH")) or command[0], *command[1:]]
    return list(command)


def _is_in_foreground() -> bool:
    """Whether this process is in the foreground of a terminal, whose Ctrl-C then reaches the command without us."""
    if sys.platform == "win32":
        return True
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
