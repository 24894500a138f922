"""What a fault changes of an answer beside its own effect: headers, hints, lateness. A value and one pure function."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

RawHeaders = list[tuple[bytes, bytes]]

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

DATE_FORMS: Final[Mapping[str, Callable[[str, str, datetime], str]]] = {
    "imf-fixdate": lambda day, month, at: f"{day[:3]}, {at:%d} {month} {at:%Y %H:%M:%S} GMT",
    "rfc850": lambda day, month, at: f"{day}, {at:%d}-{month}-{at:%y %H:%M:%S} GMT",
    "asctime": lambda day, month, at: f"{day[:3]} {month} {at.day:2d} {at:%H:%M:%S %Y}",
}
"""The three forms of an HTTP date (RFC 9110, 5.6.7), of its day, its month and its instant in UTC."""

CASES: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "lower": bytes.lower,
    "upper": bytes.upper,
    "title": bytes.title,
}
"""How the names of all headers are written."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """Changes of an answer that any fault may carry."""

    headers: tuple[tuple[str, str], ...] = ()
    """Headers that are set; a name that stands twice is sent twice."""
    remove: tuple[str, ...] = ()
    """Names of headers that are taken away."""
    repeat: tuple[str, ...] = ()
    """Names of headers that are sent twice."""
    case: str = ""
    """How names of headers are written: a key of `CASES`; empty: as usual."""
    retry_after: float | int | str | None = None
    """The value of Retry-After: a text as it is, or a number of seconds, which may be negative or a fraction."""
    retry_after_form: str = ""
    """A key of `DATE_FORMS`: the number of seconds is written as that date on the client's clock."""
    body_hint: float | None = None
    """The waiting time in the body, in seconds, whatever the header says."""
    latency_seconds: float = 0.0
    """Sandbox seconds by which the answer is late."""
    jitter_seconds: float = 0.0
    """Up to so many more, drawn from the seed."""

    @property
    def needs_raw(self) -> bool:
        """Whether a server would not write the headers as they stand here: it adds some, or writes lower-case names."""
        return bool(self.case or self.remove) or any(name != name.lower() for name, _ in self.headers)


NO_CHANGE: Final = AnswerChange()


def changed_headers(headers: RawHeaders, change: AnswerChange, wall: Callable[[], datetime]) -> RawHeaders:
    """Return the headers of an answer after a change; `wall` reads the client's clock."""
    wanted = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in change.headers]
    if change.retry_after is not None:
        wanted.append((b"retry-after", _retry_after(change, wall).encode("latin-1")))
    gone = {name.lower() for name, _ in wanted} | {name.lower().encode("latin-1") for name in change.remove}
    kept = [pair for pair in headers if pair[0].lower() not in gone] + wanted
    twice = {name.lower().encode("latin-1") for name in change.repeat}
    kept = [pair for one in kept for pair in ([one, one] if one[0].lower() in twice else [one])]
    write = CASES.get(change.case)
    return kept if write is None else [(write(name), value) for name, value in kept]


def _retry_after(change: AnswerChange, wall: Callable[[], datetime]) -> str:
    value = change.retry_after
    if isinstance(value, str) or value is None or not change.retry_after_form:
        return f"{value:g}" if isinstance(value, float) else str(value)
    at = wall() + timedelta(seconds=value)
    return DATE_FORMS[change.retry_after_form](DAYS[at.weekday()], MONTHS[at.month - 1], at)


def changed_hint(body: bytes, seconds: float, pointer: str) -> bytes:
    """Return a JSON body whose waiting time is another: at a JSON pointer, and in members that are named after it."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    number = int(seconds) if seconds == int(seconds) else seconds
    path = pointer.strip("/").split("/") if pointer else []
    _set_hint(value, path, number)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _set_hint(value: Any, path: list[str], number: float) -> None:
    if isinstance(value, list):
        for each in value:
            _set_hint(each, [], number)
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        is_hint = path == [name] or name.lower().replace("_", "").replace("-", "") == "retryafter"
        if is_hint:
            value[name] = f"{number} seconds" if isinstance(inner, str) else number
        else:
            _set_hint(inner, path[1:] if path[:1] == [name] else [], number)
