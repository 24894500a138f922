"""The steps of a check, carried out in a scene."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.document import find
from contracts.matcher import ABSENT, explain, same, shown
from contracts.stage import Call, Exchange, NotJson, Scene
from contracts.steps import NO_BODY, Advance, Do, Step, filled

PAUSE = 0.25  # seconds on the frozen clock before a call is repeated
REPEATS = 400
_MOST_SHOWN = 4000


class StepFailed(AssertionError):
    """An answer is not as expected. The message has the steps so far, the last request and its answer."""


def rehearse(steps: Sequence[Step], scene: Scene) -> None:
    """Carry out the steps in a scene. Raises StepFailed at the first answer that is not as expected."""
    _Rehearsal(scene).all(steps)


def differences(expect: Mapping[str, Any], exchange: Exchange, kept: Mapping[str, Any]) -> list[str]:
    """Return what keeps an answer from being as `expect` (status, headers, body, text, same) says; empty is a match.

    `kept` holds the whole bodies that `same` may name.
    """
    wrong: list[str] = []
    if "status" in expect:
        wrong += explain(expect["status"], exchange.status, "status")
    for name, wanted in expect.get("headers", {}).items():
        wrong += _header(name, wanted, exchange.header(name))
    if "text" in expect:
        wrong += explain(expect["text"], exchange.body.decode(errors="replace"), "text")
    if "body" in expect or "same" in expect:
        wrong += _body(expect, exchange, kept)
    return wrong


def _header(name: str, wanted: Any, got: str | None) -> list[str]:
    where = f"header {name}"
    if got is None:
        return explain(wanted, ABSENT, where)
    if isinstance(wanted, Mapping) and wanted.keys() & {"$min", "$max"}:
        return explain(wanted, _number(got), where)
    scalar = isinstance(wanted, int | float) and not isinstance(wanted, bool)
    return explain(str(wanted) if scalar else wanted, got, where)


def _number(text: str) -> Any:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text


def _body(expect: Mapping[str, Any], exchange: Exchange, kept: Mapping[str, Any]) -> list[str]:
    try:
        got = exchange.json()
    except NotJson as broken:
        return [f"the body is no JSON: {broken}"]
    wrong = explain(expect["body"], got, "") if "body" in expect else []
    if "same" in expect:
        before = kept[expect["same"]]
        if not same(before, got) or json.dumps(before) != json.dumps(got):
            wrong.append(f"the whole body is expected to be what was kept as {expect['same']}: {shown(before, 1000)}")
    return wrong


class _Rehearsal:
    """One run of a check: what is kept so far, and what happened so far."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.kept: dict[str, Any] = {"key": scene.key, "other": scene.other_key, "base": scene.base_url}
        self.story: list[str] = []

    def all(self, steps: Sequence[Step]) -> None:
        for number, step in enumerate(steps, 1):
            if isinstance(step, Advance):
                self.scene.advance(step.seconds)
                self.story.append(f"{number}. advance {step.seconds:g} s")
            else:
                self.do(number, step)

    def do(self, number: int, step: Do) -> None:
        call = self.call(step)
        exchange = self.send(call)
        repeats = 0
        if step.until is not None:
            until = self.expected(step.until)
            while wrong := differences(until, exchange, self.kept):
                if repeats == REPEATS:
                    raise self.failed(number, call, exchange, [f"not within {REPEATS} repeats:", *wrong])
                self.scene.advance(PAUSE)
                exchange = self.send(call)
                repeats += 1
        wrong = differences(self.expected(step.expect), exchange, self.kept)
        if wrong:
            raise self.failed(number, call, exchange, wrong)
        after = f" after {repeats} repeats" if repeats else ""
        self.story.append(f"{number}. {call.method} {call.path} -> {exchange.status}{after}")
        self.keep(number, step, call, exchange)

    def call(self, step: Do) -> Call:
        path = str(filled(step.path, self.kept))
        body = step.body if step.body is None else str(filled(step.body, self.kept))
        if body is None:
            body = "" if step.json is NO_BODY else json.dumps(filled(step.json, self.kept), ensure_ascii=False)
        headers = {name: str(filled(text, self.kept)) for name, text in step.headers.items()}
        return Call(step.method, path, headers, body.encode(errors="surrogatepass"))

    def send(self, call: Call) -> Exchange:
        path = call.path.removeprefix(self.scene.base_url) or "/"
        if not path.startswith("/"):
            raise StepFailed(self.told([f"{call.path} does not lead to the server at {self.scene.base_url}"]))
        return self.scene.request(call.method, path, call.headers, call.body)

    def expected(self, expect: Mapping[str, Any]) -> Mapping[str, Any]:
        return {part: filled(value, self.kept) if part != "same" else value for part, value in expect.items()}

    def keep(self, number: int, step: Do, call: Call, exchange: Exchange) -> None:
        for name, pointer in step.keep.items():
            try:
                self.kept[name] = find(exchange.json(), pointer)
            except NotJson as broken:
                raise self.failed(number, call, exchange, [f"cannot keep {name}: no JSON: {broken}"]) from None
            except KeyError:
                raise self.failed(number, call, exchange, [f"cannot keep {name}: nothing at {pointer}"]) from None

    def failed(self, number: int, call: Call, exchange: Exchange, wrong: Sequence[str]) -> StepFailed:
        happened = f"{number}. {call.method} {call.path} -> {exchange.status}, but"
        sent = _shown_message(f"{call.method} {call.path}", call.headers.items(), call.body)
        came = _shown_message(f"HTTP {exchange.status}", exchange.headers, exchange.body)
        return StepFailed(self.told([happened, *(f"   {one}" for one in wrong), "", *sent, "", *came]))

    def told(self, end: Sequence[str]) -> str:
        return "\n".join([*self.story, *end])


def _shown_message(first: str, headers: Any, body: bytes) -> list[str]:
    text = body[:_MOST_SHOWN].decode(errors="backslashreplace")
    cut = [f"... ({len(body)} bytes in all)"] if len(body) > _MOST_SHOWN else []
    return [f"  | {line}" for line in [first, *(f"{name}: {value}" for name, value in headers), "", text, *cut]]
