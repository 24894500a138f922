"""Every operation with parameters, with one thing wrong in one of them: refused in the provider's words, no fault."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest

from mockserver.engine.sandbox import digest_of
from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, Operation, schema
from mockserver.kit.promise.conformance import components
from mockserver.kit.promise.validation import complaints
from tests.properties.clients import CLIENTS
from tests.properties.local_server import Act, LocalServer
from tests.properties.test_bodies import STYLES

KEY = "key-of-parameters"
WRONG: Mapping[str, str] = {
    "empty": "", "wrong type": "-1.5", "null": "null", "out of range": "9" * 400, "huge": "x" * 8000,
    "unicode": quote("\U0001f469\u200d\U0001f680\u202e"), "half a pair": "%ED%A0%80", "no UTF-8": "%FF%FE",
    "zero byte": "%00", "nested": "%5B%5B%7B%22a%22%3A%5B%5D%7D%5D%5D", "slashes": "..%2F..%2Fetc%2Fpasswd",
    "half an escape": "%", "blank": "%20",
}  # fmt: skip
ALL = [
    (name, words, one)
    for name, words in STYLES
    for one in promise.operations(promise.load(PROVIDERS / name).under(words)).values()
    if any(parameter["in"] in ("path", "query") for parameter in one.parameters)
]


def sweep(operation: Operation) -> Iterator[tuple[str, str]]:
    """Labels and paths with one parameter wrong; the others have the values of their examples."""
    right = {
        one["name"]: str(one.get("example", one.get("schema", {}).get("example", "x"))) for one in operation.parameters
    }
    places = {one["name"]: one["in"] for one in operation.parameters if one["in"] in ("path", "query")}

    def path(values: Mapping[str, str], more: str = "") -> str:
        filled = operation.path
        for name, place in places.items():
            filled = filled.replace(f"{{{name}}}", values.get(name, "")) if place == "path" else filled
        asked = [f"{name}={values[name]}" for name, place in places.items() if place == "query" and name in values]
        return filled + "?" + "&".join([*asked, *([more] if more else [])])

    good = {name: quote(text, safe="") for name, text in right.items()}
    for name, place in places.items():
        for kind, text in WRONG.items():
            yield f"{kind} at {name}", path({**good, name: text})
        if place == "query":
            yield f"missing {name}", path({other: text for other, text in good.items() if other != name})
            yield f"twice {name}", path(good, f"{name}=a")
            yield f"a list at {name}", path({other: one for other, one in good.items() if other != name}, f"{name}[]=a")
    yield "extra", path(good, "x-extra=1&=&%00=%ff")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(0, tmp_path_factory.mktemp("clips"), (KEY,)) as made:
        made.call(KEY, "POST", "/_mock/sandboxes", {"host": "127.0.0.1"}, {"key": KEY})
        yield made


@pytest.mark.parametrize(("name", "words", "operation"), ALL, ids=["-".join([a, *b, c.id]) for a, b, c in ALL])
def test_a_wrong_parameter_is_refused_and_never_a_fault(
    local: LocalServer, name: str, words: tuple[str, ...], operation: Operation
) -> None:
    """The status is one that the document gives the operation, and a JSON answer one of its states or refusals."""
    profile = {"timing": "instant", "profiles": {name: list(words)}}
    local.call(KEY, "PATCH", f"/_mock/sandboxes/{digest_of(KEY)}", {"host": "127.0.0.1"}, profile)
    document = promise.load(PROVIDERS / name).under(words)
    states, errors = ([schema(document, one) for one in components(document, head)] for head in (operation.id, "error"))
    has_key_in_body = next(one for one in CLIENTS if one.provider == name).has_key_in_body
    body = json.dumps({"key": KEY}).encode() if has_key_in_body and "requestBody" in operation.raw else b""
    refused = 0
    for label, path in sweep(operation):
        headers = {"authorization": f"Bearer {KEY}", "x-mock-sandbox": KEY, "content-length": str(len(body))}
        said = local.act(Act(KEY, operation.method, path, headers, body))
        assert said is not None
        told = f"{label}: {said.status} {said.body[:300]!r}"
        assert said.status < 500 or str(said.status) == "501" in operation.raw["responses"], told
        assert str(said.status) in operation.raw["responses"], told
        kind = dict(said.headers).get(b"content-type", b"").split(b";")[0]
        if kind.endswith(b"json"):
            assert any(complaints(said.value, one) == [] for one in (*states, *errors)), told
        refused += said.status >= 400 or any(complaints(said.value, one) == [] for one in errors)
    local.done.clear()
    assert refused or not any(one.get("required") for one in operation.parameters), "nothing is too wrong for it"
