"""Redaction of keys. A mark takes the place of each key: `[key]` for a known one, `[secret]` for an unknown value in a
place of keys.

A key is searched for in every spelling that it may have in bytes. A key of fewer than eight characters is redacted
only in the places of keys: it is no secret, and ordinary words would contain it.
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

Fingerprint = tuple[int, int, bytes]
"""Recognises bytes that are not kept: their length, CRC-32 and BLAKE2b digest of 16 bytes."""

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
    """Return whether every encoding spells this key in the same way."""
    return _PLAIN.fullmatch(key) is not None


def spellings_of(key: str) -> tuple[bytes, ...]:
    """Return the spellings of a key, longest first; none for a key of fewer than `SHORTEST` characters."""
    if len(key) < SHORTEST:
        return ()
    raw = key.encode("utf-8", "surrogatepass")
    if is_plain(raw):
        return (raw,)
    found = {raw, *_latin(key)}
    for text in {key, *(one.decode("utf-8", "replace") for one in _latin(key))}:
        in_json = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
        in_json |= {one.replace("/", "\\/") for one in in_json}
        in_repr = {repr(text)[1:-1], text, json.dumps(repr(text)[1:-1])[1:-1]}
        in_repr |= {one.encode("ascii", "backslashreplace").decode() for one in in_repr}
        plain = text.encode("utf-8", "surrogatepass")
        in_urls = {quote(plain, safe=""), quote(plain), quote_plus(plain)}
        in_urls |= {re.sub("%..", lambda found: found[0].lower(), one) for one in in_urls}
        found |= {one.encode("utf-8", "surrogatepass") for one in in_json | in_repr | in_urls}
    return tuple(sorted((one for one in found if one), key=len, reverse=True))


def _latin(key: str) -> list[bytes]:
    try:
        return [key.encode("latin-1")]
    except UnicodeEncodeError:
        return []


def redact_literal(data: bytes, spellings: Iterable[bytes]) -> bytes:
    """Return the bytes with a mark in the place of every spelling."""
    for one in spellings:
        if one in data:
            data = data.replace(one, MARK)
    return data


def redact_encoded(data: bytes, spellings: tuple[bytes, ...]) -> bytes:
    """Return the bytes with a mark in the place of every spelling, also of one that JSON or URLs escape.

    Text in which a key was escaped is decoded or, as JSON, written again.
    """
    data = redact_literal(data, spellings)
    if not spellings:
        return data
    if b"\\" in data and _has_any(spellings, plain := unescaped(data)):
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            data = redact_literal(plain, spellings)
        else:
            data = json.dumps(_redact_json(value, spellings), ensure_ascii=False).encode("utf-8", "surrogatepass")
    if b"%" in data and _has_any(spellings, plain := unquote_to_bytes(data)):
        data = redact_literal(plain, spellings)
    return data


def _has_any(spellings: Iterable[bytes], data: bytes) -> bool:
    return any(one in data for one in spellings)


def unescaped(data: bytes) -> bytes:
    """Return the bytes with the escapes of JSON strings resolved, whether or not they are JSON."""
    text = _ESCAPE.sub(_character, data.decode("utf-8", "surrogateescape"))
    # Two halves of a pair that were escaped one by one become the character that they stand for.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.encode("utf-8", "replace")


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _CONTROL.get(found[2], found[2])


def _redact_json(value: Any, spellings: tuple[bytes, ...]) -> Any:
    """Return a JSON value with the keys in its strings and member names replaced."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return redact_literal(raw, spellings).decode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return [_redact_json(one, spellings) for one in value]
    if isinstance(value, dict):
        return {_redact_json(name, spellings): _redact_json(one, spellings) for name, one in value.items()}
    return value


# ---- the places of keys


def redact_header(name: bytes, value: bytes, is_key: Callable[[str], bool]) -> bytes:
    """Return a header's value without its secret: only the scheme stays."""
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


def redact_query(text: bytes, is_key: Callable[[str], bool], spellings: tuple[bytes, ...]) -> bytes:
    """Return a query without keys, be they values of a parameter for keys or anywhere else."""
    parts = []
    for part in text.split(b"&"):
        name, equals, value = part.partition(b"=")
        plain = unquote_plus(value.decode("latin-1"))
        if plain and is_key(plain):
            value = MARK
        elif plain and MARK not in value and unquote_plus(name.decode("latin-1")).lower() in KEY_NAMES:
            value = SECRET
        parts.append(name + equals + value)
    return redact_encoded(b"&".join(parts), spellings)


def redact_members(body: bytes, is_key: Callable[[str], bool]) -> bytes:
    """Return a JSON body, or one that resembles JSON, without the values of its members for keys (`KEY_NAMES`).

    A value that should be a string and is a number, a list or an object stays one, so that its verdict stays.
    """

    def redacted(found: re.Match[bytes]) -> bytes:
        name, text, number, opening = found.groups()
        if text is None:
            return name + (b"0" if number else b'["' + SECRET + b'"]' if opening else b'{"' + SECRET + b'": 0}')
        if not text or MARK in text:
            return found[0]
        known = is_key(unescaped(text).decode("utf-8", "replace"))
        return name + b'"' + (MARK if known else SECRET) + b'"'

    return _FIELD.sub(redacted, body) if has_key_member(body) else body


def has_key_member(body: bytes) -> bool:
    """Return whether a body may have a member for a key."""
    return body.find(b'ey"') >= 0 or body.find(b'oken"') >= 0 or body.find(b'EY"') >= 0 or body.find(b'OKEN"') >= 0


def redact_form(body: bytes, is_key: Callable[[str], bool]) -> bytes:
    """Return a body that is a form, or resembles one, without the values of its fields for keys."""

    def redacted(found: re.Match[bytes]) -> bytes:
        value = found[2].strip()
        return found[1] + (MARK if is_key(value.decode("utf-8", "replace")) else SECRET if value else b"")

    if b"=" not in body or body[:1] in (b"{", b"["):
        return body
    return _PART.sub(redacted, body) if body.startswith(b"--") else redact_query(body, is_key, ())


def is_marked(body: bytes) -> bool:
    """Return whether the body has one member for a key, and its value is the mark already."""
    found = _FIELD.findall(body)
    return len(found) == 1 and found[0][1] == MARK


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a URL or a header, decoded, that may be keys."""
    for one in _TOKEN.findall(unquote(text)):
        if len(one) >= SHORTEST:
            yield one


# ---- keys that are not kept, and may come back


def fingerprints(spellings: Iterable[bytes]) -> tuple[Fingerprint, ...]:
    """Return what recognises these bytes later without keeping them."""
    return tuple((len(one), crc32(one), blake2b(one, digest_size=16).digest()) for one in spellings)


def redact_fingerprints(data: bytes, known: Iterable[Fingerprint]) -> bytes:
    """Return the bytes with a mark in the place of everything that has a known fingerprint."""
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
