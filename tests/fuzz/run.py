"""Starts a server and runs schemathesis over the document of every profile: `make fuzz ARGS="--only gately --times 5"`.

Every word of every provider is a profile, beside the default and the combinations that have a document of their own; a
word that changes no document runs against the default one. The clock of a profile's sandbox stands still and its jobs
have scenarios in turn, so that no run depends on time. What schemathesis says of each profile goes to its own file; its
summary is printed.

The budget of each operation is what the coverage phase finds in the document and 8 cases of the fuzzing phase; that of
each profile 6 sequences of 16 calls, then 12 more, and 24, and so on, until they have followed every link that the
document declares; one that they have not after 378 is a failure. The coverage phase is long and the same whenever an
operation is: a switch runs it for the operations that it changes, the others had theirs under the default profile.
`--times 2` and more leave nothing out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from mockserver.kit.promise import PROVIDERS, load, names
from mockserver.kit.promise.document import MARK
from mockserver.provider.discovery import discover

SUMMARY = "API Operations:"
SCENARIOS = ["instant", "polls=2", "instant", "fails-in-processing"]
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Profile:
    """A profile: `words` is empty for the default one."""

    provider: str
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.provider} {','.join(self.words) or '(default)'}"

    @property
    def file(self) -> str:
        return f"{self.provider}-{'-'.join(self.words) or 'default'}.txt"


def profiles(only: Sequence[str]) -> list[Profile]:
    """Every profile, the default ones first."""
    found: list[Profile] = []
    discovered = discover()
    for name in names():
        folder = PROVIDERS / name / "generated"
        found.append(Profile(name, ()))
        composed = json.loads((folder / "digests.json").read_bytes())
        own = [tuple(one.split(",")) for one in sorted(composed) if one != MARK]
        words = [(word.name,) for word in discovered[name].words if word.name != discovered[name].style]
        every = dict.fromkeys([*words, *own])
        found += [Profile(name, words) for words in every]
    exact = {one.name for one in found} & set(only)
    heads = tuple(head for head in only if head not in exact)
    chosen = [one for one in found if not only or one.name in exact or (heads and one.name.startswith(heads))]
    return sorted(chosen, key=lambda one: bool(one.words))


@contextmanager
def serving(keys: Sequence[str], folder: Path) -> Iterator[str]:
    """A server in a process of its own; its address. It gets to know the keys from a file."""
    (folder / "keys").write_text("\n".join(keys))
    ready = folder / "ready.json"
    options = ["--port", "0", "--keys", str(folder / "keys"), "--ready-file", str(ready), "--seed", "1"]
    options += ["--cache-dir", str(folder / "clips")]
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


def control(url: str, method: str, path: str, value: object = None) -> Any:
    """A call of the control API."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    body = None if value is None else json.dumps(value)
    connection.request(method, f"/_mock{path}", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    content = json.loads(answer.read() or "null")
    connection.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {content}")
    return content


def fuzzed(url: str, profile: Profile, key: str, told: Namespace, folder: Path) -> dict[str, Any]:
    """Run one profile; the outcome as `mockserver.kit.fuzz` prints it, with the seconds that it took."""
    settings = {"profiles": {profile.provider: list(profile.words)}, "timing": "instant", "queue": SCENARIOS * 1000}
    sandbox = control(url, "POST", "/sandboxes", {"key": key})["sandbox"]
    control(url, "DELETE", f"/sandboxes/{sandbox}")
    control(url, "PATCH", f"/sandboxes/{sandbox}", settings)
    control(url, "PATCH", f"/sandboxes/{sandbox}/clock", {"frozen": True})  # so no creation is held back
    document = folder / f"{profile.file}.json"
    document.write_text(json.dumps(load(PROVIDERS / profile.provider).under(profile.words)))
    command = [
        *(sys.executable, "-m", "mockserver.kit.fuzz", str(document), "--url", url, "--key", key),
        *("--header", f"X-Mock-Sandbox: {sandbox}", "--seed", str(told.seed)),
        *("--examples", str(told.examples * told.times), "--sequences", str(told.sequences * told.times)),
    ]
    if profile.words and told.times == 1:
        command += ["--covered", str(PROVIDERS / profile.provider / "generated" / "document.json")]
    began = monotonic()
    log = folder / profile.file
    with log.open("wb") as out:
        subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder, env=_environment(), check=False)
    last = log.read_text().strip().splitlines()[-1:]
    try:
        found: dict[str, Any] = json.loads(last[0])
    except (ValueError, IndexError):
        found = {"cases": 0, "failures": [], "errors": [f"it ended without a report: {log}"], "unused": []}
    return {**found, "seconds": monotonic() - began}


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def main() -> int:
    """Run every profile, two at a time; 0 when nothing failed anywhere."""
    parser = ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument(
        "--only", action="append", default=[], help="a profile, or those whose names begin so: `gately m`"
    )
    parser.add_argument("--times", type=int, default=1, help="so many times the cases and sequences")
    parser.add_argument("--examples", type=int, default=8, help="cases of each operation in the fuzzing phase")
    parser.add_argument("--sequences", type=int, default=6, help="sequences of calls for each profile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for what is printed and logged")
    told = parser.parse_args()
    chosen = profiles(told.only)
    with TemporaryDirectory() as made:
        folder = told.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        return report(chosen, run(chosen, told, folder), folder)


def run(chosen: Sequence[Profile], told: Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """Run profiles, `told.workers` at a time, each with a key that no other uses meanwhile.

    A key is used again by the next profile of the same provider: ids repeat under it, so clips are not drawn again.
    """
    keys = {name: [f"fuzz-{name}-{target_queue}" for target_queue in range(told.workers)] for name in names()}

    def one(profile: Profile) -> dict[str, Any]:
        key = keys[profile.provider].pop(0)
        try:
            return fuzzed(url, profile, key, told, folder)
        finally:
            keys[profile.provider].insert(0, key)

    every = [key for target_queues in keys.values() for key in target_queues]
    with serving(every, folder) as url, ThreadPoolExecutor(told.workers) as pool:
        yield from pool.map(one, chosen)


def report(chosen: Sequence[Profile], outcomes: Iterable[dict[str, Any]], folder: Path) -> int:
    """Print schemathesis' summary of each profile (all it said where something is wrong), and in the end a table."""
    lines, wrong, cases = [], 0, 0
    for profile, found in zip(chosen, outcomes, strict=True):
        unused = [f"no sequence followed {link}" for link in found["unused"]]
        problems = [*found["failures"], *found["errors"], *unused]
        wrong, cases = wrong + len(problems), cases + found["cases"]
        said = (folder / profile.file).read_text()
        print(f"\n{profile.name}\n{said if problems else said[said.find(SUMMARY) :]}", flush=True)
        lines += [
            f"{profile.name}: {found['cases']} cases, {len(problems)} problems, {found['seconds']:.1f} s",
            *unused,
        ]
    print(*lines, f"schemathesis: {len(chosen)} profiles, {cases} cases, {wrong} failures and errors", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
