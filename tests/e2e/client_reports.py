"""Reports on released clients as they are, each under scenarios that happen in production: fixtures/reports/.

    python -m tests.e2e.client_reports [NAME...]

makes those of the clients that have an environment (`make clients`). The tests beside it hold that a client run again
gets the same verdicts, and that docs/clients.md tells what the reports say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.run import CLIENTS, ROOT, is_ready, python_of

FOLDER: Final = ROOT / "fixtures" / "reports"
SCENARIOS: Final = ("polls=3", "limited-creation", "dropped-creation", "failed-creation", "failing-polls")
"""The scenarios, each with its mock's default number."""
EXERCISED: Final = ("fail", "warn", "info", "pass")
"""Verdicts that are kept: the others tell what did not happen."""
LONGEST_SECONDS: Final = 700


@dataclass(frozen=True)
class Client:
    """A released client, and how it is run."""

    name: str
    """The folder under clients/."""
    title: str
    profile: str = ""
    """The profile under which the mock answers."""
    has_environment: bool = True
    """Whether it needs packages of its own; the pages' samples run in the tests' environment."""

    @property
    def python(self) -> Path:
        """The interpreter that runs it."""
        return python_of(self.name) if self.has_environment else Path(sys.executable)

    @property
    def is_ready(self) -> bool:
        """Whether it can be run here."""
        return is_ready(self.name) if self.has_environment else True


TABLE: Final = (
    Client("langchain_aimlapi", "langchain-aimlapi 0.1.3"),
    Client("modelslab_py", "modelslab_py 0.2.3"),
    Client("minimax_mcp", "minimax-mcp 0.0.19"),
    Client("minimax_python", "minimax-python 0.2.0"),
    Client("hermes_minimax_media", "hermes-minimax-media 0.3.0", "gately=minimax"),
    Client("taam_cloud", "taam_cloud 1.0.0"),
    Client("aimlapi_page", "sample of AI/ML API's page", has_environment=False),
    Client("tensorone_page", "samples of TensorOne's page", has_environment=False),
)


def path_of(client: Client, scenario: str) -> Path:
    """Where the report on a client under a scenario is kept."""
    return FOLDER / f"{client.name}.{scenario.partition('=')[0]}.json"


def observed(client: Client, scenario: str) -> dict[str, Any]:
    """Run a client under `mockserver observe`; the report, without what only this machine has."""
    options = ["--seed", "0", "--timing", "quick", "--scenario", scenario]
    options += ["--profile", client.profile] if client.profile else []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        command = [str(client.python), str(CLIENTS / client.name / "observed.py")]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", "mockserver", "observe", *options, "--json", str(file), "--", *command],
            env={**kept, "PYTHONPATH": str(ROOT)},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
        )
        if not file.exists():
            raise RuntimeError(f"{client.name} under {scenario}: {done.stdout}{done.stderr}")
        text = file.read_text("utf-8")
        shown = ["python", f"tests/e2e/clients/{client.name}/observed.py"]
        for real, told in zip(command, shown, strict=True):
            text = text.replace(real, told)
        report: dict[str, Any] = json.loads(text)
    report["results"] = [one for one in report["results"] if one["verdict"] in EXERCISED]
    for case in report["cases"]:
        case["case"] = client.title
    for result in report["results"]:
        result["case"] = client.title
    return report


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    """The verdicts of a report by law: what is the same in each run."""
    return {one["law"]: one["verdict"] for one in report["results"]}


def keep(client: Client, scenario: str) -> str:
    """Make and keep a report; a line on what failed."""
    report = observed(client, scenario)
    path_of(client, scenario).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    failed = [law for law, verdict in verdicts(report).items() if verdict in ("fail", "warn")]
    return f"{client.title}, {scenario}: {', '.join(failed) or 'nothing failed'}"


def main(names: list[str]) -> None:
    """Make the reports of the clients that are named, or of all."""
    FOLDER.mkdir(exist_ok=True)
    asked = [client for client in TABLE if client.name in names or not names]
    ready = [client for client in asked if client.is_ready]
    runs = [(client, scenario) for client in ready for scenario in SCENARIOS]
    # Most of their time they wait.
    with ThreadPoolExecutor(10) as pool:
        for line in pool.map(lambda one: keep(*one), runs):
            print(line, flush=True)
    for client in asked:
        if client not in ready:
            print(f"{client.title}: its environment is missing; `make clients` makes it")


if __name__ == "__main__":
    main(sys.argv[1:])
