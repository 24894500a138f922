"""docs/webhooks.md: its snippets work, and its tables name all that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.cli.config import read
from mockserver.domain.webhook_composition import TRY, WEBHOOK_PLANS
from mockserver.prices import read_prices, shown
from tests.cli.commands import mockserver

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(blocks("toml"))))
def test_each_configuration_is_one(number: int, tmp_path: Path) -> None:
    path = tmp_path / "mock.toml"
    path.write_text(blocks("toml")[number], encoding="utf-8")
    found = read(path, ())
    assert found.scenarios or found.sandboxes


def test_the_python_runs() -> None:
    (program,) = blocks("python")
    exec(compile(program, "webhooks.md", "exec"), {})


def test_the_tables_name_every_plan_and_every_member_of_a_try() -> None:
    named = re.findall(r"^\| `([a-z_-]+)` \|", PAGE, re.MULTILINE)
    assert {one for one in named if one.startswith("webhook-")} == set(WEBHOOK_PLANS)
    assert set(TRY) == set(named) - set(WEBHOOK_PLANS)


def test_the_options_of_listen_are_those_that_there_are(tmp_path: Path) -> None:
    told = mockserver(tmp_path, "listen", "--help").out
    for option in re.findall(r"^\| `(--[a-z]+) ", PAGE, re.MULTILINE):
        assert f"{option} " in told


def test_the_prices_are_those_of_the_data() -> None:
    prices = read_prices(ROOT / "contracts/tensorone")
    for seconds, pixels, dollars in ((1, 1024 * 576, "0.50"), (1, 1024 * 577, "1.00")):
        amount = prices.price("createVideo", {"seconds": seconds, "pixels": pixels}).amount
        assert amount is not None
        assert f"${shown(amount)}" == f"${dollars}"
        assert f"${dollars}" in PAGE
