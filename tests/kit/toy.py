"""A provider as small as one can be, with its promise and a target that plays it: what the kit itself is tested on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mockserver.kit.target import Response

BASE = "http://toy.invalid:1"

OPENAPI = """\
openapi: 3.1.0
info: {title: Toy, version: '1'}
paths:
  /v1/things:
    post:
      operationId: makeThing
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/makeThing.request'}}}
      responses: {'200': {description: made}}
  /v1/things/{thing}:
    parameters: [{name: thing, in: path, required: true, schema: {type: string}}]
    get: {operationId: getThing, responses: {'200': {description: its state}}}
  /v1/files:
    get:
      operationId: getFile
      parameters: [{name: file, in: query, required: true, schema: {type: integer}}]
      responses: {'200': {description: a link}}
x-lifecycle:
  create: {operations: [makeThing], id: /id}
  poll: {operations: [getThing], id: {in: path, name: thing}}
  fields: {status: /status}
  words: {queued: [waiting], running: [busy], succeeded: [done], failed: [lost]}
  terminal: [done, lost]
  transitions: {waiting: [busy], busy: [done, lost]}
components:
  schemas:
    size: {type: integer, minimum: 1}
    makeThing.request:
      title: A wish
      description: What is wanted.
      examples: [{prompt: a cat, size: 8}]
      type: object
      required: [prompt]
      properties:
        prompt: {type: string}
        size: {$ref: '#/components/schemas/size', description: in cm, x-documented: {maximum: 10}}
        ratio: {enum: [16:9, no]}
    makeThing.waiting: &waiting
      title: Made
      description: The thing is queued.
      examples: [{id: t1, status: waiting}]
      type: object
      additionalProperties: false
      required: [id, status]
      properties: {id: {type: string}, status: {const: waiting}}
    makeThing.tolerated:
      <<: *waiting
      additionalProperties: true
      properties: {id: {type: [string, integer]}, status: {type: string}}
    getThing.busy:
      title: Busy
      description: Not yet.
      examples: [{id: t1, status: busy}]
      type: object
      additionalProperties: false
      required: [id, status]
      properties: {id: {type: string}, status: {enum: [waiting, busy, lost]}}
    getThing.done:
      title: Done
      description: It is there.
      examples: [{id: t1, status: done, file: 7, tags: []}]
      type: object
      additionalProperties: false
      required: [id, status, file, tags]
      properties: {id: {type: string}, status: {const: done}, file: {type: integer}, tags: {type: array}}
    getThing.tolerated:
      title: A state
      description: Any state.
      examples: [{id: t1, status: done, file: 7}]
      type: object
      required: [status]
    getFile.tolerated: {title: A link, description: Where it is., examples: [{url: x}], required: [url]}
    error.key:
      title: No key
      description: The key is missing.
      examples: [{error: key}]
      type: object
      additionalProperties: false
      required: [error]
      properties: {error: {const: key}}
    error.size:
      title: Too big
      description: It is too big.
      examples: [{error: size}]
      type: object
      additionalProperties: false
      required: [error]
      properties: {error: {const: size}}
    webhook.done: {title: News, description: It is done., examples: [{}], type: object}
"""
LOUD = """\
# Errors are shouted.
components: {schemas: {error.key: {examples: [{error: KEY}], properties: {error: {const: KEY}}}}}
"""
STRICT = "# Documented limits count.\n{}\n"
FACTS = """\
provider: toy
defaults: {headers: {Authorization: "Bearer ${key}"}}
facts:
- id: toy.thing.done
  says: A thing that was made is done after a while.
  source: the toy's own page
  mark: documented
  check:
  - do: POST /v1/things
    json: {prompt: a cat}
    expect: {status: 200, body: {$keys: [id, status], status: waiting}}
    keep: {id: /id, first: ''}
  - do: GET /v1/things/${id}
    until: {body: {status: done}}
    expect: {body: {id: '${id}'}}
- id: toy.thing.colour
  says: A thing has a colour.
  source: the toy's own page
  mark: recorded
  proof: look at it
- id: toy.thing.price
  says: A thing has a price.
  source: the toy's own page
  mark: documented
  not_emulated: money is out of scope
- id: toy.thing.smell
  says: A thing has no smell.
  source: decided
  mark: decided
  proof: smell at it
"""


def write_promise(root: Path, name: str = "toy", openapi: str = OPENAPI) -> Path:
    """Write the toy's promise into a checkout at `root`; returns its provider folder."""
    folder = root / "contracts" / name
    (folder / "profiles").mkdir(parents=True)
    (folder / "openapi.yaml").write_text(openapi)
    (folder / "profiles" / "loud.yaml").write_text(LOUD)
    (folder / "profiles" / "strict.yaml").write_text(STRICT)
    (folder / "profiles" / "combinations.yaml").write_text("- [loud, strict]\n")
    (folder / "facts.yaml").write_text(FACTS)
    return folder


@dataclass
class ToySession:
    """A sandbox of the toy: a thing waits for 1 s, is busy for 1 s, then it is done (or lost)."""

    profile: Sequence[str] = ()
    scenario: str | None = None
    key: str = "right"
    base_url: str = BASE
    other_key: str = "another"
    now: float = 0.0
    made: dict[str, float] = field(default_factory=dict)
    sent: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        self.sent.append((method, path, headers, body))
        if headers.get("authorization") != f"Bearer {self.key}":
            return self.answer(401, {"error": "KEY" if "loud" in self.profile else "key"})
        where = urlsplit(path)
        if method == "POST" and where.path == "/v1/things":
            thing = f"t{len(self.made) + 1}"
            self.made[thing] = self.now
            return self.answer(200, {"id": thing, "status": "waiting"})
        if where.path == "/v1/files" and parse_qs(where.query).get("file") == ["7"]:
            return self.answer(200, {"url": f"{BASE}/v1/files?file=7", "bytes": 0})
        return self.state(where.path.rpartition("/")[2])

    def state(self, thing: str) -> Response:
        if thing not in self.made:
            return Response(404, [("Content-Type", "text/plain")], b"no such thing")
        age = self.now - self.made[thing]
        end = "lost" if self.scenario == "fails-in-processing" else "done"
        word = "waiting" if age < 1 else "busy" if age < 2 else end
        more = {"file": 7, "tags": ["a"]} if word == "done" else {}
        return self.answer(200, {"id": thing, "status": word, **more})

    def answer(self, status: int, body: Any) -> Response:
        headers = [("Content-Type", "application/json"), ("X-Left", "19"), ("X-Twice", "a"), ("X-Twice", "b")]
        return Response(status, headers, json.dumps(body).encode())


@dataclass
class ToyTarget:
    """A target for the toy; remembers its sessions."""

    sessions: list[ToySession] = field(default_factory=list)

    def session(
        self, provider: str, *, profile: Sequence[str], timing: str, scenario: str | None, key_name: str
    ) -> ToySession:
        assert (provider, timing) == ("toy", "quick")
        self.sessions.append(ToySession(profile, scenario, f"key-of-{key_name}"))
        return self.sessions[-1]
