"""Signatures of webhooks: the published example, rotation, and what does not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.webhook_signature import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    BadSecret,
    BadSignature,
    key_of,
    signature,
    signature_headers,
    verify,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXAMPLE = b'{"test": 2432232314}'
NOW = 1614265330
"""The example of the specification's reference libraries."""
KEYS = st.binary(min_size=24, max_size=64)


def sent(*keys: bytes, body: bytes = EXAMPLE, at: int = NOW) -> dict[str, str]:
    return dict(signature_headers(keys, "msg_1", at, body))


def test_the_published_example_has_the_published_signature() -> None:
    told = signature(key_of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, EXAMPLE)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(KEYS, KEYS, st.binary(max_size=40))
def test_each_secret_of_a_rotation_verifies(old: bytes, new: bytes, body: bytes) -> None:
    headers = sent(old, new, body=body)
    assert len(headers[SIGNATURE].split(" ")) == 2
    for key in (old, new):
        verify(key, headers, body, NOW)


@pytest.mark.parametrize(
    ("change", "body", "now", "why"),
    [
        ({ID: ""}, EXAMPLE, NOW, "webhook-id is missing"),
        ({SIGNATURE: ""}, EXAMPLE, NOW, "webhook-signature is missing"),
        ({TIMESTAMP: "soon"}, EXAMPLE, NOW, "no whole number"),
        ({TIMESTAMP: str(NOW + 1)}, EXAMPLE, NOW, "no signature fits"),
        ({}, b"{}", NOW, "no signature fits"),
        ({SIGNATURE: "v1,AAAA v2,AAAA"}, EXAMPLE, NOW, "no signature fits"),
        ({}, EXAMPLE, NOW + 301, "301 s old"),
        ({}, EXAMPLE, NOW - 301, "301 s far in the future"),
    ],
)
def test_what_does_not_hold_is_told(change: dict[str, str], body: bytes, now: int, why: str) -> None:
    with pytest.raises(BadSignature, match=why):
        verify(key_of(SECRET), {**sent(key_of(SECRET)), **change}, body, now)


@pytest.mark.parametrize(
    "secret", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_short", "whsec_\u00e9", "whsec_A" * 20]
)
def test_a_text_that_is_no_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(BadSecret) as refused:
        key_of(secret)
    assert "24 to 64 bytes in base64" in str(refused.value)
    assert secret in ("", "whsec_") or secret not in str(refused.value)
