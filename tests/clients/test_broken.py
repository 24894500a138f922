"""The kit catches what it has to: each broken client fails the law that it breaks, the reference clients fail none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from mockserver.kit.adapters.in_process import run
from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.clients import kinds
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.laws.table import LAWS
from mockserver.kit.laws.verdict import Kind
from mockserver.testing.virtual import VirtualServer
from tests.clients.broken.table import BROKEN, ON_THE_TOY, SOCKETS
from tests.clients.reference.core import Client
from tests.clients.reference.providers import CLIENTS
from tests.clients.running import client_of

KEY: Final = "mock-0123456789abcdef01234567"


@pytest.fixture(scope="module")
def server() -> Iterator[VirtualServer]:
    with VirtualServer() as started:
        yield started


def results(server: VirtualServer, kind: str, client: type[Client]) -> list[CaseResult]:
    """What comes of a client in all cases for its kind."""
    judged = kinds()[kind]
    return [run(server, client_of(client), Judging(), judged, case, KEY) for case in chosen(builtin(), kind)]


@pytest.mark.parametrize("kind", kinds())
def test_the_reference_client_breaks_no_law(server: VirtualServer, kind: str) -> None:
    """No false alarm: not even a law that only informs."""
    found = results(server, kind, CLIENTS[kind])
    assert [(one.case.id, verdict.law.id, verdict.observed) for one in found for verdict in one.verdicts
            if verdict.breaches or verdict.kind is Kind.HARNESS_ERROR] == []  # fmt: skip


@pytest.mark.parametrize("kind", kinds())
def test_every_case_exercises_the_laws_that_it_names(server: VirtualServer, kind: str) -> None:
    """A case that does not provoke what it says would be a check that cannot fail."""
    found = results(server, kind, CLIENTS[kind])
    untold = {(one.case.id, verdict.law.id) for one in found for verdict in one.verdicts
              if verdict.law.id in one.case.laws and verdict.kind is Kind.INCONCLUSIVE}  # fmt: skip
    assert untold <= {("polls-many", "HYG-01")}  # there are no connections in process


@pytest.mark.parametrize("law", BROKEN)
def test_each_broken_client_fails_the_law_that_it_breaks(server: VirtualServer, law: str) -> None:
    """It fails that law, and besides it only those of which the table says why."""
    broken = BROKEN[law]
    found = results(server, broken.kind, broken.client)
    assert {verdict.law.id for one in found for verdict in one.verdicts if verdict.breaches} == {law, *broken.also}


def test_every_law_has_its_broken_client() -> None:
    """A law without one cannot be merged, but where the table says why it is proven otherwise."""
    proven = [*BROKEN, *ON_THE_TOY, *SOCKETS]
    assert sorted(proven) == sorted(law.id for law in LAWS)
