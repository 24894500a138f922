"""Whose call is it, which operation, and about which job? Read off the providers' documents, for recorded traffic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from mockserver.kit.laws.reading import NOT_JSON, at, json_of
from mockserver.kit.laws.rules import Rules
from mockserver.kit.laws.view import View
from mockserver.kit.promise.provider import METHODS, schema
from mockserver.kit.promise.validation import compiled
from mockserver.kit.transcript.model import Exchange, Record, Transcript, Verdict, Violation

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
"""Hosts on which a mock of any provider may be."""


@dataclass(frozen=True)
class Place:
    """Where an operation of a provider is called."""

    provider: str
    operation: str
    method: str
    path: re.Pattern[str]
    hosts: frozenset[str]


@dataclass(frozen=True)
class Recognition:
    """What is known of the providers: their rules, hosts that stand for them, and the profile words of each."""

    rules: Mapping[str, Rules]
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Names of providers by further hosts of theirs."""
    profiles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    only: str | None = None
    """The provider whose calls all are that go to no known host; None: theirs are nobody's."""

    def recognised(self, transcript: Transcript) -> Transcript:
        """Return the transcript with provider, operation, job and verdict of each exchange that has none."""
        places = [place for name, one in self.rules.items() for place in self._places(name, one)]
        own = {host for place in places for host in place.hosts}
        jobs: dict[str, str] = {}
        records: list[Record] = []
        for record in transcript.records:
            told = self._told(record, places, own) if isinstance(record, Exchange) else record
            records.append(self._with_job(told, jobs) if isinstance(told, Exchange) else told)
        return replace(transcript, records=records)

    def _places(self, name: str, rules: Rules) -> Iterable[Place]:
        document = rules.under(self.profiles.get(name, ())).document
        more = [host for host, of in self.hosts.items() if of == name]
        for path, item in document.get("paths", {}).items():
            servers = item.get("servers") or document.get("servers", [])
            hosts = {urlsplit(one["url"]).netloc for one in servers}
            if "servers" not in item:
                hosts.update(more)
            for method in METHODS:
                if method in item:
                    yield Place(name, item[method]["operationId"], method.upper(), _pattern(path), frozenset(hosts))

    def _told(self, one: Exchange, places: Sequence[Place], own: set[str]) -> Exchange:
        if one.provider is not None:
            rules = self.rules.get(one.provider)
            return one if rules is None else _judged(one, rules.under(one.profile))
        host = (one.request.header("host") or "").lower()
        method = "GET" if one.request.method == "HEAD" else one.request.method
        fitting = [
            place
            for place in places
            if place.method == method and place.path.fullmatch(one.request.path) and self._is_at(place, host, own)
        ]
        if not fitting:
            provider = self._provider_of(host, places, own)
            return replace(one, provider=provider, profile=self._words(provider))
        place = fitting[0]
        words = self._words(place.provider)
        found = replace(one, provider=place.provider, operation=place.operation, profile=words)
        return _judged(found, self.rules[place.provider].under(words))

    def _words(self, provider: str | None) -> tuple[str, ...]:
        return tuple(self.profiles.get(provider or "", ()))

    def _is_at(self, place: Place, host: str, own: set[str]) -> bool:
        if host in own:
            return host in place.hosts
        if self.only is not None:
            return place.provider == self.only
        return host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK

    def _provider_of(self, host: str, places: Sequence[Place], own: set[str]) -> str | None:
        """Whose host it is, where no path fits."""
        if host in own:
            return next(place.provider for place in places if host in place.hosts)
        return self.only

    def _with_job(self, one: Exchange, jobs: dict[str, str]) -> Exchange:
        """The exchange with its job. `jobs` are the jobs by what names them: ids, links and ids of files."""
        rules = self.rules.get(one.provider or "")
        if rules is None or one.operation is None:
            return one
        view = rules.under(one.profile)
        job = one.job or _job(one, view, jobs)
        if job is not None:
            for name in _names(one, view):
                jobs[name] = job
        return replace(one, job=job)


def _pattern(template: str) -> re.Pattern[str]:
    """The paths that fit a template; a parameter at the end of a path to a file may hold slashes."""
    pieces = re.split(r"(\{[^}]+\})", template)
    found = ["[^/]+" if piece.startswith("{") else re.escape(piece) for piece in pieces]
    if pieces[-1] == "" and pieces[-2:-1] == ["{name}"]:
        found[-2] = ".+"
    return re.compile("".join(found) + "/?")


def _judged(one: Exchange, view: View) -> Exchange:
    """The exchange with what the document says of the body that was sent."""
    name = f"{one.operation}.request"
    if one.verdict.valid is not None or name not in view.document.get("components", {}).get("schemas", {}):
        return one
    body = json_of(one.request.body)
    if body is NOT_JSON:
        return one
    errors = compiled(schema(view.document, name)).iter_errors(body)
    found = [
        Violation(
            path="".join(f"/{part}" for part in error.instance_path),
            rule=str(error.schema_path[-1]) if error.schema_path else "",
            expected=None,
            got=error.instance,
            says=error.message,
        )
        for error in errors
    ]
    return replace(one, verdict=Verdict(not found, found))


def _job(one: Exchange, view: View, jobs: Mapping[str, str]) -> str | None:
    life = view.life
    if life is None or one.operation is None:
        return None
    if one.operation in life.create:
        told = at(_answered(one), str(life.raw["create"].get("id", "")))
        return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else None
    reader = view.shown_ids.get(one.operation)
    if reader is not None:
        shown = reader(one.request.path, one.request.query)
        return jobs.get(shown, shown) if shown is not None else None
    return next((job for name, job in jobs.items() if name and name in _address(one)), None)


def _answered(one: Exchange) -> Any:
    return json_of(one.answer.body) if one.answer is not None and one.ending == "complete" else NOT_JSON


def _address(one: Exchange) -> str:
    request = one.request
    query = f"?{request.query}" if request.query else ""
    return f"{request.scheme}://{request.header('host') or ''}{request.path}{query}"


def _names(one: Exchange, view: View) -> list[str]:
    """What an answer names its job by: links and ids of files. Short values are left out: they would fit by chance."""
    life = view.life
    if life is None:
        return []
    pointers = [*life.fields.get("output", ()), str(life.raw.get("retrieve", {}).get("output", ""))]
    found = [at(_answered(one), pointer) for pointer in pointers if pointer]
    return [str(value) for value in found if isinstance(value, str | int) and len(str(value)) > 5]
