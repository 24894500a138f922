"""The log: one line per event on stderr, for people or as JSON."""

from __future__ import annotations

import json
import logging
from asyncio import CancelledError
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TextIO

FORMATS = ("text", "json")
EXTRA = "mockserver"
"""The attribute of a log record that holds further members for the JSON form."""


def has_colours(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether to colour what goes to a stream: only on a terminal, and not with NO_COLOR."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and stream.isatty()


def one_line(text: str) -> str:
    """Return the text with its control characters escaped, so that a client's bytes begin no line of the log."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class TextLines(logging.Formatter):
    """Lines such as `12:30:59 message`; warnings and errors say so. A traceback follows its line."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and the traceback if there is one."""
        time = self.formatTime(record, "%H:%M:%S")
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        message = one_line(record.getMessage().strip())
        if self._colours:
            time = f"\x1b[2m{time}\x1b[0m"
            level = level and f"\x1b[{'31' if record.levelno >= logging.ERROR else '33'}m{level}\x1b[0m"
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return f"{time} {level}{message}{trace}"


class JsonLines(logging.Formatter):
    """One JSON object per line: time, level, message, perhaps a traceback, and the record's own members."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": at, "level": record.levelname.lower(), "message": record.getMessage().strip()}
        line |= getattr(record, EXTRA, {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def is_news(record: logging.LogRecord) -> bool:
    """Return whether to log a record. The traceback of a request that a stop cuts off is not logged."""
    if record.name == "uvicorn.error" and str(record.msg).startswith("Cancel %s running task"):
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.msg = "requests cut off by the stop: %s"
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


@contextmanager
def logging_to(stream: TextIO, form: str, environ: Mapping[str, str]) -> Generator[None, None, None]:
    """Write the log to a stream in a form: ours from INFO on, that of libraries from WARNING on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == "json" else TextLines(colours=has_colours(stream, environ)))
    handler.addFilter(is_news)
    root, ours = logging.getLogger(), logging.getLogger("mockserver")
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        ours.setLevel(before)
