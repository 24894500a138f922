"""The schemas of cases and of adapters: what is sent keeps them, and what is wrong does not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from mockserver.data import contracts
from mockserver.kit.adapters import stdio
from mockserver.kit.adapters.lines import Lines
from mockserver.kit.cases.catalogue import FOLDER, builtin, chosen
from mockserver.kit.cases.clients import kinds
from mockserver.kit.cases.model import CaseBroken, case_of
from mockserver.kit.laws.run import Result
from mockserver.kit.laws.table import LAWS
from tests.docs.markdown import ROOT

CASES = json.loads((contracts() / "case.schema.json").read_bytes())
ADAPTER = json.loads((contracts() / "adapter.schema.json").read_bytes())


def valid(name: str, value: Any) -> bool:
    """Whether a line keeps a definition of the adapters' schema."""
    registry = jsonschema_rs.Registry([(CASES["$id"], CASES), (ADAPTER["$id"], ADAPTER)])
    return jsonschema_rs.Draft202012Validator({"$ref": f"{ADAPTER['$id']}#/$defs/{name}"}, registry=registry).is_valid(
        value
    )


def test_ids_are_stable_words_and_stand_once() -> None:
    """Over all files."""
    ids = [case.id for case in builtin()]
    assert len(ids) == len(set(ids))
    assert {path.stem for path in FOLDER.glob("*.json")} == {case.set for case in builtin()} == {"core", "extended"}


def test_cases_name_laws_and_providers_that_there_are() -> None:
    """In every case, as it is at each provider."""
    laws = {law.id for law in LAWS}
    for kind in kinds():
        assert {law for case in chosen(builtin(), kind) for law in case.laws} <= laws
    assert {name for case in builtin() for name in case.providers or ()} <= set(kinds())


@pytest.mark.parametrize(
    "change",
    [{"id": "Not"}, {"laws": ["BKO"]}, {"outcomes": ["done"]}, {"deadline_seconds": 0}, {"more": 1}, {"set": "most"}],
)
def test_a_case_that_is_none_is_told(change: Mapping[str, Any]) -> None:
    """With the place."""
    with pytest.raises(CaseBroken, match=rf"^/{next(iter(change)) if 'more' not in change else ''}"):
        case_of({"id": "one", "says": "It is one.", "laws": [], **change})


def test_outcomes_are_the_words_of_the_laws() -> None:
    """The schema and the code agree."""
    assert CASES["$defs"]["outcome"]["enum"] == [one.value for one in Result]


def test_what_an_adapter_is_asked_and_answers_keeps_the_schema(tmp_path: Path) -> None:
    """Each line in both directions, of the example in Python."""
    adapter = tmp_path / "adapter.py"
    heard = tmp_path / "heard.txt"
    text = (
        (ROOT / "clients/adapters/adapter.py")
        .read_text()
        .replace(
            "    message = json.loads(line)\n",
            f"    message = json.loads(line)\n    open({str(heard)!r}, 'a').write(line)\n",
        )
    )
    adapter.write_text(text)

    class Server:
        base_url, key = "http://127.0.0.1:9", "mock-key"

    lines = Lines([sys.executable, str(adapter)], {})
    case = chosen(builtin(), "tensorone", ids=["plain"])[0]
    ended = stdio.Adapter([], {})._ended(lines, kinds()["tensorone"], case, Server(), tmp_path / "clip.mp4")  # type: ignore[arg-type]
    lines.bye()
    asked = [json.loads(line) for line in heard.read_text().splitlines()]
    assert [one["type"] for one in asked] == ["hello", "run", "bye"]
    assert all(valid("asked", one) for one in asked)
    assert ended.outcome is not None
    assert ended.outcome.result is Result.ERROR


def test_answers_that_are_none_do_not_keep_the_schema() -> None:
    """A result needs an outcome, a greeting a name."""
    assert valid("answered", {"type": "hello", "name": "mine", "parallel": 3})
    assert valid("answered", {"type": "result", "id": "1", "outcome": "failed", "jobs": [1]})
    assert valid("answered", {"type": "unsupported", "id": "1"})
    assert not valid("answered", {"type": "hello"})
    assert not valid("answered", {"type": "result", "id": "1"})
    assert not valid("answered", {"type": "result", "id": "1", "outcome": "done"})


def test_the_examples_are_short() -> None:
    """About thirty lines of code each."""
    for path in (ROOT / "clients/adapters").iterdir():
        lines = [
            line for line in path.read_text().splitlines() if line.strip() and not line.lstrip().startswith(("#", "//"))
        ]
        assert len(lines) <= 36, path.name


def test_the_node_package_says_what_it_is() -> None:
    """Its one file, its types, and no dependency."""
    package = json.loads((ROOT / "clients/node/package.json").read_bytes())
    assert package["files"] == ["adapter.js", "adapter.d.ts"]
    assert "dependencies" not in package
    done = subprocess.run(["node", "--check", "adapter.js"], cwd=ROOT / "clients/node", capture_output=True)
    assert done.returncode == 0
