"""No key stands in a journal. Where one stood, a mark says so: `[key]` for a known key, `[secret]` for what stood in a
place of keys and is not known.

A key is looked for in every spelling under which it may stand in bytes. One of fewer than eight characters is redacted
only in the places of keys: it is no secret, and would be found in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus, unquote_to_bytes
from zlib import crc32

MARK: Final = b"[key]"
SECRET: Final = b"[secret]"
SHORTEST: Final = 8

KEY_HEADERS: Final = frozenset({b"authorization", b"proxy-authorization", b"x-api-key", b"api-key"})
"""Headers whose whole value is a secret, but for the scheme."""
KEY_NAMES: Final = frozenset({"key", "api_key", "apikey", "api-key", "token", "access_token"})
"""Parameters and members whose value is a secret, in lower case."""

Print = tuple[int, int, bytes]
"""How bytes that are not kept can be recognised: their length, checksum and digest."""

_PLAIN: Final = re.compile(rb"[A-Za-z0-9._~-]*")
_FIELD: Final = re.compile(
    rb'("(?:(?:api[_-]?)?key|(?:access_)?token)"\s*:\s*)'
    rb'(?:"((?:[^"\\]|\\.)*)"|(-?[0-9][0-9.eE+-]*)|(\[)[^\]]+(?:\]|$)|\{[^}]+(?:\}|$))',
    re.DOTALL | re.IGNORECASE,
)
_PART: Final = re.compile(
    rb'(;\s*name="?(?:(?:api[_-]?)?key|(?:access_)?token)"?[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n)(.*?)(?=\r?\n--|$)',
    re.DOTALL | re.IGNORECASE,
)
"""A part of multipart/form-data: its head, and its value."""
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_TOKEN: Final = re.compile(r"[^\s&=?/;,:\"'<>]+")
_CONTROL: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def is_plain(key: bytes) -> bool:
    """Whether no encoding spells this key in another way."""
    return _PLAIN.fullmatch(key) is not None


def forms(key: str) -> tuple[bytes, ...]:
    """The spellings of a key, longest first; none for one that is too short to be looked for."""
    if len(key) < SHORTEST:
        return ()
    raw = key.encode("utf-8", "surrogatepass")
    if is_plain(raw):
        return (raw,)
    found = {raw, *_latin(key)}
    for text in {key, *(one.decode("utf-8", "replace") for one in _latin(key))}:
        in_json = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        in_json |= {one.replace("/", "\\/") for one in in_json}
        shown = {repr(text)[1:-1], text, json.dumps(repr(text)[1:-1])[1:-1]}
        shown |= {one.encode("ascii", "backslashreplace").decode() for one in shown}
        plain = text.encode("utf-8", "surrogatepass")
        in_urls = {quote(plain, safe=""), quote(plain), quote_plus(plain)}
        in_urls |= {re.sub("%..", lambda found: found[0].lower(), one) for one in in_urls}
        found |= {one.encode("utf-8", "surrogatepass") for one in in_json | shown | in_urls}
    return tuple(sorted((one for one in found if one), key=len, reverse=True))


def _latin(key: str) -> list[bytes]:
    try:
        return [key.encode("latin-1")]
    except UnicodeEncodeError:
        return []


def replaced(data: bytes, spellings: Iterable[bytes]) -> bytes:
    """The bytes with a mark in the place of every spelling."""
    for one in spellings:
        if one in data:
            data = data.replace(one, MARK)
    return data


def unhidden(data: bytes, spellings: tuple[bytes, ...]) -> bytes:
    """`replaced`, also where escapes of JSON or of URLs hide a key; what hid one is written anew."""
    data = replaced(data, spellings)
    if not spellings:
        return data
    if b"\\" in data and _stands(spellings, plain := unescaped(data)):
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            data = replaced(plain, spellings)
        else:
            data = json.dumps(_walked(value, spellings), ensure_ascii=False).encode("utf-8", "surrogatepass")
    if b"%" in data and _stands(spellings, plain := unquote_to_bytes(data)):
        data = replaced(plain, spellings)
    return data


def _stands(spellings: Iterable[bytes], data: bytes) -> bool:
    return any(one in data for one in spellings)


def unescaped(data: bytes) -> bytes:
    """Bytes with the escapes of JSON strings resolved, whether or not they are JSON."""
    text = _ESCAPE.sub(_character, data.decode("utf-8", "surrogateescape"))
    # Two halves of a pair that were escaped one by one become the character that they stand for.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.encode("utf-8", "replace")


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _CONTROL.get(found[2], found[2])


def _walked(value: Any, spellings: tuple[bytes, ...]) -> Any:
    """A JSON value with the keys in its strings and names replaced."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return replaced(raw, spellings).decode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return [_walked(one, spellings) for one in value]
    if isinstance(value, dict):
        return {_walked(name, spellings): _walked(one, spellings) for name, one in value.items()}
    return value


