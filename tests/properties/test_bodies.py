"""Every operation with a body, with right bodies and with ones that have one thing wrong in them.

A right body is accepted and answered by the schema of its state; a wrong one is refused in the provider's words, or
accepted where the document has no say. Never is there a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS, Operation, names, schema
from mockserver.kit.promise.conformance import components, unpromised
from mockserver.kit.promise.validation import complaints
from mockserver.kit.strategies.mutations import Mutation, sweep
from mockserver.kit.strategies.values import keeps, valid
from tests.properties.clients import CLIENTS
from tests.properties.kinds import everything
from tests.properties.local_server import Act, LocalServer, Said

KEY = "key-of-bodies"
PICTURES = {"gately": "first_frame_image"}
"""Members that the document takes as any text and the service as a picture."""
BODIES = settings(
    max_examples=20, deadline=None, database=None, derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
)  # fmt: skip


@dataclass(frozen=True)
class ControlContext:
    """An operation ready to be called: the schema of its bodies allows what exists, and nothing else."""

    provider: str
    operation: Operation
    document: Mapping[str, Any]
    schema: Mapping[str, Any]
    path: str
    local: LocalServer
    words: tuple[str, ...] = ()

    def call(self, body: bytes) -> Said:
        headers = {"authorization": f"Bearer {KEY}", "x-mock-sandbox": KEY, "content-length": str(len(body))}
        said = self.local.act(Act(KEY, self.operation.method, self.path, headers, body))
        self.local.done.clear()
        assert said is not None
        return said

    def takes(self, body: Any) -> bool:
        """Whether a body that keeps its schema is taken by the service behind, too."""
        rules = self.operation.raw.get("x-refused-upstream", {}).values()
        return not any(keeps(body, rule["schema"]) for rule in rules)


STYLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((name, ()) for name in names()),
    ("aimlapi", ("2026",)),
    ("gately", ("minimax",)),
    ("modelslab", ("documented", "strict")),
)
ALL = [
    (name, words, one)
    for name, words in STYLES
    for one in promise.request_schemas(promise.load(PROVIDERS / name).under(words))
]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(0, tmp_path_factory.mktemp("clips"), (KEY,)) as made:
        yield made


@pytest.fixture(params=ALL, ids=["-".join([name, *words, one]) for name, words, one in ALL])
def context(request: pytest.FixtureRequest, local: LocalServer) -> ControlContext:
    provider, words, name = request.param
    document = promise.load(PROVIDERS / provider).under(words)
    operation = promise.operations(document)[name]
    job = _finished(local, provider, words)
    narrowed = _narrowed(promise.request_schemas(document)[name], {"key": KEY, "videoId": job})
    if provider in PICTURES and PICTURES[provider] in narrowed["properties"]:
        narrowed["properties"][PICTURES[provider]] = {"type": ["string", "null"], "format": "image-base64"}
    return ControlContext(provider, operation, document, narrowed, operation.path.replace("{id}", job), local, words)


def _finished(local: LocalServer, provider: str, words: tuple[str, ...]) -> str:
    """The id of a finished job under the profile, which stays."""
    client = next(one for one in CLIENTS if one.provider == provider)
    settings_ = {"timing": "instant", "profiles": {provider: list(words)}}
    local.call(KEY, "PATCH", f"/_mock/sandboxes/{_digest(local)}", {"host": "127.0.0.1"}, settings_)
    return client.id_of(local.call(KEY, *client.submission(KEY)).value)


def _digest(local: LocalServer) -> str:
    opened = local.call(KEY, "POST", "/_mock/sandboxes", {"host": "127.0.0.1"}, {"key": KEY})
    return str(opened.value["sandbox"])


def _narrowed(whole: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """The schema with the one value that members which name something may have, in its examples too."""
    given_ = {name: {"const": one} for name, one in known.items() if name in whole.get("properties", {})}
    examples = [{**one, **{name: known[name] for name in given_ if name in one}} for one in whole.get("examples", [])]
    return {**whole, "properties": {**whole.get("properties", {}), **given_}, "examples": examples}


def _accepted(context: ControlContext, said: Said) -> list[str]:
    if said.status >= 300:
        return [f"status {said.status}"]
    return unpromised(said.value, context.operation.id, context.document)


def _refused(context: ControlContext, said: Said) -> list[str]:
    """Why an answer is no refusal in the provider's words; empty: it is one."""
    found = [complaints(said.value, schema(context.document, one)) for one in components(context.document, "error")]
    return min(found, key=len)


def test_a_right_body_is_accepted_and_answered_by_the_schema_of_its_state(context: ControlContext) -> None:
    # A picture is made for each link to one, which takes ten times as long as the rest.
    @settings(BODIES, max_examples=6 if context.words or "init_image" in context.schema["properties"] else 20)
    @given(valid(context.schema))
    def holds(body: dict[str, Any]) -> None:
        said = context.call(dumps(body).encode())
        note(repr(said))
        assert (_accepted if context.takes(body) else _refused)(context, said) == []

    holds()


def test_a_wrong_body_is_refused_in_the_providers_words_and_a_lenient_field_accepted(context: ControlContext) -> None:
    """Each kind of mistake is made at each field; none is a fault, and some are refused."""
    made, refused = set[str](), set[str]()

    @settings(BODIES, max_examples=1 if context.words or "init_image" in context.schema["properties"] else 3)
    @given(valid(context.schema), st.integers(0, 9))
    def holds(body: dict[str, Any], turn: int) -> None:
        for mutation in sweep(context.schema, body, turn):
            said = context.call(mutation.body)
            assert judged(context, mutation, said) == [], mutation.label
            made.add(mutation.label)
            if _refused(context, said) == []:
                refused.add(mutation.label)

    holds()
    assert made == everything(context.schema)
    assert {"extra deep", "extra half a pair"} <= refused
    assert {f"missing {name}" for name in context.schema.get("required", [])} <= refused


def judged(context: ControlContext, mutation: Mutation, said: Said) -> list[str]:
    """What is wrong with the answer to a mutation."""
    if said.status >= 500:
        return [repr(said)]
    is_right = mutation.is_json and keeps(mutation.value, context.schema) and context.takes(mutation.value)
    if is_right and mutation.label.endswith(f"at {PICTURES.get(context.provider)}"):
        return _accepted(context, said) and _refused(context, said)
    return _accepted(context, said) if is_right else _refused(context, said)
