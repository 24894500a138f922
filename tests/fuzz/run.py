"""Starts a server and runs schemathesis over the document of every profile: `make fuzz ARGS="--only gately --times 5"`.

Each profile has a key, and with it a sandbox, of its own. Its jobs live by their polls: the second one finds them done,
and its clock stands still, so that no run depends on time. What schemathesis says of each profile goes to its own file;
its summary is printed. The coverage phase is long and the same whenever an operation is: a switch runs it for the
operations that it changes, the others had theirs under the default profile. `--times 2` and more leave nothing out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from contracts.promise import PROVIDERS, names

SCENARIO = "polls=2"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Profile:
    """A profile with a whole document: `words` is empty for the default one."""

    provider: str
    words: tuple[str, ...]
    document: Path

    @property
    def name(self) -> str:
        return f"{self.provider} {','.join(self.words) or '(default)'}"

    @property
    def key(self) -> str:
        return f"fuzz-{self.provider}-{'-'.join(self.words) or 'default'}"


def profiles(only: Sequence[str]) -> list[Profile]:
    """Every profile that has a document of its own, the default ones first."""
    found: list[Profile] = []
    for name in names():
        folder = PROVIDERS / name / "generated"
        found.append(Profile(name, (), folder / "document.json"))
        told = sorted((folder / "documents").glob("*.json"))
        found += [Profile(name, tuple(path.stem.split(",")), path) for path in told]
    chosen = [one for one in found if not only or any(one.name.startswith(prefix) for prefix in only)]
    return sorted(chosen, key=lambda one: bool(one.words))


@contextmanager
def serving(keys: Sequence[str], folder: Path) -> Iterator[str]:
    """A server in a process of its own; its address. It gets to know the keys from a file."""
    (folder / "keys").write_text("\n".join(keys))
    ready = folder / "ready.json"
    options = ["--port", "0", "--keys", str(folder / "keys"), "--ready-file", str(ready), "--seed", "1"]
    options += ["--cache-dir", str(folder / "clips"), "--scenario", SCENARIO]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "serve", *options], stdout=log, stderr=log, cwd=ROOT
        )
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended: {(folder / 'server.log').read_text()[-2000:]}")
                sleep(0.05)
            yield json.loads(ready.read_bytes())["url"]
        finally:
            process.terminate()
            process.wait(timeout=30)


def control(url: str, method: str, path: str, value: object) -> Any:
    """A call of the control API."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request(method, f"/_mock{path}", json.dumps(value), {"content-type": "application/json"})
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {content}")
    return content


def fuzzed(url: str, profile: Profile, told: Namespace, folder: Path) -> dict[str, Any]:
    """Run one profile; the outcome as `contracts.fuzz` prints it, with the seconds that it took."""
    sandbox = control(url, "POST", "/sandboxes", {"key": profile.key})["sandbox"]
    control(url, "PATCH", f"/sandboxes/{sandbox}", {"profiles": {profile.provider: list(profile.words)}})
    control(url, "PATCH", f"/sandboxes/{sandbox}/clock", {"frozen": True})  # so no creation is held back
    command = [
        *(sys.executable, "-m", "contracts.fuzz", str(profile.document), "--url", url, "--key", profile.key),
        *("--header", f"X-Mock-Sandbox: {sandbox}", "--seed", str(told.seed)),
        *("--examples", str(told.examples * told.times), "--chains", str(told.chains * told.times)),
    ]
    if profile.words and told.times == 1:
        command += ["--covered", str(PROVIDERS / profile.provider / "generated" / "document.json")]
    began = monotonic()
    log = folder / f"{profile.key}.txt"
    with log.open("wb") as out:
        subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=_environment(), check=False)
    last = log.read_text().strip().splitlines()[-1:]
    try:
        found: dict[str, Any] = json.loads(last[0])
    except (ValueError, IndexError):
        found = {"cases": 0, "failures": [], "errors": [f"it ended without a report: {log}"]}
    return {**found, "seconds": monotonic() - began}


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def main() -> int:
    """Run every profile, two at a time; 0 when nothing failed anywhere."""
    parser = ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="profiles whose names begin so: `modelslab doc`")
    parser.add_argument("--times", type=int, default=1, help="so many times the cases and sequences")
    parser.add_argument("--examples", type=int, default=8)
    parser.add_argument("--chains", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for what is printed and logged")
    told = parser.parse_args()
    chosen = profiles(told.only)
    with TemporaryDirectory() as made:
        folder = told.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        with serving([one.key for one in chosen], folder) as url, ThreadPoolExecutor(told.workers) as pool:
            outcomes = list(pool.map(lambda one: fuzzed(url, one, told, folder), chosen))
        return report(chosen, outcomes, folder)


def report(chosen: Sequence[Profile], outcomes: Sequence[dict[str, Any]], folder: Path) -> int:
    """Print one line for each profile, and what schemathesis said where something is wrong."""
    wrong = 0
    for profile, found in zip(chosen, outcomes, strict=True):
        problems = [*found["failures"], *found["errors"]]
        wrong += len(problems)
        print(f"{profile.name}: {found['cases']} cases, {len(problems)} problems, {found['seconds']:.1f} s")
        if problems:
            print((folder / f"{profile.key}.txt").read_text())
    cases = sum(found["cases"] for found in outcomes)
    print(f"schemathesis: {len(chosen)} profiles, {cases} cases, {wrong} failures and errors")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
