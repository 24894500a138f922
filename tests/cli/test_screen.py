"""What people and programs see: the start screen, the listings, the log."""

from __future__ import annotations

import json
import logging
import sys
from asyncio import CancelledError
from dataclasses import replace
from io import StringIO
from math import ceil
from pathlib import Path

import pytest

from mockserver.__main__ import main
from mockserver.app import PLACES
from mockserver.cli.logs import EXTRA, has_colours, logging_to
from mockserver.cli.ready import ReadyFile
from mockserver.cli.screen import Shown, painted, screen
from mockserver.provider.discovery import discover, scenarios

PROVIDERS = discover(PLACES)
SHOWN = Shown("1.2.3", "http://127.0.0.1:54321", 123456, True, "documented", [], "~/.cache/mockserver-t2v")


def rows(lines: list[str]) -> int:
    """How many rows of 80 columns they take."""
    return sum(max(1, ceil(len(line) / 80)) for line in lines)


def test_four_providers_fit_one_screen() -> None:
    own = list(PROVIDERS.values())[:4]
    lines = screen(replace(SHOWN, providers=own))
    assert rows(lines) <= 24, lines
    longest = max(own, key=lambda one: len(one.sample))
    assert len(screen(replace(SHOWN, providers=[longest] * 4, asks_for_keys=True, warnings=("w", "w")))) <= 24


def test_it_names_everything() -> None:
    lines = screen(replace(SHOWN, providers=[PROVIDERS["tensorone"]], warnings=("Mind this.",)))
    text = "\n".join(lines)
    for part in ("1.2.3", SHOWN.url, "seed 123456", "--seed 123456", "documented", "Mind this.", SHOWN.cache, "Ctrl-C"):
        assert part in text
    assert f"{SHOWN.url}/v2" in text
    assert "{" not in text.replace('\'{"prompt"', "")
    assert "drawn" not in "\n".join(screen(replace(SHOWN, seed_is_drawn=False)))
    assert "\x1b" not in text
    assert screen(SHOWN, painted)[0].startswith("\x1b[1m")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_are_for_terminals_that_want_them() -> None:
    assert has_colours(Terminal(), {})
    assert not has_colours(StringIO(), {})
    assert not has_colours(Terminal(), {"NO_COLOR": "1"})
    assert not has_colours(Terminal(), {"TERM": "dumb"})


def test_providers_as_json_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers", "--json"], {}) == 0
    found = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(found) == list(PROVIDERS)
    for name, provider in PROVIDERS.items():
        row = found[name]
        assert (row["title"], row["default_style"]) == (provider.title, provider.style)
        assert row["site"] == provider.site + provider.base_path
        assert row["base_url"] == "http://127.0.0.1:8000" + provider.base_path
        assert [(word["name"], word["says"]) for word in row["words"]] == [(w.name, w.says) for w in provider.words]
        assert [word["name"] for word in row["words"] if word["default"]] == (
            [provider.style] if provider.style else []
        )
    assert main(["providers"], {}) == 0
    text = capsys.readouterr().out
    for row in found.values():
        for part in (row["title"], row["base_url"], row["site"], *(word["says"] for word in row["words"])):
            assert part in text


def test_routes_as_json_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", "--json"], {}) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) == sum(len(one.operations) for one in PROVIDERS.values())
    assert {
        "method": "POST", "path": "/v2/ai/text-to-video", "provider": "tensorone", "operation_id": "createVideo",
        "word": None,
    } in found  # fmt: skip
    assert any(row["word"] == "get-fetch" for row in found)
    assert main(["routes"], {}) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(found)


def test_scenarios_as_json_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--json"], {}) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found] == list(scenarios(PROVIDERS))
    assert next(row for row in found if row["name"] == "polls")["number"] == 3
    assert main(["scenarios"], {}) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(found)


def test_log_lines_for_people_are_one_each_whatever_a_client_sends() -> None:
    stream = StringIO()
    with logging_to(stream, "text", {}):
        logging.getLogger("mockserver").info("GET /a\nb\x1b[31m 404")
        logging.getLogger("mockserver").warning("mind")
        logging.getLogger("mockserver").debug("no")
        logging.getLogger("somebody").info("no")
        logging.getLogger("somebody").error("broken")
    times, said = zip(*(line.split(" ", 1) for line in stream.getvalue().splitlines()), strict=True)
    assert all(len(time) == 8 for time in times)
    assert said == ("GET /a\\nb\\x1b[31m 404", "warning: mind", "error: broken")
    logging.getLogger("mockserver").warning("after the end")
    assert "after" not in stream.getvalue()


def test_log_lines_for_programs_are_json_with_the_traceback_in_them() -> None:
    stream = StringIO()
    with logging_to(stream, "json", {}):
        logging.getLogger("mockserver").info("ready", extra={EXTRA: {"url": "u"}})
        try:
            raise ValueError("no")
        except ValueError:
            logging.getLogger("mockserver").exception("crashed")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["message"], first["level"], first["url"]) == ("ready", "info", "u")
    assert first["time"].endswith("Z")
    assert second["traceback"].endswith("ValueError: no")


def test_what_a_stop_cuts_off_is_said_calmly_and_without_a_traceback() -> None:
    stream = StringIO()
    with logging_to(stream, "text", {}):
        logging.getLogger("uvicorn.error").error("Cancel %s running task(s), timeout graceful shutdown exceeded", 2)
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=CancelledError())
    assert [line[9:] for line in stream.getvalue().splitlines()] == ["requests cut off by the stop: 2"]


def test_a_ready_file_is_whole_or_not_there(tmp_path: Path) -> None:
    file = ReadyFile(tmp_path / "ready.json")
    file.clear()
    file.write("http://127.0.0.1:1", 7)
    assert json.loads(file.path.read_text()) == {"url": "http://127.0.0.1:1", "pid": 7}
    assert [one.name for one in tmp_path.iterdir()] == ["ready.json"]
    later = ReadyFile(file.path)
    later.clear()
    assert not file.path.exists()
    later.write("http://127.0.0.1:2", 8)
    file.remove()
    assert json.loads(file.path.read_text())["pid"] == 8
    later.remove()
    later.remove()
    assert not list(tmp_path.iterdir())
    file.path.touch()
    later.clear()
    assert not file.path.exists()


def test_an_embedded_start_leaves_no_trace_in_the_log() -> None:
    before = list(logging.getLogger().handlers)
    with logging_to(sys.stderr, "text", {}):
        assert len(logging.getLogger().handlers) == len(before) + 1
    assert logging.getLogger().handlers == before
