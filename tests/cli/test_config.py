"""One TOML file for options and scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.cli.config import read

OPTIONS = ("port", "timing", "profile", "max-jobs", "seed")

GOOD = """
[serve]
timing = "instant"   # a comment
max-jobs = 50
profile = ["modelslab=documented,strict", "gately=minimax"]

[scenarios.rainy-night]
says = "It rains."
timeline = { running_seconds = 90 }

[scenarios.cut]
file.share = 0.5
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mock.toml"
    path.write_text(text)
    return path


def test_options_and_scenarios_are_read(tmp_path: Path) -> None:
    """[serve] holds options as the command line has them, [scenarios.NAME] what a scenario is composed of."""
    config = read(written(tmp_path, GOOD), OPTIONS)
    assert config.options == {
        "timing": "instant", "max_jobs": "50", "profile": ["modelslab=documented,strict", "gately=minimax"],
    }  # fmt: skip
    assert [scenario.name for scenario in config.scenarios] == ["rainy-night", "cut"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[serve]\ntiming = 'x'\nprot = 3\n", "line 3: serve.prot: unknown option; did you mean port?"),
        ("[server]\n", "line 1: server: unknown table; did you mean serve?"),
        ("[serve]\nport = true\n", "line 2: serve.port: expected a text, a number or a list, got True"),
        (
            GOOD.replace("running_seconds", "runing_seconds"),
            "line 9: scenarios.rainy-night.timeline.runing_seconds: unknown key; did you mean running_seconds?",
        ),
        (GOOD.replace("0.5", "5"), "line 12: scenarios.cut.file.share: expected a number from 0 to 1, got 5"),
        (
            '[scenarios.x]\nfaults = [\n  { at = "poll", does = "cut" },\n  { at = "fil", does = "cut" },\n]\n',
            "faults[1].at: expected one of creation, poll, file, webhook, got 'fil'; did you mean file?",
        ),
        (
            '[[scenarios.x.faults]]\nat = "poll"\ndoes = "cut"\n[[scenarios.x.faults]]\nat = "poll"\ndose = "cut"\n',
            "line 6: scenarios.x.faults[1].dose: unknown key; did you mean does?",
        ),
        ("[scenarios.x]\nwebhooks = { trys = [] }\n", "line 2: scenarios.x.webhooks.trys: unknown key; did you mean"),
        ("[serve\n", "Expected ']'"),
    ],
)
def test_a_bad_file_is_told_with_line_key_expected_and_nearest(text: str, told: str, tmp_path: Path) -> None:
    """One line that says file, line, key, what was expected and the nearest spelling."""
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match=r"mock\.toml") as wrong:
        read(path, OPTIONS)
    assert told in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    """A byte order mark and CRLF at the ends of lines change nothing. Case F07."""
    path = tmp_path / "mock.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    read_back, plain = read(path, OPTIONS), read(written(tmp_path, GOOD), OPTIONS)
    assert read_back.options == plain.options
    assert [one.name for one in read_back.scenarios] == [one.name for one in plain.scenarios]


def test_the_line_of_a_mistake_is_counted_across_crlf(tmp_path: Path) -> None:
    """Lines count as an editor counts them."""
    path = tmp_path / "mock.toml"
    path.write_bytes(b"\xef\xbb\xbf[serve]\r\ntiming = 'x'\r\nprot = 3\r\n")
    with pytest.raises(ValueError, match=r"line 3: serve\.prot"):
        read(path, OPTIONS)
