"""The promise over HTTP: documents, schemas and the page to read them."""

from __future__ import annotations

import json
import re

import pytest

from mockserver.provider.discovery import discover
from mockserver.testing import MockServer

PROVIDERS = discover()


def get(server: MockServer, path: str) -> tuple[int, str, bytes]:
    status, headers, content = server.request("GET", path)
    return status, dict(headers)["content-type"], content


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_document_is_served_under_any_profile(name: str, server: MockServer) -> None:
    """Default and every word: an OpenAPI 3.1 document whose servers are this one."""
    for word in ("", *(word.name for word in PROVIDERS[name].words)):
        status, kind, content = get(server, f"/_mock/openapi/{name}.json?profile={word}")
        document = json.loads(content)
        assert (status, kind, document["openapi"][:3]) == (200, "application/json", "3.1")
        assert document["servers"] == [{"url": server.url}]


def test_every_schema_is_served(server: MockServer) -> None:
    """The list leads to each generated schema, and each says its own $id."""
    paths = json.loads(get(server, "/_mock/schemas")[2])["schemas"]
    assert len(paths) > 100
    for path in paths:
        status, kind, content = get(server, path)
        assert (status, kind) == (200, "application/schema+json")
        assert "$id" in json.loads(content)


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_page_names_no_foreign_host(name: str, server: MockServer) -> None:
    """The reference page and its stylesheet load nothing from elsewhere, and its script is served here."""
    status, kind, page = get(server, f"/_mock/reference/{name}")
    assert (status, kind.split(";")[0]) == (200, "text/html")
    assert re.findall(rb"(?:https?:)?//[a-z]", page) == []
    linked = re.findall(rb'(?:src|href)="(?!data:)([^"]+)"', page)
    assert [get(server, path.decode())[0] for path in linked] == [200, 200]
    style = get(server, "/_mock/reference/assets/swagger-ui.css")[2]
    assert re.findall(rb"(?:@import|url\()\s*['\"]?(?:https?:)?//", style) == []
    assert b"Content-Security-Policy" in page


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/_mock/openapi/tensoron.json", "did you mean tensorone?"),
        ("/_mock/openapi/tensorone.json?profile=created-200", "did you mean created-202?"),
        ("/_mock/reference/tensorone?profile=created-200", "did you mean created-202?"),
        ("/_mock/schemas/gately/requests/createVido.json", "did you mean createVideo.json?"),
        ("/_mock/schemas/gately/..%2F..%2Fgenerated/document.json", ""),
        ("/_mock/reference/assets/..%2fpromises.py", ""),
    ],
)
def test_what_is_not_there_is_told(path: str, told: str, server: MockServer) -> None:
    """A wrong name is refused with the nearest spelling; no path leads out of the lists."""
    status, _, content = get(server, path)
    assert status in (400, 404)
    assert told in content.decode()
