"""A client that keeps the laws, at any provider: it reads from the document where ids, words and links stand."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import httpx

from mockserver.kit.laws.providers import rules
from mockserver.kit.laws.reading import at, delay_seconds, number
from mockserver.kit.laws.run import Artifact, CaseFacts, Clock, Outcome, Result, Run
from mockserver.kit.transcript import reading
from mockserver.testing import MockServer, Sandbox

BODIES: dict[str, dict[str, Any]] = {
    "tensorone": {"prompt": "a cat"},
    "modelslab": {"model_id": "cogvideox", "prompt": "a cat"},
    "aimlapi": {"model": "pixverse/v5/text-to-video", "prompt": "a cat"},
    "gately": {"model": "T2V-01", "prompt": "a cat"},
}
PAUSE_SECONDS = 2.0
DEADLINE_SECONDS = 600.0


class Client:
    """A client of one job, made from `body`. It waits on the sandbox's clock, which it alone moves."""

    def __init__(self, server: MockServer, sandbox: Sandbox, provider: str) -> None:
        self.box, self.provider = sandbox, provider
        self.view = rules(provider).under(())
        assert self.view.life is not None
        self.life = self.view.life
        self.in_body = "x-credential" in self.view.document
        headers = {} if self.in_body else sandbox.headers
        self.api = httpx.Client(base_url=server.url, headers=headers, timeout=20)
        self.files = httpx.Client(timeout=20)
        self.spent, self.pause = 0.0, PAUSE_SECONDS
        self.body = dict(BODIES[provider])
        self.jobs: list[str] = []

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.spent += seconds
        self.box.advance(seconds)

    def call(self, operation: str, id_: str | None = None, where: dict[str, str] | None = None,
             body: dict[str, Any] | None = None) -> httpx.Response:  # fmt: skip
        """Call an operation; `where` says in which place the id stands."""
        one = self.view.operations[operation]
        path, query = one.path, {}
        if id_ is not None and where is not None:
            if where["in"] == "path":
                path = path.replace("{" + where["name"] + "}", quote(id_, safe=""))
            else:
                query = {where["name"]: id_}
        sent = {**(body or {}), **({"key": self.box.key} if self.in_body else {})}
        return self.api.request(one.method, path, params=query, json=sent or None)

    def run(self) -> Outcome:
        """Make a clip; the outcome."""
        try:
            with self.api, self.files:
                return self.made()
        except httpx.TransportError as error:
            return Outcome(Result.ERROR, message=str(error), jobs=self.jobs)

    def made(self) -> Outcome:
        while True:
            response = self.call(self.life.create[0], body=self.body)
            if response.status_code != 429:
                break
            self.sleep(self.hint(response) or PAUSE_SECONDS)
        body = self.object(response)
        if response.status_code >= 500:
            return Outcome(Result.ERROR, message="the job may have been made")
        id_ = at(body, self.life.raw["create"]["id"])
        if response.status_code >= 400 or not id_:
            return Outcome(Result.REJECTED, message=json.dumps(body))
        self.jobs = [str(id_)]
        return self.followed(str(id_), response)

    def followed(self, id_: str, response: httpx.Response) -> Outcome:
        """Poll until the end, by what each answer says."""
        while True:
            body = self.object(response)
            word = at(body, self.life.fields["status"]) if response.is_success else None
            if word in self.life.terminal:
                return self.ended(id_, word, body)
            if response.status_code in (401, 403):
                return Outcome(Result.ERROR, message="the key was refused", jobs=self.jobs)
            if self.spent > DEADLINE_SECONDS:
                return Outcome(Result.TIMEOUT, message=f"job {id_} may still end", jobs=self.jobs)
            response = self.polled(id_, self.hint(response))

    def polled(self, id_: str, hint: float | None) -> httpx.Response:
        self.pause = min(30.0, self.pause * 1.3)
        self.sleep(max(hint or 0.0, self.pause))
        try:
            return self.call(self.life.poll[0], id_, self.life.raw["poll"]["id"])
        except httpx.TransportError:
            return self.polled(id_, None)

    def ended(self, id_: str, word: str, body: Any) -> Outcome:
        if self.life.state_of(word) != "succeeded":
            return Outcome(Result.FAILED, message=json.dumps(at(body, self.life.fields["error"])), jobs=self.jobs)
        for _ in range(8):
            link = self.link(body)
            if not link:
                return Outcome(Result.ERROR, message="no output", jobs=self.jobs)
            try:
                response = self.files.get(link)
            except httpx.TransportError:
                continue
            if response.status_code == 200 and response.headers["content-type"].startswith(("video/", "image/")):
                digest = blake2b(response.content, digest_size=20).hexdigest()
                artifact = Artifact(len(response.content), digest)
                return Outcome(Result.COMPLETED, jobs=self.jobs, artifact=artifact)
            self.sleep(3.0)
            if response.status_code in (403, 410):
                body = self.object(self.call(self.life.poll[0], id_, self.life.raw["poll"]["id"]))
        return Outcome(Result.EXPIRED, jobs=self.jobs)

    def link(self, body: Any) -> str | None:
        """The link of the clip, asked for where it has a call of its own."""
        found = next((one for one in (at(body, pointer) for pointer in self.life.fields["output"]) if one), None)
        retrieve = self.life.raw.get("retrieve")
        if retrieve is None or found is None:
            return str(found) if found else None
        link = at(self.object(self.call(retrieve["operations"][0], found, retrieve["id"])), retrieve["output"])
        return str(link) if link else None

    def hint(self, response: httpx.Response) -> float | None:
        """The seconds to wait that an answer tells; a day or more is none."""
        body = self.object(response)
        told = [float(delay_seconds(response.headers.get("retry-after")) or 0)]
        told += [number(at(body, pointer)) or 0.0 for pointer in self.view.hints]
        longest = max(told)
        return longest if 0 < longest < 86_400 else None

    def object(self, response: httpx.Response) -> Any:
        try:
            found = response.json()
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def fresh(server: MockServer, provider: str, scenario: str = "success", timing: str = "quick") -> Sandbox:
    """A sandbox whose clock stands still. It is the same key each time, so that its clip is drawn once."""
    sandbox = server.sandbox(f"laws-{provider}")
    sandbox.reset(configuration=True)
    sandbox.freeze()
    sandbox.configure(scenario=scenario, timing=timing)
    return sandbox


def taken(sandbox: Sandbox, provider: str, outcome: Outcome | None = None, **facts: Any) -> Run:
    """The run that a sandbox's journal tells."""
    transcript = reading.read(sandbox.journal.read())
    words = tuple(transcript.exchanges[0].profile)
    return Run(transcript, rules(provider), words, outcome, CaseFacts(clock=Clock.SANDBOX, **facts))


def lived(server: MockServer, provider: str, scenario: str) -> Run:
    """A run of the client at a provider, under a scenario, where a job takes minutes."""
    sandbox = fresh(server, provider, scenario, "documented")
    outcome = Client(server, sandbox, provider).run()
    return taken(sandbox, provider, outcome, case=scenario, intents=1, deadline=DEADLINE_SECONDS + 60)
