"""The steps of a check, carried out in a session."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.kit.facts.matcher import ABSENT, explain, same, shown
from mockserver.kit.facts.model import Fact
from mockserver.kit.facts.steps import NO_BODY, Advance, Do, Step, filled
from mockserver.kit.promise.document import find
from mockserver.kit.target import Call, NotJson, Response, Session, Target

PAUSE = 0.25  # seconds on the frozen clock before a call is repeated
REPEATS = 400
_MOST_SHOWN = 4000


class StepFailed(AssertionError):
    """An answer is not as expected. The message has the steps so far, the last request and its answer."""


class FactBroken(AssertionError):
    """A fact does not hold on a target. The message has the fact, the steps, the last request and its answer."""


def run(fact: Fact, target: Target) -> None:
    """Carry out a fact's check in a fresh session. Raises FactBroken when it does not hold."""
    session = target.session(
        fact.provider, profile=fact.profile, timing=fact.timing, scenario=fact.scenario, key_name=fact.id
    )
    try:
        run_steps(fact.check, session)
    except StepFailed as failed:
        raise FactBroken(f"{fact.id}: {fact.says}\n({fact.mark}: {fact.source})\n{failed}") from None


def run_steps(steps: Sequence[Step], session: Session) -> None:
    """Carry out the steps in a session. Raises StepFailed at the first answer that is not as expected."""
    _Run(session).all(steps)


def differences(expect: Mapping[str, Any], response: Response, kept: Mapping[str, Any]) -> list[str]:
    """Return what keeps an answer from being as `expect` (status, headers, body, text, same) says; empty is a match.

    `kept` holds the whole bodies that `same` may name.
    """
    wrong: list[str] = []
    if "status" in expect:
        wrong += explain(expect["status"], response.status, "status")
    for name, wanted in expect.get("headers", {}).items():
        wrong += _header(name, wanted, response.header(name))
    if "text" in expect:
        wrong += explain(expect["text"], response.body.decode(errors="replace"), "text")
    if "body" in expect or "same" in expect:
        wrong += _body(expect, response, kept)
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


def _body(expect: Mapping[str, Any], response: Response, kept: Mapping[str, Any]) -> list[str]:
    try:
        got = response.json()
    except NotJson as broken:
        return [f"the body is no JSON: {broken}"]
    wrong = explain(expect["body"], got, "") if "body" in expect else []
    if "same" in expect:
        before = kept[expect["same"]]
        if not same(before, got) or json.dumps(before) != json.dumps(got):
            wrong.append(f"the whole body is expected to be what was kept as {expect['same']}: {shown(before, 1000)}")
    return wrong


class _Run:
    """One run of a check: what is kept so far, and what happened so far."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.kept: dict[str, Any] = {"key": session.key, "other": session.other_key, "base": session.base_url}
        self.done: list[str] = []

    def all(self, steps: Sequence[Step]) -> None:
        for number, step in enumerate(steps, 1):
            if isinstance(step, Advance):
                self.session.advance(step.seconds)
                self.done.append(f"{number}. advance {step.seconds:g} s")
            else:
                self.do(number, step)

    def do(self, number: int, step: Do) -> None:
        call = self.call(step)
        response = self.send(call)
        repeats = 0
        if step.until is not None:
            until = self.expected(step.until)
            while wrong := differences(until, response, self.kept):
                if repeats == REPEATS:
                    raise self.failed(number, call, response, [f"not within {REPEATS} repeats:", *wrong])
                self.session.advance(PAUSE)
                response = self.send(call)
                repeats += 1
        wrong = differences(self.expected(step.expect), response, self.kept)
        if wrong:
            raise self.failed(number, call, response, wrong)
        after = f" after {repeats} repeats" if repeats else ""
        self.done.append(f"{number}. {call.method} {call.path} -> {response.status}{after}")
        self.keep(number, step, call, response)

    def call(self, step: Do) -> Call:
        path = str(filled(step.path, self.kept))
        body = step.body if step.body is None else str(filled(step.body, self.kept))
        if body is None:
            body = "" if step.json is NO_BODY else json.dumps(filled(step.json, self.kept), ensure_ascii=False)
        headers = {name: str(filled(text, self.kept)) for name, text in step.headers.items()}
        return Call(step.method, path, headers, body.encode(errors="surrogatepass"))

    def send(self, call: Call) -> Response:
        path = call.path.removeprefix(self.session.base_url) or "/"
        if not path.startswith("/"):
            raise StepFailed(self.message([f"{call.path} does not lead to the server at {self.session.base_url}"]))
        return self.session.request(call.method, path, call.headers, call.body)

    def expected(self, expect: Mapping[str, Any]) -> Mapping[str, Any]:
        return {part: filled(value, self.kept) if part != "same" else value for part, value in expect.items()}

    def keep(self, number: int, step: Do, call: Call, response: Response) -> None:
        for name, pointer in step.keep.items():
            try:
                self.kept[name] = find(response.json(), pointer)
            except NotJson as broken:
                raise self.failed(number, call, response, [f"cannot keep {name}: no JSON: {broken}"]) from None
            except KeyError:
                raise self.failed(number, call, response, [f"cannot keep {name}: nothing at {pointer}"]) from None

    def failed(self, number: int, call: Call, response: Response, wrong: Sequence[str]) -> StepFailed:
        happened = f"{number}. {call.method} {call.path} -> {response.status}, but"
        sent = _shown_message(f"{call.method} {call.path}", call.headers.items(), call.body)
        came = _shown_message(f"HTTP {response.status}", response.headers, response.body)
        return StepFailed(self.message([happened, *(f"   {one}" for one in wrong), "", *sent, "", *came]))

    def message(self, end: Sequence[str]) -> str:
        return "\n".join([*self.done, *end])


def _shown_message(first: str, headers: Any, body: bytes) -> list[str]:
    text = body[:_MOST_SHOWN].decode(errors="backslashreplace")
    cut = [f"... ({len(body)} bytes in all)"] if len(body) > _MOST_SHOWN else []
    return [f"  | {line}" for line in [first, *(f"{name}: {value}" for name, value in headers), "", text, *cut]]
