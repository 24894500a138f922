"""The pytest plugin of facts: what counts as proven, alone and under pytest-xdist."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mockserver.kit.generator.source  # noqa: F401  here, because libyaml's module cannot be loaded again by each run in process
from tests.kit.toy import write_promise

pytest_plugins = ["pytester"]

CHECKOUT = Path(__file__).parents[2]
COLOUR = "toy.thing.colour"
DONE = "toy.thing.done"
PROVEN = f"""
import pytest

@pytest.mark.fact("{COLOUR}", "{DONE}")
def test_both(): pass
"""
THREE = PROVEN.replace(f'"{DONE}"', f'"{DONE}", "toy.thing.smell"')
MISTAKES = f"""
import pytest

@pytest.mark.fact("toy.thing.color")
def test_unknown(): pass

@pytest.mark.fact("toy.thing.price")
def test_not_emulated(): pass

@pytest.mark.fact("{DONE}", "{COLOUR}")
@pytest.mark.fact("toy.thing.smell", "toy.thing.size")
def test_four(): pass

@pytest.mark.fact()
def test_none(): pass
"""
COUNTS = {"facts": 4, "proven": 2, "not_emulated": 1, "unproven": 0, "open": 1}


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    write_promise(pytester.path)
    return pytester


def _run(suite: pytest.Pytester, code: str, *options: str) -> tuple[int, str]:
    suite.makepyfile(code)
    plugins = ["-p", "mockserver.kit.facts.plugin", "-p", "no:cacheprovider", "--facts-from", "contracts"]
    run = suite.runpytest_subprocess if "-n2" in options else suite.runpytest_inprocess
    result = run(*plugins, "--facts-json", "counts.json", *options)
    return int(result.ret), result.stdout.str() + result.stderr.str()


def _counts(suite: pytest.Pytester) -> dict[str, int]:
    counts: dict[str, int] = json.loads((suite.path / "counts.json").read_text())["toy"]
    return counts


@pytest.mark.parametrize("way", [(), ("-p", "xdist", "-n2")], ids=["alone", "xdist"])
def test_the_facts_are_counted(suite: pytest.Pytester, way: tuple[str, ...]) -> None:
    code, told = _run(suite, PROVEN, "--facts", *way)
    assert code == 0, told
    assert _counts(suite) == COUNTS
    assert "open      toy.thing.smell (decided; no test ran)" in told
    assert "UNPROVEN" not in told
    code, told = _run(suite, PROVEN + f"@pytest.mark.fact('{DONE}')\ndef test_failed(): assert 0\n", "--facts", *way)
    assert code == 1
    assert _counts(suite) == {**COUNTS, "proven": 1, "unproven": 1}
    assert f"UNPROVEN  {DONE} (documented; its test failed)" in told


@pytest.mark.parametrize("way", [(), ("-p", "xdist", "-n2")], ids=["alone", "xdist"])
def test_a_mistaken_marker_fails_the_collection(suite: pytest.Pytester, way: tuple[str, ...]) -> None:
    code, told = _run(suite, MISTAKES, *way)
    assert code not in (0, 5)
    assert "test_unknown: there is no fact 'toy.thing.color'; is toy.thing.colour meant?" in told
    assert "test_not_emulated: the fact toy.thing.price says that it is not emulated" in told
    assert "test_four: carries 4 facts; at most 3 are allowed" in told
    assert "test_none: the marker names no fact" in told


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def test_nothing(): pass", "no test ran"),
        (PROVEN + f"@pytest.mark.fact('{COLOUR}')\ndef test_skipped(): pytest.skip('no')\n", ""),
        (PROVEN.replace("def test", "@pytest.mark.skip\ndef test"), "no test ran"),
        (PROVEN.replace("def test", "@pytest.mark.xfail(reason='')\ndef test").replace("pass", "0 / 0"), "no test ran"),
        (PROVEN + f"@pytest.mark.fact('{COLOUR}')\ndef test_failed(): assert 0\n", "its test failed"),
        (PROVEN + f"@pytest.mark.fact('{COLOUR}')\ndef test_error(nothing): pass\n", "its test failed"),
    ],
    ids=["no-test", "another-skipped", "skipped", "xfailed", "another-failed", "another-in-error"],
)
def test_a_fact_is_proven_when_a_test_ran_and_none_failed(suite: pytest.Pytester, code: str, why: str) -> None:
    returned, told = _run(suite, code, "--facts")
    assert (returned != 0) == bool(why), told
    assert (f"UNPROVEN  {COLOUR} (recorded; {why})" in told) == bool(why)
    assert (_counts(suite)["unproven"] > 0) == bool(why)


def test_without_the_option_nothing_is_demanded(suite: pytest.Pytester) -> None:
    code, told = _run(suite, "def test_nothing(): pass")
    assert code == 0
    assert "unproven" not in told
    assert _counts(suite)["unproven"] == 2


def test_a_test_parametrised_by_facts_proves_each_alone(suite: pytest.Pytester) -> None:
    code, told = _run(
        suite,
        f"""
import pytest
from mockserver.kit.facts import load_all
from pathlib import Path

FACTS = [fact for fact in load_all(Path("contracts"))["toy"] if not fact.not_emulated]

@pytest.mark.parametrize("fact", [pytest.param(f, id=f.id, marks=pytest.mark.fact(f.id)) for f in FACTS])
def test_fact(fact): assert fact.id != "{DONE}"
""",
        "--facts",
    )
    assert code == 1
    assert _counts(suite) == {"facts": 4, "proven": 2, "not_emulated": 1, "unproven": 1, "open": 0}
    assert f"UNPROVEN  {DONE} (documented; its test failed)" in told


def test_broken_facts_are_told_when_a_test_needs_them(suite: pytest.Pytester) -> None:
    facts = suite.path / "contracts" / "toy" / "facts.yaml"
    facts.write_text(facts.read_text().replace("mark: recorded", "mark: seen"))
    code, told = _run(suite, PROVEN)
    assert code not in (0, 5)
    assert "facts.yaml:16: toy.thing.colour: mark must be one of" in told


def test_three_facts_on_one_test_are_allowed(suite: pytest.Pytester) -> None:
    code, _ = _run(suite, THREE, "--facts")
    assert code == 0
    assert _counts(suite) == {**COUNTS, "proven": 3, "open": 0}


def test_those_that_need_a_proof_are_told_first(suite: pytest.Pytester) -> None:
    told = _run(suite, "def test_nothing(): pass", "--facts")[1]
    assert [line.split()[0] for line in told.splitlines() if "; no test ran)" in line] == [
        "UNPROVEN",
        "UNPROVEN",
        "open",
    ]


def test_no_facts_at_all_prove_nothing(suite: pytest.Pytester) -> None:
    code, _ = _run(suite, "def test_nothing(): pass", "--facts", "--facts-from", "nowhere")
    assert code == 1
