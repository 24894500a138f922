"""What the values of options mean: from text to value, or a ValueError that says in one line what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from math import isfinite
from typing import Final, TypeVar

from mockserver.cli.spelling import unknown
from mockserver.domain.invalid_data import InvalidScenario

Value = TypeVar("Value")

_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?", re.IGNORECASE)
_APP_ORIGIN: Final = re.compile(r"([a-z][a-z0-9+.-]{0,60})://([A-Za-z0-9._-]{1,200}(?::[0-9]{1,5})?)/?", re.IGNORECASE)
"""The origin of a page with a scheme of its own: `capacitor://localhost`, `tauri://localhost`, `chrome-extension://ID`."""
_SIZE: Final = re.compile(r"([0-9]{1,18})\s*(|kb|mb|gb|tb|kib|mib|gib|tib)", re.IGNORECASE)
_UNITS: Final[dict[str, int]] = {
    "": 1,
    **{f"{prefix}b": 10 ** (3 * power) for power, prefix in enumerate("kmgt", 1)},
    **{f"{prefix}ib": 2 ** (10 * power) for power, prefix in enumerate("kmgt", 1)},
}


def word(*known: str) -> Callable[[str], str]:
    """One of some words."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"unknown value {unknown(text, known)}")
        return text

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,30}", text) or not least <= int(text) <= most:
            raise ValueError(f"expected a whole number from {least} to {most}, got {text[:60]!r}")
        return int(text)

    return read


def seconds(most: float) -> Callable[[str], float]:
    """A number of seconds up to a bound, perhaps with a fraction."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not isfinite(number) or not 0 <= number <= most:
            raise ValueError(f"expected seconds from 0 to {most:g}, got {text[:60]!r}")
        return number

    return read


def size(text: str) -> int:
    """A number of bytes, perhaps with a unit: `500MB`, `2GiB`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"expected a number of bytes such as 500MB or 2GiB, got {text[:60]!r}")
    return int(found[1]) * _UNITS[found[2].lower()]


def origin(text: str) -> str:
    """An http(s) origin as a browser writes it: lower case, no default port, no slash at the end."""
    found = _ORIGIN.fullmatch(text.strip())
    if found is None or (found[3] and not 1 <= int(found[3]) <= 65535):
        raise ValueError(f"expected an http(s) origin such as https://mock.example:8443, got {text[:120]!r}")
    scheme, host = found[1].lower(), found[2].lower()
    is_default = found[3] is None or int(found[3]) == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" + ("" if is_default else f":{int(found[3])}")


def page_origin(text: str) -> str:
    """What a page may send as Origin: an http(s) origin, that of an app or an extension, `null`; `*` means any."""
    if text in ("*", "null"):
        return text
    app = _APP_ORIGIN.fullmatch(text.strip())
    if app is not None and app[1].lower() not in ("http", "https"):
        return f"{app[1].lower()}://{app[2]}"
    return origin(text)


def each(read: Callable[[str], Value]) -> Callable[[Sequence[str]], tuple[Value, ...]]:
    """A repeatable option whose values may also stand in one, with commas between."""

    def read_all(texts: Sequence[str]) -> tuple[Value, ...]:
        return tuple(read(part) for text in texts for part in text.split(",") if part.strip())

    return read_all


def rate(text: str) -> float:
    """How many seconds of a sandbox pass in a real one."""
    from mockserver.provider.configuration import rate_of

    return _member(rate_of, "rate", float(text) if re.fullmatch(r"[0-9.]{1,20}(e-?[0-9]{1,2})?", text) else text)


def start(text: str) -> datetime:
    """An aware instant, in UTC."""
    from mockserver.provider.members import instant

    return _member(lambda members: instant(members, "start"), "start", text)


def _member(read: Callable[[dict[str, object]], Value], name: str, value: object) -> Value:
    """A value as the control API reads it."""
    try:
        return read({name: value})
    except InvalidScenario as wrong:
        raise ValueError(wrong.text) from None


def host(text: str) -> str:
    """A host name or address to listen on."""
    bare = text.strip().removeprefix("[").removesuffix("]")
    if not bare or not bare.isascii() or "/" in bare:
        raise ValueError(f"expected a host name or address of this machine, got {text[:60]!r}")
    return bare


def token(text: str) -> str:
    """A secret that stands in a header: at least eight visible ASCII characters. It is not repeated in a complaint."""
    if len(text) < 8 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("expected at least eight visible ASCII characters without a space")
    return text
