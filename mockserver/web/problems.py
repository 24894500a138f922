"""Our own refusals: problem+json (RFC 9457) that say what was wrong, what was expected and the nearest spelling."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from http import HTTPStatus

from starlette.responses import Response

from mockserver.web.wire import json_bytes


class Refused(Exception):
    """A refusal of the control API: an HTTP status and a sentence, with members of its own."""

    def __init__(self, status: int, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.members = status, detail, members

    def response(self) -> Response:
        """The refusal as it goes out."""
        body = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        content = json_bytes({**body, "detail": self.detail, **self.members})
        allow = self.members.get("allow")
        headers = {"allow": ", ".join(allow)} if isinstance(allow, list) else None
        return Response(content, self.status, headers, media_type="application/problem+json")


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` when a known spelling is near, else a list of them all."""
    choices = list(known)
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(choices)}"
