"""A pytest plugin that counts which facts were proven by the tests that just ran.

    @pytest.mark.fact("tensorone.create.fps.values")      at most three ids on one test
    pytest --facts                                        print the counts; exit 1 when a binding fact is unproven
    pytest --facts-json PATH                              write the counts

A fact is proven when at least one test that carries its id ran, and every one that ran passed. A documented or recorded
fact needs a proof or a reason (`not_emulated`). An unknown id, or a fourth one, fails the collection. A test that is
parametrised by facts puts the marker on each parameter (`pytest.param(fact, marks=pytest.mark.fact(fact.id))`).
Under pytest-xdist the workers report through `user_properties` and the controller counts.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from mockserver.kit.facts.model import Fact, FactsBroken, load_all
from mockserver.kit.promise import PROVIDERS
from mockserver.spelling import closest

MOST_IDS = 3
_PROPERTY = "fact"
_OUTCOMES = pytest.StashKey["Outcomes"]()


@dataclass(eq=False)  # a plugin has to be hashable, as soon as a folder has a conftest of its own
class Outcomes:
    """What ran and how it ended, over all tests that carry the id of a fact in the folders under `providers`."""

    providers: Path
    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @cached_property
    def facts(self) -> dict[str, list[Fact]]:
        """Every fact by provider, read when first asked for. Raises FactsBroken."""
        return load_all(self.providers)

    @cached_property
    def ids(self) -> dict[str, Fact]:
        """Every fact by id."""
        return {fact.id: fact for rows in self.facts.values() for fact in rows}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Enter a test's end: a failure in any phase counts, a success when the test itself passed."""
        names = {str(value) for key, value in report.user_properties if key == _PROPERTY}
        if report.failed:
            self.failed |= names
        elif report.when == "call" and report.passed:
            self.passed |= names

    def is_proven(self, fact: Fact) -> bool:
        """Whether a test of this fact ran, and none that ran failed."""
        return fact.id in self.passed and fact.id not in self.failed

    def unproven(self, provider: str) -> list[Fact]:
        """Return the facts without proof and without reason, those that need one first."""
        rows = [fact for fact in self.facts[provider] if not self.is_proven(fact) and not fact.not_emulated]
        return sorted(rows, key=lambda fact: not fact.is_binding)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return per provider: facts, proven, not_emulated, unproven (binding ones), open (the others unproven)."""
        counted: dict[str, dict[str, int]] = {}
        for provider, rows in self.facts.items():
            unproven = self.unproven(provider)
            binding = sum(fact.is_binding for fact in unproven)
            counted[provider] = {
                "facts": len(rows),
                "proven": sum(self.is_proven(fact) for fact in rows if not fact.not_emulated),
                "not_emulated": sum(fact.not_emulated is not None for fact in rows),
                "unproven": binding,
                "open": len(unproven) - binding,
            }
        return counted


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --facts, --facts-json and --facts-from."""
    group = parser.getgroup("facts", "facts about the providers")
    group.addoption("--facts", action="store_true", help="print which facts are proven; fail when a binding one is not")
    group.addoption("--facts-json", type=Path, metavar="PATH", help="write the counts of facts per provider")
    group.addoption("--facts-from", type=Path, metavar="DIR", default=PROVIDERS, help="folder of the provider folders")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and begin to count."""
    config.addinivalue_line("markers", "fact(id, ...): the test proves these facts (at most three)")
    outcomes = Outcomes(config.getoption("--facts-from"))
    config.stash[_OUTCOMES] = outcomes
    config.pluginmanager.register(outcomes, "mockserver.kit.facts.outcomes")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note on each test which facts it carries; an unknown id and too many of them fail the collection.

    A failed report, and no exception, because only a report finds its way from a worker of pytest-xdist.
    """
    report = yield
    outcomes = collector.config.stash[_OUTCOMES]
    items = [item for item in report.result or () if isinstance(item, pytest.Item)] if report.passed else []
    mistakes = [mistake for item in items for mistake in _noted(item, outcomes)]
    if mistakes:
        report.outcome = "failed"
        report.longrepr = "\n".join(dict.fromkeys(mistakes))
        report.result = []
    return report


def _noted(item: pytest.Item, outcomes: Outcomes) -> list[str]:
    markers = list(item.iter_markers("fact"))
    ids = list(dict.fromkeys(name for marker in markers for name in marker.args))
    item.user_properties.extend((_PROPERTY, name) for name in ids)
    try:
        return [f"{item.nodeid}: {mistake}" for mistake in _mistakes(ids, outcomes.ids)] if markers else []
    except FactsBroken as broken:
        return [f"facts are broken:\n{broken}"]


def _mistakes(ids: Iterable[Any], known: Mapping[str, Fact]) -> list[str]:
    listed = list(ids)
    wrong = [] if listed else ["the marker names no fact"]
    if len(listed) > MOST_IDS:
        wrong.append(f"carries {len(listed)} facts; at most {MOST_IDS} are allowed")
    for name in listed:
        if name not in known:
            near = closest(str(name), known, 0.6)
            wrong.append(f"there is no fact {name!r}" + (f"; is {near} meant?" if near else ""))
        elif known[name].not_emulated:
            wrong.append(f"the fact {name} says that it is not emulated")
    return wrong


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the counts, and fail the session under --facts when a binding fact is unproven."""
    config = session.config
    path, is_asked = config.getoption("--facts-json"), config.getoption("--facts")
    if hasattr(config, "workerinput") or not (path or is_asked):
        return
    try:
        counts = config.stash[_OUTCOMES].counts()
    except FactsBroken as broken:
        raise pytest.UsageError(f"facts are broken:\n{broken}") from None
    if path:
        path.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    is_unproven = any(count["unproven"] for count in counts.values())
    if is_asked and (is_unproven or not counts) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the counts under --facts."""
    if not config.getoption("--facts"):
        return
    outcomes = config.stash[_OUTCOMES]
    terminalreporter.section("facts")
    for line in _printed(outcomes):
        terminalreporter.write_line(line)


def _printed(outcomes: Outcomes) -> Iterable[str]:
    counts = outcomes.counts()
    names = ("facts", "proven", "not_emulated", "unproven", "open")
    yield f"{'provider':<12}" + "".join(f"{name.replace('_', ' '):>14}" for name in names)
    for provider, count in counts.items():
        yield f"{provider:<12}" + "".join(f"{count[name]:>14}" for name in names)
    for provider in counts:
        for fact in outcomes.unproven(provider):
            why = "its test failed" if fact.id in outcomes.failed else "no test ran"
            yield f"{'UNPROVEN' if fact.is_binding else 'open':<9} {fact.id} ({fact.mark}; {why})"
