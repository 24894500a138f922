"""Gately: the picture from which a clip starts, as raw Base64, as a data URL or as an http(s) URL."""

from __future__ import annotations

from base64 import b64decode
from fractions import Fraction
from typing import Final

from mockserver.domain.clip import PictureRules
from mockserver.domain.problem import Problem
from mockserver.provider.call import Call, Look, Reply
from mockserver.provider.table import Endpoint
from mockserver.providers.gately.upstream import refused

RULES: Final = PictureRules(most_bytes=19_999_999, shortest=301, most_ratio=Fraction(5, 2))
_PLAIN: Final = bytes.maketrans(b"-_", b"+/")


def _is_url(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def source(text: str) -> str | bytes:
    """Return the bytes in a text, or the text itself where it holds none: a URL, or anything at all."""
    if _is_url(text):
        return text
    encoded = text.partition(",")[2] if text[:5].lower() == "data:" else text
    try:
        plain = encoded.encode("ascii").translate(_PLAIN, b" \t\r\n").rstrip(b"=")
        return b64decode(plain + b"=" * (-len(plain) % 4), validate=True) or text
    except ValueError:
        return text


def taken(text: str, call: Call, then: Endpoint) -> Reply:
    """Load the picture of a creation, then go on; see `Call.picture`.

    By default, a text that is no picture gives a picture made from it. `image-rules` refuses such texts, and pictures
    that break the upstream's rules. A URL of another machine is never fetched, so its picture breaks no rule.
    """
    found = source(text)
    if "image-rules" not in call.profile:
        return Look(found, lambda later, digest: _replaced(text, later, digest, then))
    if isinstance(found, str) and not _is_url(found):
        return refused("invalid params", "first_frame_image is neither Base64 nor an http(s) URL")
    return Look(found, lambda later, digest: _judged(later, digest, then), RULES)


def _replaced(text: str, call: Call, digest: str | Problem, then: Endpoint) -> Reply:
    if isinstance(digest, str):
        call.picture = digest
        return then(call)
    # Not the text itself, which may be a URL on this machine that has just failed.
    return Look(f"no picture: {text}", lambda later, made: _judged(later, made, then))


def _judged(call: Call, digest: str | Problem, then: Endpoint) -> Reply:
    if isinstance(digest, Problem):
        return refused("invalid params", digest.text)
    call.picture = digest
    return then(call)
