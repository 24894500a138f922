"""The values of options: functions from text to value, whose ValueError says in one line what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Final, TypeVar

from mockserver.cli.spelling import unknown
from mockserver.domain.invalid_data import InvalidScenario

Value = TypeVar("Value")

_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/?", re.IGNORECASE)
_APP_ORIGIN: Final = re.compile(r"([a-z][a-z0-9+.-]{0,60})://([A-Za-z0-9._-]{1,200}(?::[0-9]{1,5})?)/?", re.IGNORECASE)
"""The origin of a page with a scheme of its own: `capacitor://localhost`, `tauri://localhost`, `chrome-extension://ID`.
"""
_SIZE: Final = re.compile(r"([0-9]{1,18})\s*(|kb|mb|gb|tb|kib|mib|gib|tib)", re.IGNORECASE)
_UNITS: Final[dict[str, int]] = {
    "": 1,
    **{f"{prefix}b": 10 ** (3 * power) for power, prefix in enumerate("kmgt", 1)},
    **{f"{prefix}ib": 2 ** (10 * power) for power, prefix in enumerate("kmgt", 1)},
}


def word(*known: str) -> Callable[[str], str]:
    """Return the reader of one of some words."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"unknown value {unknown(text, known)}")
        return text

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return the reader of a whole number between two bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,30}", text) or not least <= int(text) <= most:
            raise ValueError(f"expected a whole number from {least} to {most}, got {text[:60]!r}")
        return int(text)

    return read


def seconds(most: float) -> Callable[[str], float]:
    """Return the reader of seconds up to a bound, perhaps with a fraction."""

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
    """Read a number of bytes, perhaps with a unit: `500MB`, `2GiB`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"expected a number of bytes such as 500MB or 2GiB, got {text[:60]!r}")
    return int(found[1]) * _UNITS[found[2].lower()]


def origin(text: str) -> str:
    """Read an http(s) origin as a browser writes it: lower case, no default port, no slash at the end."""
    found = _ORIGIN.fullmatch(text.strip())
    if found is None or (found[3] and not 1 <= int(found[3]) <= 65535):
        raise ValueError(f"expected an http(s) origin such as https://mock.example:8443, got {text[:120]!r}")
    scheme, host = found[1].lower(), found[2].lower()
    is_default = found[3] is None or int(found[3]) == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" + ("" if is_default else f":{int(found[3])}")


def public_url(text: str) -> str:
    """An http(s) origin, perhaps with a path under which a proxy offers the server; no slash at the end."""
    scheme, mark, rest = text.strip().partition("://")
    host, _, path = rest.partition("/")
    path = path.rstrip("/")
    is_path = not path or re.fullmatch(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*", path) is not None
    if not is_path or path.split("/")[0] == "_mock" or {".", ".."} & set(path.split("/")):
        told = "expected an http(s) URL whose path has plain segments, such as https://gateway.example/mock"
        raise ValueError(f"{told}, got {text[:120]!r}")
    return origin(scheme + mark + host) + (f"/{path}" if path else "")


def page_origin(text: str) -> str:
    """Read an Origin of a page: an http(s) origin, that of an app or an extension, or `null`; `*` stands for all."""
    if text in ("*", "null"):
        return text
    app = _APP_ORIGIN.fullmatch(text.strip())
    if app is not None and app[1].lower() not in ("http", "https"):
        return f"{app[1].lower()}://{app[2]}"
    return origin(text)


def each(read: Callable[[str], Value]) -> Callable[[Sequence[str]], tuple[Value, ...]]:
    """Return the reader of a repeatable option whose values may also come in one text, with commas between."""

    def read_all(texts: Sequence[str]) -> tuple[Value, ...]:
        return tuple(read(part) for text in texts for part in text.split(",") if part.strip())

    return read_all


def rate(text: str) -> float:
    """Read the seconds of a sandbox that pass in one real second."""
    from mockserver.provider.configuration import rate_of

    return _member(rate_of, "rate", float(text) if re.fullmatch(r"[0-9.]{1,20}(e-?[0-9]{1,2})?", text) else text)


def webhook_secret(text: str) -> str:
    """A secret that signs webhooks; never shown."""
    from mockserver.domain.webhook_signature import key_of

    key_of(text.strip())
    return text.strip()


def budget(text: str) -> Decimal:
    """US dollars that jobs may cost."""
    from mockserver.provider.members import budget_of

    return _member(budget_of, "budget_usd", float(text) if re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,6})?", text) else text)


def start(text: str) -> datetime:
    """Read an aware instant, in UTC."""
    from mockserver.provider.members import instant

    return _member(lambda members: instant(members, "start"), "start", text)


def _member(read: Callable[[dict[str, object]], Value], name: str, value: object) -> Value:
    """Read a value as the control API does."""
    try:
        return read({name: value})
    except InvalidScenario as wrong:
        raise ValueError(wrong.text) from None


def host(text: str) -> str:
    """Read a host name or address to listen on."""
    bare = text.strip().removeprefix("[").removesuffix("]")
    if not bare or not bare.isascii() or "/" in bare:
        raise ValueError(f"expected a host name or address of this machine, got {text[:60]!r}")
    return bare


def token(text: str) -> str:
    """Read a secret for a header: at least eight visible ASCII characters. A message never repeats it."""
    if len(text) < 8 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("expected at least eight visible ASCII characters without a space")
    return text
