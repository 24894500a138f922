"""docs/clients.md and the reports that it is made from."""

from __future__ import annotations

import json

import jsonschema
import pytest

from mockserver.kit.reports.report_json import schema
from tests.docs import clients_page
from tests.docs.clients_page import report_of, rows
from tests.docs.markdown import text_of
from tests.e2e.client_reports import FOLDER, SCENARIOS, TABLE, Client, path_of

RUNS = [(client, scenario) for client in TABLE for scenario in SCENARIOS]


def test_the_page_is_what_the_reports_say() -> None:
    """The committed page is the one that the kept reports make."""
    assert {clients_page.PAGE: text_of(clients_page.PAGE).encode()} == clients_page.build()


@pytest.mark.parametrize(("client", "scenario"), RUNS, ids=[f"{client.name}.{one}" for client, one in RUNS])
def test_a_kept_report_is_one(client: Client, scenario: str) -> None:
    """It conforms to its schema, judging never went wrong in it, and it names no path of a machine."""
    report = report_of(client, scenario)
    jsonschema.Draft202012Validator(schema()).validate(report)
    assert report["summary"]["verdicts"]["harness-error"] == 0
    assert report["summary"]["problem"] is None
    assert f"--scenario {scenario} " in report["command"]
    assert report["command"].endswith(f" -- python tests/e2e/clients/{client.name}/observed.py")
    text = json.dumps(report)
    assert not [word for word in ("/home/", "/work/", "/root/", "/tmp/") if word in text]


def test_no_report_is_kept_of_a_run_that_is_none() -> None:
    """The folder holds the reports of the table, and nothing of clients that left it."""
    assert {path.name for path in FOLDER.glob("*.json")} == {path_of(*run).name for run in RUNS}


def test_every_failure_was_looked_into() -> None:
    """Each law that a report says is failed or warned has a row, once for each client, and no row is stale."""
    broken = {
        (client.name, one["law"])
        for client, scenario in RUNS
        for one in report_of(client, scenario)["results"]
        if one["verdict"] in ("fail", "warn")
    }
    told = [(row["client"], row["law"]) for row in rows()]
    assert sorted(told) == sorted(broken)
    assert all(row["note"].startswith("True") for row in rows())