# ---- the places of keys


def header_value(name: bytes, value: bytes, is_key: Callable[[str], bool]) -> bytes:
    """A header's value without the secret that it is: only the scheme stays."""
    if name not in KEY_HEADERS:
        return value
    scheme, space, rest = value.partition(b" ") if b"authorization" in name else (b"", b"", value)
    if not space:
        scheme, rest = b"", value
    if MARK in rest:
        return value
    secret = rest.strip().decode("latin-1")
    known = bool(secret) and is_key(secret)
    return scheme + space + (MARK if known else SECRET if secret else b"")


def query(text: bytes, is_key: Callable[[str], bool], spellings: tuple[bytes, ...]) -> bytes:
    """A query without keys: neither as the value of a parameter for keys nor anywhere else."""
    parts = []
    for part in text.split(b"&"):
        name, equals, value = part.partition(b"=")
        plain = unquote_plus(value.decode("latin-1"))
        if plain and is_key(plain):
            value = MARK
        elif plain and MARK not in value and unquote_plus(name.decode("latin-1")).lower() in KEY_NAMES:
            value = SECRET
        parts.append(name + equals + value)
    return unhidden(b"&".join(parts), spellings)


def fields(body: bytes, is_key: Callable[[str], bool]) -> bytes:
    """A JSON body, or what resembles one, without the values of its members `key` and those of `KEY_NAMES`.

    What should be one string and is a number, a list or an object stays one, so that it is judged as what it was.
    """

    def hidden(found: re.Match[bytes]) -> bytes:
        name, text, number, opening = found.groups()
        if text is None:
            return name + (b"0" if number else b'["' + SECRET + b'"]' if opening else b'{"' + SECRET + b'": 0}')
        if not text or MARK in text:
            return found[0]
        known = is_key(unescaped(text).decode("utf-8", "replace"))
        return name + b'"' + (MARK if known else SECRET) + b'"'

    return _FIELD.sub(hidden, body) if has_field(body) else body


def has_field(body: bytes) -> bool:
    """Whether a body may have a member whose value is a secret."""
    return body.find(b'ey"') >= 0 or body.find(b'oken"') >= 0 or body.find(b'EY"') >= 0 or body.find(b'OKEN"') >= 0


def form(body: bytes, is_key: Callable[[str], bool]) -> bytes:
    """A body that is a form, or resembles one, without the values of its fields for keys."""

    def hidden(found: re.Match[bytes]) -> bytes:
        value = found[2].strip()
        return found[1] + (MARK if is_key(value.decode("utf-8", "replace")) else SECRET if value else b"")

    if b"=" not in body or body[:1] in (b"{", b"["):
        return body
    return _PART.sub(hidden, body) if body.startswith(b"--") else query(body, is_key, ())


def is_marked(body: bytes) -> bool:
    """Whether the only member for a key of a body has the mark as its value already."""
    found = _FIELD.findall(body)
    return len(found) == 1 and found[0][1] == MARK


def tokens(text: str) -> Iterator[str]:
    """The words of a URL or a header, decoded, in which a key may stand."""
    for one in _TOKEN.findall(unquote(text)):
        if len(one) >= SHORTEST:
            yield one


# ---- keys that are not kept, and may come back


def prints(spellings: Iterable[bytes]) -> tuple[Print, ...]:
    """How to recognise these bytes later without keeping them."""
    return tuple((len(one), crc32(one), blake2b(one, digest_size=16).digest()) for one in spellings)


def recognised(data: bytes, known: Iterable[Print]) -> bytes:
    """The bytes with a mark wherever something of a known print stands."""
    for length, checksum, digest in sorted(known, reverse=True):
        start = 0
        while start + length <= len(data):
            window = data[start : start + length]
            if crc32(window) == checksum and blake2b(window, digest_size=16).digest() == digest:
                data = data[:start] + MARK + data[start + length :]
                start += len(MARK)
            else:
                start += 1
    return data
