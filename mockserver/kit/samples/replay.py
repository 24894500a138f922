"""A fixture's request, sent to a target under the fixture's profile words: what does our own answer look like?

A call that makes a job, or needs none, is sent as it stands. A call about a job (`of` names the sample that makes it;
else the first example of the nearest creating operation does) is sent for that job: the parameters and the member that
name it are filled with what our own answers gave. A poll is repeated on the moving clock until it shows the documented
status word; any other call about a job waits until the job is over.

The sample's key is replaced by the sandbox's, and added where it is missing. In a request that is to be refused, a key
that is missing, empty or wrong (begins with `invalid`) stays as it is. A header that is null is never sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from mockserver.kit.facts.runner import PAUSE, REPEATS
from mockserver.kit.facts.steps import NO_BODY, Defaults, filled
from mockserver.kit.promise import Lifecycle, Operation, Promise, lifecycle, operations, schema
from mockserver.kit.promise.document import find
from mockserver.kit.samples.fixtures import Request, Sample
from mockserver.kit.target import NotJson, Response, Session, Target

FAILING = "fails-in-processing"


class ReplayBroken(AssertionError):
    """A fixture cannot be replayed: its job was refused, or the documented status word never came."""


def replay(sample: Sample, samples: Sequence[Sample], promise: Promise, defaults: Defaults, target: Target) -> Response:
    """Return our answer to a sample's request. Raises ReplayBroken.

    `samples` are those in which `of` is looked up; `defaults` tell how a key is shown.
    """
    return _Replay(sample, promise, defaults, target).answer(samples)


class _Replay:
    """One sample on its own session."""

    def __init__(self, sample: Sample, promise: Promise, defaults: Defaults, target: Target) -> None:
        self.sample = sample
        self.document = promise.under(sample.profile)
        self.operations = operations(self.document)
        self.operation = self.called()
        self.defaults = defaults
        self.life = lifecycle(self.document)
        self.word = self.documented_word()
        self.session = self.opened(target)
        self.ids: dict[str, Any] = {}
        self.known: dict[str, Any] = {}

    def called(self) -> Operation:
        """The operation of the sample; for an error that belongs to none, the call as the sample has it."""
        sample = self.sample
        if sample.operation not in self.operations and sample.request:
            return Operation(sample.operation, sample.request.method, sample.request.path, {})
        if sample.operation not in self.operations:
            raise ReplayBroken(f"{sample.id}: there is no operation {sample.operation}")
        return self.operations[sample.operation]

    def documented_word(self) -> str | None:
        """The status word in the documented answer, when there is one."""
        if self.life is None or self.sample.answer is None:
            return None
        try:
            word = find(self.sample.answer.body, self.life.fields["status"])
        except KeyError:
            return None
        return word if isinstance(word, str) else None

    def opened(self, target: Target) -> Session:
        fails = self.life and self.word and self.life.state_of(self.word) == "failed" and not self.sample.is_refused
        scenario = self.sample.scenario or (FAILING if fails else None)
        name = f"{self.sample.provider}.{self.sample.name}"
        return target.session(
            self.sample.provider, profile=self.sample.profile, timing="quick", scenario=scenario, key_name=name
        )

    def answer(self, samples: Sequence[Sample]) -> Response:
        life = self.life
        needs_a_job = bool(self.sample.of) or (life is not None and self.operation.id in life.poll)
        if life is None or not needs_a_job or self.sample.is_refused:
            return self.send(self.operation, self.sample.request, self.sample.is_refused)
        self.submit(samples, life)
        if self.operation.id in life.poll:
            return self.poll(self.operation, self.sample.request, self.word, life)
        self.poll(self.nearest(life.poll), None, None, life)
        return self.send(self.operation, self.sample.request, False)

    def submit(self, samples: Sequence[Sample], life: Lifecycle) -> None:
        """Make the job, and remember under which name its id is asked for."""
        named = {one.name: one for one in samples if one.provider == self.sample.provider}
        maker = named.get(self.sample.of or "")
        while maker and maker.operation not in life.create:
            maker = named.get(maker.of or "")
        if maker:
            response = self.send(self.operations[maker.operation], maker.request, False)
        else:
            create = self.nearest(life.create)
            example = schema(self.document, f"{create.id}.request")["examples"][0]
            response = self.send(create, Request(create.method, create.path, json=example), False)
        pointer = life.raw["create"]["id"]
        names = (life.raw["poll"]["id"]["name"], pointer.rpartition("/")[2])
        self.ids = dict.fromkeys(names, self.looked_up(response, pointer))
        self.known = dict(self.ids)

    def looked_up(self, response: Response, pointer: str) -> Any:
        try:
            return find(response.json(), pointer)
        except (KeyError, NotJson):
            raise ReplayBroken(f"{self.sample.id}: no job was made: {_told(response)}") from None

    def nearest(self, names: Sequence[str]) -> Operation:
        """The one of these operations whose path begins most like this sample's."""
        return max(
            (self.operations[name] for name in names),
            key=lambda operation: _alike(operation.path, self.operation.path),
        )

    def poll(self, operation: Operation, request: Request | None, word: str | None, life: Lifecycle) -> Response:
        """Poll until the status is `word`, or a terminal one where that is None."""
        wanted = [word] if word else life.terminal
        for _ in range(REPEATS):
            response = self.send(operation, request, False)
            seen = self.status(response, life)
            if seen in wanted:
                self.remember(response)
                return response
            if seen in life.terminal:
                break
            self.session.advance(PAUSE)
        raise ReplayBroken(f"{self.sample.id}: never {' or '.join(wanted)}: {_told(response)}")

    def status(self, response: Response, life: Lifecycle) -> Any:
        try:
            return find(response.json(), life.fields["status"])
        except (KeyError, NotJson):
            return None

    def remember(self, response: Response) -> None:
        """Keep what a finished job's answer names (a file's id ...) for the calls that ask for it."""
        body = response.json()
        if isinstance(body, Mapping):
            self.known = {**body, **self.known}

    def send(self, operation: Operation, request: Request | None, is_refused: bool) -> Response:
        headers = {name: str(filled(text, self.variables)) for name, text in self.headers(request, is_refused).items()}
        body = self.body(operation, request, is_refused)
        if body:
            headers.setdefault("content-type", "application/json")
        return self.session.request(operation.method, self.path(operation, request), headers, body.encode())

    @property
    def variables(self) -> dict[str, str]:
        session = self.session
        return {"key": session.key, "other": session.other_key, "base": session.base_url}

    def headers(self, request: Request | None, is_refused: bool) -> dict[str, str]:
        """The sample's own headers, and the defaults for those that are missing or hold the sample's key."""
        own = request.headers if request else {}
        merged = {**self.defaults.headers, **own}
        for name, text in self.defaults.headers.items():
            kept = own.get(name, text)
            if kept is not None and not (is_refused and _is_wrong(kept)):
                merged[name] = text
        return {name: text for name, text in merged.items() if text is not None}

    def body(self, operation: Operation, request: Request | None, is_refused: bool) -> str:
        """The sample's body with the sandbox's key and the job's id in it; the key alone where a POST has none."""
        if request and request.body is not None:
            return request.body
        key = filled(dict(self.defaults.json), self.variables)
        if request is None or request.json is NO_BODY:
            return json.dumps(key) if key and operation.method == "POST" else ""
        if not isinstance(request.json, Mapping):
            return json.dumps(request.json)
        own = request.json
        shown = {name: value for name, value in key.items() if not (is_refused and _is_wrong(own.get(name)))}
        ours = {**self.ids, **shown}
        first = {name: value for name, value in shown.items() if name not in own}
        return json.dumps({**first, **{name: ours.get(name, value) for name, value in own.items()}}, ensure_ascii=False)

    def path(self, operation: Operation, request: Request | None) -> str:
        """The sample's path with what is known of the job put in the place of the sample's own."""
        known = {name: str(value) for name, value in self.known.items() if isinstance(value, str | int)}
        if not known:
            return request.path if request else operation.path
        query = dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True)) if request else {}
        query |= {name: known[name] for name in _query_names(operation) if name in known}
        path = operation.path
        for name, value in known.items():
            path = path.replace("{" + name + "}", quote(value, safe=""))
        return f"{path}?{urlencode(query)}" if query else path


def _is_wrong(key: Any) -> bool:
    """Whether this is no key at all, or one that every server refuses."""
    return not isinstance(key, str) or not key or key.removeprefix("Bearer ").startswith("invalid")


def _alike(one: str, two: str) -> int:
    """How many leading segments two paths share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("/"), two.split("/"), strict=False)))


def _query_names(operation: Operation) -> list[str]:
    return [one["name"] for one in operation.parameters if one["in"] == "query" and one.get("required")]


def _told(response: Response) -> str:
    return f"{response.status} {response.body[:400].decode(errors='replace')}"
