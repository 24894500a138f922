"""The record of a job: its JSON form with a version, and the job that a record makes.

A record names its scenario and the type of its request; what they do is looked up when the record is read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from mockserver import MockServerError
from mockserver.domain.job import AnyJob, Job, Override, OverrideKind
from mockserver.domain.scenario import Scenario
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.domain.scenario_composition import read_scenario, scenario_data
from mockserver.domain.timeline import Timeline

VERSION: Final = 1
"""The version of the records that are written."""


class Requests(Protocol):
    """The JSON forms of the providers' requests."""

    def to_json(self, provider: str, request: object) -> dict[str, Any]:
        """Return the JSON form of a provider's request."""
        ...

    def from_json(self, provider: str, data: dict[str, Any]) -> object:
        """Return the request of a JSON form."""
        ...


class UnknownVersion(MockServerError, ValueError):
    """A record of a version that this program does not read; the text says which."""


def check_version(data: dict[str, Any], known: int) -> None:
    """Raise UnknownVersion unless a record has the version that is known."""
    if data.get("version") != known:
        raise UnknownVersion(f"expected a record of version {known}, got {data.get('version')!r}")


def job_to_json(job: AnyJob, requests: Requests, scenarios: ScenarioCatalogue) -> dict[str, Any]:
    """Return the record of a job."""
    return {
        "version": VERSION,
        "id": job.id,
        "alias": job.alias,
        "provider": job.provider,
        "operation": job.kind,
        "n": job.n,
        "serial": job.serial,
        "created": job.created.isoformat(),
        "timeline": job.timeline.to_json(),
        "request": requests.to_json(job.provider, job.request),
        "seed": job.seed,
        "scenario": None if job.scenario is None else scenario_to_json(job.scenario, scenarios),
        "overrides": [{"at": one.at.isoformat(), "kind": one.kind.value, "why": one.why} for one in job.overrides],
        "polls": job.polls,
        "profile": sorted(job.profile),
        "files": job.files,
        "price": None if job.price is None else str(job.price),
    }


def job_from_json(data: dict[str, Any], requests: Requests, scenarios: ScenarioCatalogue) -> AnyJob:
    """Return the job of a record. Raises UnknownVersion; ValueError and KeyError for what is no record."""
    check_version(data, VERSION)
    scenario = data["scenario"]
    return Job(
        id=data["id"],
        alias=data["alias"],
        provider=data["provider"],
        kind=data["operation"],
        n=data["n"],
        serial=data["serial"],
        created=datetime.fromisoformat(data["created"]),
        timeline=Timeline.from_json(data["timeline"]),
        request=requests.from_json(data["provider"], data["request"]),
        seed=data["seed"],
        scenario=None if scenario is None else scenario_from_json(scenario, scenarios),
        overrides=tuple(_override(one) for one in data["overrides"]),
        polls=data["polls"],
        profile=frozenset(data["profile"]),
        files=data["files"],
        price=None if data.get("price") is None else Decimal(data["price"]),
    )


def _override(data: dict[str, Any]) -> Override:
    return Override(datetime.fromisoformat(data["at"]), OverrideKind(data["kind"]), data["why"])


def scenario_to_json(scenario: Scenario, scenarios: ScenarioCatalogue) -> dict[str, Any]:
    """Return a scenario as its name and number, where it is built in, else as its name and all its data.

    A composed scenario may be replaced or forgotten; those that have it keep it.
    """
    if scenarios.is_built_in(scenario.name):
        return {"name": scenario.name, "number": scenario.number}
    return {"name": scenario.name, "data": scenario_data(scenario)}


def scenario_from_json(data: dict[str, Any], scenarios: ScenarioCatalogue) -> Scenario:
    """Return the scenario of a JSON form."""
    name, number = data["name"], data.get("number")
    if "data" in data:
        return read_scenario(name, data["data"])
    known = scenarios[name]
    return known if known.number == number else replace(known, number=number)
