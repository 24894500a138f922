"""Pictures that a clip is to start from: decoded, fetched from loopback, or made from the digest of a URL."""

from __future__ import annotations

import asyncio
from http.client import HTTPException
from io import BytesIO
from typing import Final, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from mockserver.domain.clip import BadImage, Picture, PictureRules
from mockserver.domain.loopback import is_loopback
from mockserver.ports import OWN_USER_AGENT

MOST_BYTES: Final = 32_000_000
PATIENCE_SECONDS: Final = 10.0
_ORIENTATION: Final = 0x0112  # an Exif tag
_ON_ITS_SIDE: Final = (5, 6, 7, 8)


class PictureStore(Protocol):
    """What keeps pictures; both calls are slow and belong into a worker thread."""

    def adopt_image(self, data: bytes) -> str:
        """Keep the pixels of a picture; its digest."""
        ...

    def image_from_digest(self, text: str) -> str:
        """Keep a picture made from a text; its digest."""
        ...


class _NoRedirects(HTTPRedirectHandler):
    """A redirect could lead from loopback to anywhere."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow none."""
        return


class LoopbackPictures:
    """The port `Pictures`: only URLs that lead to this machine are fetched."""

    def __init__(self, store: PictureStore) -> None:
        self._store = store
        self._opener = build_opener(ProxyHandler({}), _NoRedirects())

    async def take(self, source: str | bytes, rules: PictureRules | None = None) -> Picture:
        """The stored picture."""
        if isinstance(source, bytes):
            return await asyncio.to_thread(self._kept, source, rules)
        if not leads_to_loopback(source):
            return Picture(await asyncio.to_thread(self._store.image_from_digest, source))
        return await asyncio.to_thread(self._fetched, source, rules)

    def _kept(self, data: bytes, rules: PictureRules | None) -> Picture:
        digest = self._store.adopt_image(data)
        # Judged afterwards: what cannot be decoded has no size. Only the picture's head is read once more.
        size = _size(data)
        broken = rules.broken(len(data), *size) if rules is not None else ""
        if broken:
            raise BadImage(broken)
        return Picture(digest, size)

    def _fetched(self, url: str, rules: PictureRules | None) -> Picture:
        request = Request(url, headers={"User-Agent": OWN_USER_AGENT})  # noqa: S310  (loopback, http(s))
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                data: bytes = answer.read(MOST_BYTES + 1)
        except HTTPError as refused:
            refused.close()  # it holds the connection, which nobody else closes
            raise BadImage(f"no picture at the URL: {refused}") from refused
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise BadImage(f"no picture at the URL: {error}") from error
        if len(data) > MOST_BYTES:
            raise BadImage(f"the picture is longer than {MOST_BYTES} bytes")
        return self._kept(data, rules)


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture that was decoded before, the way up that its maker meant it."""
    from PIL import Image  # Pillow is loaded on first use only

    with Image.open(BytesIO(data)) as picture:
        width, height = picture.size
        return (height, width) if picture.getexif().get(_ORIENTATION, 1) in _ON_ITS_SIDE else (width, height)


def leads_to_loopback(url: str) -> bool:
    """Return whether an http or https URL leads to this machine, by its own spelling: no name is looked up."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and is_loopback((parts.hostname or "").lower())
    except ValueError:
        return False
