"""Links as storage hosts sign them, and what such a host answers (the profile word `signed-links`).

The form is that of the storage vendors' public pages on presigned URLs: a date, a life in seconds and a signature in
the query. Nothing is kept of a link: a signature is made of the path and the query again and compared.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Answer, Call

WORD: Final = "signed-links"
SAYS: Final = "Links to files are signed, end, and lead to a host with the rules of object storage."
LIFE: Final = timedelta(hours=1)
"""How long a link lives where a provider says nothing else."""
STAMP: Final = "%Y%m%dT%H%M%SZ"
KEY: Final = b"mockserver storage"
"""The signing key. It keeps no secret: a changed link is noticed by it."""
OTHER_NAMES: Final = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
"""The two names of this machine that lead to the same server and are different origins."""
STORAGE: Final = "storage"
"""The member of a problem's detail that names the error of the storage host."""

ERRORS: Final = {
    "AccessDenied": (403, "Access Denied"),
    "Expired": (403, "Request has expired"),
    "SignatureDoesNotMatch": (
        403,
        "The request signature we calculated does not match the signature you provided. Check your key and method.",
    ),
    "InvalidArgument": (400, "Only one auth mechanism allowed"),
}
"""Status and message of each error."""


def other_origin(origin: str) -> str:
    """Return another origin that leads to the same server; the same where there is none."""
    scheme, _, rest = origin.partition("://")
    host, _, path = rest.partition("/")
    name, colon, port = host.partition(":")
    return f"{scheme}://{OTHER_NAMES.get(name, name)}{colon}{port}" + (f"/{path}" if path else "")


def file_link(files: str, path: str, profile: frozenset[str], at: datetime, life: timedelta = LIFE) -> str:
    """Return the link to a file, signed at an instant where the profile says so."""
    return files + path + (f"?{_query(path, at.strftime(STAMP), life)}" if WORD in profile else "")


def _query(path: str, stamp: str, life: timedelta) -> str:
    """Return the query of a signed link; `stamp` is the instant at which it was signed."""
    seconds = str(int(life.total_seconds()))
    signed = f"GET\n{unquote(path)}\n{stamp}\n{seconds}".encode("utf-8", "surrogatepass")
    return urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"MOCKSERVER/{stamp[:8]}/us-east-1/s3/aws4_request",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": seconds,
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": hmac.new(KEY, signed, sha256).hexdigest(),
        },
        quote_via=quote,
    )


def signed_file(call: Call) -> bool:
    """Return whether a call asks a host with the rules of object storage."""
    operation = call.operation
    return WORD in call.profile and operation is not None and operation.is_public and operation.owner is not None


def link_problem(call: Call) -> Problem | None:
    """Return what the storage host refuses a call for, in the order in which it looks."""
    if not signed_file(call):
        return None
    given = dict(parse_qsl(call.query_string, keep_blank_values=True))
    if "X-Amz-Signature" not in given:
        return _refused("AccessDenied", "the link is not signed")
    if b"authorization" in call.headers:
        return _refused("InvalidArgument", "a header Authorization stands beside the signature")
    if call.is_head:
        return method_problem()
    try:
        signed = datetime.strptime(given.get("X-Amz-Date", ""), STAMP).replace(tzinfo=UTC)
        life = timedelta(seconds=int(given.get("X-Amz-Expires", "")))
        wanted = dict(parse_qsl(_query(call.raw_path, given["X-Amz-Date"], life), keep_blank_values=True))
        ends = signed + life
    except (ValueError, OverflowError):
        return _refused("SignatureDoesNotMatch", "the link has no date or no life")
    if given != wanted:
        return _refused("SignatureDoesNotMatch", "the link was changed")
    return _refused("Expired", f"the link ended at {ends.isoformat()}") if call.now >= ends else None


def method_problem() -> Problem:
    """Return the refusal of another method than the one that a link is signed for."""
    return _refused("SignatureDoesNotMatch", "the link is signed for GET")


def is_signed(call: Call) -> bool:
    """Return whether a call comes with the signature of a link."""
    return "X-Amz-Signature=" in call.query_string


def _refused(error: str, why: str) -> Problem:
    return Problem(ProblemKind.FORBIDDEN, f"signed-links: {why}", detail={STORAGE: error})


def storage_answer(problem: Problem, call: Call) -> Answer | None:
    """Return the storage host's answer to a problem of its own; None where the problem is the provider's."""
    error = problem.detail.get(STORAGE)
    if error is None:
        return None
    status, message = ERRORS[str(error)]
    code = "AccessDenied" if error == "Expired" else str(error)
    request = call.chance.text(0, 16).upper()
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
        f"<RequestId>{request}</RequestId></Error>"
    )
    headers = [(b"x-amz-request-id", request.encode("ascii"))]
    return Answer(status, body.encode("ascii"), headers, content_type="application/xml", problem=problem)
