"""No key stands in what was redacted, under whichever spelling it stood there before."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import redaction
from mockserver.domain.redaction import MARK

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=30).filter(lambda key: "[key]" not in key)
PLACES = [
    lambda key: key.encode(),
    lambda key: json.dumps({"a": f"x{key}y"}).encode(),
    lambda key: json.dumps([f"x{key}y"], ensure_ascii=False).encode(),
    lambda key: json.dumps({key: 1}).replace("/", "\\/").encode(),
    lambda key: f"/a/{quote(key, safe='')}/b".encode(),
    lambda key: f"http://127.0.0.1/x?y={quote_plus(key)}&z".encode(),
    lambda key: json.dumps({"url": f"http://127.0.0.1/{quote(key)}"}).encode(),
    lambda key: ('{"a": "' + "".join(f"\\u{unit:04x}" for unit in units(key)) + '"}').encode(),
    lambda key: ('no JSON "' + "".join(f"\\u{unit:04X}" for unit in units(key))).encode(),
]


def units(text: str) -> list[int]:
    raw = text.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def readings(data: bytes) -> list[str]:
    """A text as it stands, and as whoever unescapes it reads it."""
    text = data.decode("utf-8", "replace")
    return [text, redaction.unescaped(data).decode("utf-8", "replace"), unquote(text), unquote(text.replace("+", " "))]


@pytest.mark.parametrize("place", PLACES)
@given(key=KEYS)
def test_a_key_is_found_under_every_spelling(place: object, key: str) -> None:
    data = place(key)  # type: ignore[operator]
    shown = redaction.redact_encoded(data, redaction.spellings_of(key))
    assert MARK in shown
    assert not any(key in reading for reading in readings(shown))


@given(key=KEYS, text=st.text(max_size=40))
def test_what_has_no_key_stays_as_it_is(key: str, text: str) -> None:
    data = json.dumps({"prompt": text}).encode()
    if not any(key in reading for reading in readings(data)):
        assert redaction.redact_literal(data, redaction.spellings_of(key)) == data


def test_a_short_key_is_no_secret() -> None:
    assert redaction.spellings_of("1234567") == ()
    assert redaction.redact_encoded(b"1234567", ()) == b"1234567"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        (b"authorization", b"Bearer good", b"Bearer [key]"),
        (b"authorization", b"bearer   good", b"bearer [key]"),
        (b"authorization", b"Bearer other", b"Bearer [secret]"),
        (b"authorization", b"good", b"[key]"),
        (b"authorization", b"Bearer ", b"Bearer "),
        (b"authorization", b"Bearer sk-[key]", b"Bearer sk-[key]"),
        (b"proxy-authorization", b"Basic abc", b"Basic [secret]"),
        (b"x-api-key", b"good", b"[key]"),
        (b"x-api-key", b"other thing", b"[secret]"),
        (b"user-agent", b"good", b"good"),
    ],
)
def test_a_header_for_keys_shows_only_its_scheme(name: bytes, value: bytes, shown: bytes) -> None:
    assert redaction.redact_header(name, value, {"good"}.__contains__) == shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (b"key=good&a=1", b"key=[key]&a=1"),
        (b"KEY=other", b"KEY=[secret]"),
        (b"api%5Fkey=other&key", b"api%5Fkey=[secret]&key"),
        (b"a=good", b"a=[key]"),
        (b"a=1&b=", b"a=1&b="),
        (b"", b""),
    ],
)
def test_a_query_shows_no_key(query: bytes, shown: bytes) -> None:
    assert redaction.redact_query(query, {"good"}.__contains__, ()) == shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"key":"good","a":1}', b'{"key":"[key]","a":1}'),
        (b'{"key" : "other"}', b'{"key" : "[secret]"}'),
        (b'{"key": 12.5e3, "x": {"key": "y\\"z"}}', b'{"key": 0, "x": {"key": "[secret]"}}'),
        (b'{"key": "\\u0067ood"}', b'{"key": "[key]"}'),
        (b'{"key": "oth', b'{"key": "oth'),
        (b'{"key": "", "a": "key"}', b'{"key": "", "a": "key"}'),
        (b'{"keys": "good"}', b'{"keys": "good"}'),
        (b'{"key": ["good", "other"], "a": 1}', b'{"key": ["[secret]"], "a": 1}'),
        (b'{"key": {"a": "good"}}', b'{"key": {"[secret]": 0}}'),
        (b'{"key": [], "a": {}}', b'{"key": [], "a": {}}'),
        (
            b'{"api_key": "good", "apiKey": "b", "access_token": "c"}',
            b'{"api_key": "[key]", "apiKey": "[secret]", "access_token": "[secret]"}',
        ),
        (b'{"monkey": "good"}', b'{"monkey": "good"}'),
    ],
)
def test_a_member_key_shows_no_value(body: bytes, shown: bytes) -> None:
    assert redaction.redact_members(body, {"good"}.__contains__) == shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"key=good&prompt=a", b"key=[key]&prompt=a"),
        (b"prompt=a&api_key=other", b"prompt=a&api_key=[secret]"),
        (b"a=1&b=good", b"a=1&b=[key]"),
        (b"not a form", b"not a form"),
        (
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\ngood\r\n--x--\r\n',
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n[key]\r\n--x--\r\n',
        ),
        (
            b"--x\r\ncontent-disposition: form-data; name=key\r\nContent-Type: text/plain\r\n\r\nother\r\n--x--",
            b"--x\r\ncontent-disposition: form-data; name=key\r\nContent-Type: text/plain\r\n\r\n[secret]\r\n--x--",
        ),
    ],
)
def test_a_form_shows_no_key(body: bytes, shown: bytes) -> None:
    """As clients send it that take a provider's JSON for a form."""
    assert redaction.redact_form(body, {"good"}.__contains__) == shown


def test_the_one_member_key_that_is_marked_already() -> None:
    assert redaction.is_marked(b'{"key": "[key]"}')
    assert not redaction.is_marked(b'{"key": "[key]", "a": {"key": "b"}}')
    assert not redaction.is_marked(b'{"key": "[key]", "api_key": "b"}')
    assert not redaction.is_marked(b'{"key": "x[key]"}')
    assert not redaction.is_marked(b"{}")


@given(key=KEYS, before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_what_is_not_kept_is_recognised_by_its_print(key: str, before: bytes, after: bytes) -> None:
    raw = key.encode()
    known = redaction.fingerprints([raw])
    assert redaction.redact_fingerprints(before + raw + after + raw, known).count(MARK) >= 2
    assert raw not in redaction.redact_fingerprints(before + raw + after, known)
    assert raw not in repr(known).encode()
