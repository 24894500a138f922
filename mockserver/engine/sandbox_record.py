"""The record of a sandbox beside its entries: configuration, counters, queue and clock, as JSON with a version."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from mockserver.domain.clock_segment import ClockState
from mockserver.domain.job_record import check_version, scenario_from_json, scenario_to_json
from mockserver.domain.quota import Limit
from mockserver.domain.scenario_catalogue import ScenarioCatalogue
from mockserver.domain.timeline import length_from_json, length_to_json
from mockserver.engine.sandbox import Sandbox

VERSION: Final = 1
"""The version of the records that are written."""


def sandbox_to_json(sandbox: Sandbox, scenarios: ScenarioCatalogue, epoch: datetime) -> dict[str, Any]:
    """Return the record of a sandbox; `epoch` is the wall's instant at monotonic second 0 of this process."""
    return {
        "version": VERSION,
        "sandbox": sandbox.digest,
        "seed": sandbox.seed,
        "id_block": sandbox.id_block,
        "profiles": {name: sorted(words) for name, words in sandbox.profiles.items()},
        "timing": sandbox.timing,
        "limits": sandbox.limits,
        "hold": length_to_json(sandbox.hold),
        "scenario": scenario_to_json(sandbox.scenario, scenarios),
        "queue": [scenario_to_json(one, scenarios) for one in sandbox.queue],
        "files_url": sandbox.files_url,
        "own_limits": {name: [limit.calls, length_to_json(limit.window)] for name, limit in sandbox.own_limits.items()},
        "tiers": dict(sandbox.tiers),
        "webhook_secrets": list(sandbox.webhook_secrets),
        "budget": None if sandbox.budget is None else str(sandbox.budget),
        "submissions": sandbox.submissions,
        "refusals": sandbox.refusals,
        "keeps_journal": sandbox.keeps_journal,
        "clock": sandbox.clock.state.to_json(epoch),
    }


def restore_sandbox(sandbox: Sandbox, data: dict[str, Any], scenarios: ScenarioCatalogue, epoch: datetime) -> Sandbox:
    """Make a new sandbox what its record says; return it. Raises UnknownVersion."""
    check_version(data, VERSION)
    sandbox.seed, sandbox.id_block = data["seed"], data["id_block"]
    sandbox.profiles = {name: frozenset(words) for name, words in data["profiles"].items()}
    sandbox.timing, sandbox.limits, sandbox.hold = data["timing"], data["limits"], length_from_json(data["hold"])
    sandbox.scenario = scenario_from_json(data["scenario"], scenarios)
    sandbox.queue = tuple(scenario_from_json(one, scenarios) for one in data["queue"])
    sandbox.files_url, sandbox.tiers = data["files_url"], data["tiers"]
    sandbox.own_limits = {
        name: Limit(calls, timedelta(microseconds=window)) for name, (calls, window) in data["own_limits"].items()
    }
    sandbox.webhook_secrets = tuple(data.get("webhook_secrets", ()))
    sandbox.budget = None if data.get("budget") is None else Decimal(data["budget"])
    sandbox.submissions, sandbox.refusals = data["submissions"], data["refusals"]
    sandbox.keeps_journal = data["keeps_journal"]
    sandbox.clock.restore(ClockState.from_json(data["clock"], epoch))
    return sandbox


def limit_to_json(name: Hashable) -> Any:
    """Return the name of a limit as JSON: texts stay, bytes become hex, tuples become lists."""
    if isinstance(name, tuple):
        return [limit_to_json(one) for one in name]
    return {"hex": name.hex()} if isinstance(name, bytes) else name


def limit_from_json(data: Any) -> Hashable:
    """Return the name of a limit in its JSON form."""
    if isinstance(data, list):
        return tuple(limit_from_json(one) for one in data)
    return bytes.fromhex(data["hex"]) if isinstance(data, dict) else data
