"""Examples of runs, written as lines; each law has one that keeps it and one that breaks it.

    0    create -> 200 queued
    1.2  poll -> 429 +retry-after=5
    2    poll job=1 +x-header=text -> 200 running .progress=50
    3    webhook done id=d1 -> 200 took=0.2
    outcome timeout jobs=job-1
    facts deadline=10
    profile idempotency-key

A line is an instant in seconds, a call, and what was answered. Before the arrow: `job=` (a number, or none), `idem=`
(the idempotency key), `body=`, `key=none`, `path=`, `query=`, `host=`, `conn=`, `invalid=` (what the document says
against the body), `method=`, and `+name=value` for a header. After it: a status, `lost` (broken off before the answer),
`cut` (in its body), `left` (by the client) or `pending`; a state word of the job; `json=`, `text=` or `empty` for
another body; `.member=value` for one more member of it; `+name=value` for a header; `took=`, `fault=`, `problem=`.
All is at the toy provider of `examples/toy.json`, which has everything that a law can need.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from mockserver.kit.laws.rules import Rules
from mockserver.kit.laws.run import Artifact, CaseFacts, Clock, Outcome, Result, Run
from mockserver.kit.promise.provider import Promise
from mockserver.kit.transcript.model import (
    KEY,
    Answer,
    Attempt,
    Body,
    Exchange,
    Moment,
    Record,
    Request,
    Sent,
    Transcript,
    Verdict,
    Violation,
)

START: Final = datetime(2026, 1, 16, 14, 30, tzinfo=UTC)
SANDBOX: Final = "sb_8018b29643e0"
HOST: Final = "api.toy.example"
CLIP: Final = b"a clip, as it were"
TOOK_SECONDS: Final = 0.01
CALLS: Final = {
    "create": ("POST", "/clips", "makeClip"),
    "poll": ("GET", "/clips/job-{job}", "getClip"),
    "cancel": ("DELETE", "/clips/job-{job}", "cancelClip"),
    "file": ("GET", "/files/job-{job}.mp4", "getFile"),
}
BROKEN: Final = {"lost": "cut", "cut": "cut", "left": "left", "pending": None}


class ExampleBroken(ValueError):
    """A line is none of an example; the text says which and why."""


@dataclass(frozen=True)
class Words:
    """The words of one half of a line: plain ones, `name=value`, `+header=value` and `.member=value`."""

    plain: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, tokens: list[str]) -> Words:
        """Return tokens sorted by their kind."""
        found = cls()
        for token in tokens:
            name, equals, value = token.partition("=")
            if not equals:
                found.plain.append(token)
            elif name.startswith("+"):
                found.headers.append((name[1:], value))
            elif name.startswith("."):
                found.members[name[1:]] = _value(value)
            else:
                found.options[name] = value
        return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def toy() -> Rules:
    """Return the toy provider, which has everything that a law can need."""
    raw = json.loads((Path(__file__).parent / "examples" / "toy.json").read_bytes())
    return Rules(Promise("toy", raw["document"], {}), raw["laws"])


def example(text: str) -> Run:
    """Return the run that lines describe. Raises ExampleBroken."""
    records: list[Record] = []
    outcome: Outcome | None = None
    facts = CaseFacts()
    profile: tuple[str, ...] = ()
    for number, line in enumerate(text.strip().splitlines(), 1):
        tokens = shlex.split(line)
        try:
            if tokens[0] == "outcome":
                outcome = _outcome(Words.of(tokens[1:]))
            elif tokens[0] == "profile":
                profile = tuple(tokens[1:])
            elif tokens[0] == "facts":
                facts = _facts(Words.of(tokens[1:]).options)
            else:
                records.append(_record(tokens, len(records) + 1))
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise ExampleBroken(f"line {number}, {line!r}: {error!r}") from error
    transcript = Transcript(SANDBOX, 1, len(records), _numbered(records, profile))
    return Run(transcript, toy(), profile, outcome, facts)


def _outcome(words: Words) -> Outcome:
    options = words.options
    artifact = options.get("artifact")
    left = {"whole": CLIP, "part": CLIP[:5], "doubled": CLIP[:5] + CLIP}.get(artifact or "")
    return Outcome(
        Result(words.plain[0]),
        options.get("code"),
        options.get("message"),
        tuple(options["jobs"].split(",")) if "jobs" in options else (),
        Artifact(len(left), _digest(left)) if left is not None else None,
    )


def _facts(options: Mapping[str, str]) -> CaseFacts:
    values: dict[str, Any] = {name: _value(value) for name, value in options.items()}
    if "clock" in values:
        values["clock"] = Clock(values["clock"])
    return replace(CaseFacts(), **values)


def _record(tokens: list[str], number: int) -> Record:
    arrow = tokens.index("->")
    at = float(tokens[0])
    asked, got = Words.of(tokens[2:arrow]), Words.of(tokens[arrow + 1 :])
    if tokens[1] == "webhook":
        return _attempt(at, asked, got, number)
    return _exchange(at, tokens[1], asked, got, number)


def _moment(seconds: float) -> Moment:
    return Moment(START + timedelta(seconds=seconds), seconds)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=20).hexdigest()


def _body(text: str | None) -> Body | None:
    return Body(len(text.encode()), text.encode(), None, False) if text else None


def _exchange(at: float, what: str, asked: Words, got: Words, number: int) -> Exchange:
    method, path, operation = CALLS[what]
    job = asked.options.get("job", "1")
    name = f"job-{job}" if job != "none" else None
    word = got.plain[0]
    end = at + float(got.options.get("took", TOOK_SECONDS))
    is_open = word == "pending"
    invalid = asked.options.get("invalid")
    request = _request(what, method, path, job, asked)
    return Exchange(
        n=number, connection=int(asked.options.get("conn", "1")), arrived=_moment(at), read=_moment(at),
        first_byte=None if word in ("lost", "left", "pending") else _moment(float(got.options.get("first", end))),
        last_byte=None if is_open else _moment(end),
        received_bytes=200, sent_bytes=200, ending=BROKEN.get(word, "complete"),
        credential=None if asked.options.get("key") == "none" or what == "file" else SANDBOX,
        request=request, answer=_answer(what, name, got), provider="toy", operation=operation, profile=(),
        verdict=Verdict(None if request.body is None else invalid is None, _violations(invalid)),
        problem=got.options.get("problem"), job=None if got.options.get("job") == "none" else name, nth=None,
        scenario=None, fault=got.options.get("fault"),
    )  # fmt: skip


def _violations(invalid: str | None) -> list[Violation]:
    return [] if invalid is None else [Violation("/prompt", "type", "string", None, invalid)]


def _request(what: str, method: str, path: str, job: str, asked: Words) -> Request:
    options = asked.options
    text = options.get("body", '{"prompt":"a cat"}') if what == "create" else options.get("body")
    body = _body(text)
    headers = [("host", options.get("host", HOST)), ("user-agent", "toy-client/1.0"), *asked.headers]
    if what != "file" and options.get("key") != "none":
        headers.append(("authorization", f"Bearer {KEY}"))
    if body is not None:
        headers += [("content-type", "application/json"), ("content-length", str(body.length))]
    if "idem" in options:
        headers.append(("idempotency-key", options["idem"]))
    latest = {name: value for name, value in headers if value}
    # A header that was given beside the usual one stands in its place; an empty one takes it away.
    latest |= dict(asked.headers)
    kept = [(name, value) for name, value in latest.items() if value]
    method = options.get("method", method)
    return Request(
        kept, body, method, "https", "1.1", options.get("path", path.format(job=job)), options.get("query", "")
    )


def _answer(what: str, name: str | None, got: Words) -> Answer | None:
    word = got.plain[0]
    if word in ("lost", "left", "pending"):
        return None
    status = 200 if word == "cut" else int(word)
    headers = list(got.headers)
    if what == "file" and status in (200, 206) and not {"json", "text"} & set(got.options):
        body: Body | None = None if "empty" in got.plain else Body(len(CLIP), None, _digest(CLIP), False)
        kind = "video/mp4"
    else:
        text = got.options.get("text") or got.options.get("json") or _shown(name, got)
        body = None if "empty" in got.plain or 300 <= status < 400 else _body(text)
        kind = "text/html" if "text" in got.options else "application/json"
    if not any(one == "content-type" for one, _ in headers):
        headers.append(("content-type", kind))
    return Answer(headers, body, status)


def _shown(name: str | None, got: Words) -> str:
    """The body of a job in a state; without a state that of an error."""
    states = [one for one in got.plain[1:] if one != "empty"]
    if not states:
        return json.dumps({"ok": False, "error": {"code": "refused", "message": "no"}, **got.members})
    body: dict[str, Any] = {"id": name, "state": states[0]}
    if states[0] == "done":
        body["url"] = f"https://files.toy.example/files/{name}.mp4"
    return json.dumps({name: value for name, value in {**body, **got.members}.items() if value != "missing"})


def _attempt(at: float, asked: Words, got: Words, number: int) -> Attempt:
    job = f"job-{asked.options.get('job', '1')}"
    word = got.plain[0] if got.plain else None
    return Attempt(
        n=number, delivery=asked.options.get("id", "d1"), attempt=int(asked.options.get("attempt", "1")), job=job,
        due_at=START + timedelta(seconds=at), started=_moment(at),
        ended=_moment(at + float(got.options.get("took", TOOK_SECONDS))),
        request=Sent([("content-type", "application/json"), *asked.headers],
                     _body(json.dumps({"id": job, "state": asked.plain[0]})), "http://127.0.0.1:9000/hook"),
        status=int(word) if word is not None else None, error=got.options.get("error"),
    )  # fmt: skip


def _numbered(records: list[Record], profile: tuple[str, ...]) -> list[Record]:
    """Records in the order in which they began, under a profile."""
    return [
        replace(one, n=n, profile=profile) if isinstance(one, Exchange) else replace(one, n=n)
        for n, one in enumerate(sorted(records, key=_began), 1)
    ]


def _began(record: Record) -> float:
    return record.arrived.monotonic if isinstance(record, Exchange) else record.started.monotonic
