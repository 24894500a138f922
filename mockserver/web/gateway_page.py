"""Pages that proxies and gateways put in an answer's place."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

PAGE: Final = (
    b"<!DOCTYPE html>\n<html>\n<head><title>One moment, please</title></head>\n"
    b"<body><h1>One moment, please</h1><p>A proxy answered in the server's place.</p></body>\n</html>\n"
)

PHRASES: Final = {
    **{status.value: status.phrase for status in HTTPStatus},
    499: "Client Closed Request",
    520: "Web Server Returned an Unknown Error",
    521: "Web Server Is Down",
    522: "Connection Timed Out",
    523: "Origin Is Unreachable",
    524: "A Timeout Occurred",
    525: "SSL Handshake Failed",
    529: "Site is overloaded",
    598: "Network Read Timeout Error",
    599: "Network Connect Timeout Error",
}
"""What gateways call statuses, also those that no RFC names."""


def gateway_page(status: int) -> bytes:
    """Return the page of a gateway for a status."""
    title = f"{status} {PHRASES.get(status, '')}".rstrip()
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n"
    ).encode("ascii")
