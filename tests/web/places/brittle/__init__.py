"""A provider in which every function breaks, one path for each."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.call import Answer, Call, Hold
from mockserver.provider.table import Provider, get, post


def broken(*_: object) -> NoReturn:
    """What a bug does."""
    raise ZeroDivisionError("the secret of a bug")


def fine(call: Call) -> Answer:
    """An answer, whose body says how it was asked for."""
    return Answer(200, {call.method: call.path})


def check(call: Call) -> Problem | None:
    """A check that breaks on one path."""
    return broken() if call.path == "/brittle/check" else None


def credential(call: Call) -> str | None:
    """A key reader that breaks on one path."""
    return broken() if call.path == "/brittle/credential" else None


def refuse(problem: Problem, call: Call) -> Answer:
    """Words for refusals, which break on one path."""
    if call.path == "/brittle/refuse":
        broken()
    return Answer(500 if problem.kind is ProblemKind.CRASHED else 400, {"brittle": problem.kind.value}, problem=problem)


def add_headers(answer: Answer, call: Call) -> None:
    """Headers for all answers, which break on one path."""
    if call.path == "/brittle/dress":
        broken()
    answer.headers.append((b"x-brittle", b"1"))


def encode(body: object, call: Call) -> bytes:
    """A writer that breaks on one path."""
    return broken() if call.path == "/brittle/encode" else repr(body).encode()


PROVIDER = Provider(
    name="brittle",
    title="Brittle",
    site="https://brittle.invalid",
    promise=Path(__file__).parent,
    words=(),
    credential=credential,
    checks=(check,),
    operations=(
        get("endpoint", "/brittle/endpoint", broken),
        post("hold", "/brittle/hold", lambda call: Hold(call.now, broken)),
        get("refuse", "/brittle/refuse", lambda _: Problem(ProblemKind.MISSING)),
        get("owner", "/brittle/owner", fine, is_public=True, owner=broken),
        *(get(name, f"/brittle/{name}", fine) for name in ("check", "credential", "dress", "encode", "fine")),
    ),
    refuse=refuse,
    add_headers=add_headers,
    encode=encode,
    sample="curl {base}/brittle/fine",
)
