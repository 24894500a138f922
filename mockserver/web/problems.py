"""Refusals of the control API as problem+json (RFC 9457): what was wrong, what was expected, the nearest spelling."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from mockserver import MockServerError
from mockserver.domain.invalid_data import InvalidScenario
from mockserver.domain.spelling import nearest
from mockserver.web.wire import json_bytes

__all__ = ["Refused", "nearest", "refused"]


class Refused(MockServerError):
    """A refusal of the control API: an HTTP status, a sentence, and further members of the problem."""

    def __init__(self, status: int, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.members = status, detail, members

    def response(self) -> Response:
        """Return the refusal as a response."""
        body = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        content = json_bytes({**body, "detail": self.detail, **self.members})
        allow = self.members.get("allow")
        headers = {"allow": ", ".join(allow)} if isinstance(allow, list) else None
        return Response(content, self.status, headers, media_type="application/problem+json")


def refused(wrong: InvalidScenario) -> Refused:
    """Return the refusal of a request of which a member is wrong."""
    return Refused(400, str(wrong), member=wrong.path[0])
