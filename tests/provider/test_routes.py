"""Whose an unknown path is, where providers share a root."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.provider.call import Answer, Call
from mockserver.provider.routes import Routes
from mockserver.provider.table import Provider, get


def nothing(_call: Call) -> Answer:
    return Answer(200, b"")


def provider(name: str, *paths: str) -> Provider:
    operations = tuple(get(f"{name}{n}", path, nothing) for n, path in enumerate(paths))
    return Provider(
        name=name, title=name, site="", promise=Path(), words=(), credential=lambda _call: None, checks=(),
        operations=operations, refuse=lambda _problem, _call: Answer(404, b""), sample="",
    )  # fmt: skip


ROUTES = Routes([
    provider("one", "/v1/models", "/one/{id}/x"),
    provider("two", "/v1/videos", "/v1/files/{name}", "/v1/tasks/{any}/done"),
    provider("three", "/v1/files/{name}/text"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("path", "owner", "nearest"),
    [
        ("/v1/x", "two", "/v1/videos"),
        ("/v1/tasks/7/don", "two", "/v1/tasks/{any}/done"),
        ("/v1/model", "one", "/v1/models"),
        ("/v1/video", "two", "/v1/videos"),
        ("/v1/files/a/txt", "three", "/v1/files/{name}/text"),
        ("/v1", "two", "/v1/videos"),
        ("/one/2", "one", "/one/{id}/x"),
        ("/v1%2Fx", None, None),
        ("/v2/models", None, None),
        ("/", None, None),
    ],
)
def test_an_unknown_path_belongs_to_the_provider_of_the_nearest_route(
    path: str, owner: str | None, nearest: str | None
) -> None:
    found = ROUTES.nearest(path)
    assert (found and found.provider.name, found and found.path) == (owner, nearest)
