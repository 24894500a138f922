"""A released client that is run again gets the verdicts of its kept report."""

from __future__ import annotations

import pytest

from tests.docs.clients_page import report_of
from tests.e2e.client_reports import TABLE, Client, observed, verdicts

SCENARIO = "dropped-creation"
"""A scenario that takes no client more than seconds, and in which the most is at stake."""
TIMED = frozenset({"POL-01", "POL-03", "HYG-01"})
"""Laws whose verdict also depends on how fast the machine is."""


@pytest.mark.parametrize("client", TABLE, ids=[one.name for one in TABLE])
def test_the_verdicts_are_those_of_the_kept_report(client: Client) -> None:
    """Where the connection ends before the answer to a paid creation, the client does what the report says."""
    if not client.is_ready:
        pytest.skip(f"THE CLIENT {client.name} WAS NOT RUN: its environment is missing; `make e2e` makes it")
    kept, now = (verdicts(one) for one in (report_of(client, SCENARIO), observed(client, SCENARIO)))
    assert {law: word for law, word in now.items() if law not in TIMED} == {
        law: word for law, word in kept.items() if law not in TIMED
    }
