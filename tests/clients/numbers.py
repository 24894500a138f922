"""The numbers of the kit that judges clients, each measured here: `python -m tests.clients.numbers [--seconds N]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from mockserver.cli.commands import run as mockserver
from mockserver.kit.adapters.in_process import run
from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.clients import kinds
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.laws.providers import rules
from mockserver.kit.laws.table import LAWS
from mockserver.kit.promise import names
from mockserver.kit.search.drive import Search
from mockserver.testing.virtual import VirtualServer
from tests.clients.broken.table import BROKEN
from tests.clients.reference.core import Client
from tests.clients.reference.providers import CLIENTS
from tests.clients.running import client_of
from tests.docs.markdown import ROOT

KEY = "mock-0123456789abcdef01234567"


def results(server: VirtualServer, kind: str, client: type[Client], sets: Sequence[str] = ()) -> list[CaseResult]:
    """What comes of a client in all cases of some sets."""
    cases = chosen(builtin(), kind, sets=sets)
    return [run(server, client_of(client), Judging(), kinds()[kind], case, KEY) for case in cases]


def laws_and_cases() -> None:
    active = [law for law in LAWS if any(rules(name).reason_against(law, ()) is None for name in names())]
    print(f"laws: {len(LAWS)}, of which {len(active)} apply at one provider or more under its default profile")
    for kind in kinds():
        counts = Counter(case.set for case in chosen(builtin(), kind))
        provoked = {law for case in chosen(builtin(), kind) for law in case.laws}
        print(f"cases for {kind}: {counts['core']} core, {counts['extended']} extended; {len(provoked)} laws provoked")


def broken_and_false(server: VirtualServer) -> None:
    caught = 0
    for law, broken in BROKEN.items():
        found = {one.law.id for result in results(server, broken.kind, broken.client) for one in result.verdicts
                 if one.breaches}  # fmt: skip
        caught += found == {law, *broken.also}
    print(f"broken clients that fail exactly their law, and what goes with it: {caught} of {len(BROKEN)}")
    false = sum(bool(one.breaches) for kind, client in CLIENTS.items() for result in results(server, kind, client)
                for one in result.verdicts)  # fmt: skip
    print(f"false alarms on the {len(CLIENTS)} reference clients: {false}")


def timed(what: str, work: Callable[[], object]) -> None:
    begun = perf_counter()
    work()
    print(f"{what}: {perf_counter() - begun:.1f} s")


def in_process(server: VirtualServer) -> None:
    results(server, "tensorone", CLIENTS["tensorone"], ["core"])
    begun = perf_counter()
    count = len(results(server, "tensorone", CLIENTS["tensorone"], ["core"]))
    took = perf_counter() - begun
    print(f"core set of tensorone in process: {took:.2f} s, {1000 * took / count:.1f} ms a case")


def search(server: VirtualServer, seconds: float) -> None:
    good = Search(_runner(server, "tensorone", CLIENTS["tensorone"]), "tensorone")
    begun = perf_counter()
    found = good.seconds(seconds)
    rate = good.examples / (perf_counter() - begun)
    print(f"search of the reference client: {good.examples} scenarios, {rate:.0f} a second, {len(found)} findings")
    until = []
    for law, broken in BROKEN.items():
        one = Search(_runner(server, broken.kind, broken.client), broken.kind, seed=1)
        one.seconds(0)
        if law in one.until_found:
            until.append(one.until_found[law])
    told = f"median {median(until):.0f} scenarios until found" if until else "none"
    print(f"broken clients that one batch of the search finds: {len(until)} of {len(BROKEN)}; {told}")


def _runner(server: VirtualServer, kind: str, client: type[Client]) -> Callable[..., CaseResult]:
    return lambda case: run(server, client_of(client), Judging(), kinds()[kind], case, KEY)


def over_sockets() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"

        def check(*arguments: str) -> None:
            code = mockserver(["check", "tensorone", "--json", str(report), *arguments], environ)
            rows = json.loads(report.read_bytes())["results"]
            print(f"  exit code {code}, {sum(bool(row['observed']) for row in rows)} breaches")

        reference = f"{sys.executable} -m tests.clients.reference"
        timed(
            "core set of tensorone, the reference client as a command for each case", lambda: check("--cmd", reference)
        )
        adapter = f"node {ROOT / 'clients/adapters/adapter.mjs'}"
        timed("core set of tensorone, the example adapter in JavaScript", lambda: check("--adapter", adapter))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the search takes")
    parser.add_argument("--no-sockets", action="store_true", help="leave out what takes real time")
    given = parser.parse_args()
    laws_and_cases()
    with VirtualServer() as server:
        broken_and_false(server)
        in_process(server)
        search(server, given.seconds)
    if not given.no_sockets:
        over_sockets()


if __name__ == "__main__":
    main()
