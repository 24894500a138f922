"""`mockserver judge FILE`: recorded traffic in, a report and an exit code out."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from mockserver.__main__ import main
from mockserver.kit.reports.report_json import schema

HAR = Path(__file__).parents[2] / "fixtures" / "har"


def judge(*argv: object) -> int:
    return main(["judge", *map(str, argv)], {})


def test_every_form_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One call writes JSON, JUnit, Markdown and HTML, prints the report, and ends with 1 for a broken must."""
    paths = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "md", "html")}
    options = [part for name, path in paths.items() for part in (f"--{name}", path)]
    assert judge(HAR / "mitmproxy.har", *options) == 1
    told = capsys.readouterr().out
    assert told.startswith("FAIL  POL-03")
    assert "\x1b" not in told
    value = json.loads(paths["json"].read_bytes())
    jsonschema.Draft202012Validator(schema()).validate(value)
    assert value["command"].startswith("mockserver judge ")
    assert Xml.fromstring(paths["junit"].read_text("utf-8")).get("failures") == "1"
    assert "#### ❌ POL-03" in paths["md"].read_text("utf-8")
    assert paths["html"].read_text("utf-8").startswith("<!doctype html>")


def test_a_good_client_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the hasty poll nothing fails, and the report is less than a screen."""
    value = json.loads((HAR / "mitmproxy.har").read_bytes())
    del value["log"]["entries"][2]
    (tmp_path / "good.har").write_text(json.dumps(value), "utf-8")
    assert judge(tmp_path / "good.har") == 0
    assert len(capsys.readouterr().out.splitlines()) < 24


def test_ndjson_and_transcripts_are_judged_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The journal's three forms give the same verdicts."""
    from mockserver.settings import Settings
    from mockserver.testing import MockServer

    with MockServer(Settings(timing="instant")) as server:
        sandbox = server.sandbox("judged-key-1")
        body = json.dumps({"prompt": "a cat"}).encode()
        headers = {"authorization": "Bearer judged-key-1", "content-type": "application/json", "user-agent": "t/1"}
        server.request("POST", "/v2/ai/text-to-video", headers, body)
        (tmp_path / "a.json").write_text(json.dumps(sandbox.journal.read()), "utf-8")
        (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, sandbox.journal.records())), "utf-8")
        (tmp_path / "a.har").write_text(json.dumps(sandbox.journal.har()), "utf-8")
    found = []
    for name in ("a.json", "a.ndjson", "a.har"):
        assert judge(tmp_path / name, "--json", tmp_path / "report.json") in (0, 1)
        rows = json.loads((tmp_path / "report.json").read_bytes())["results"]
        found.append([(one["law"], one["verdict"], one["events"]) for one in rows])
    capsys.readouterr()
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        ("", "it has no call"),
        ("[1]", "expected HAR, a transcript or NDJSON"),
        ("{}", "expected HAR, a transcript or NDJSON"),
        ("not json", "line 1"),
        ('{"log": {}}', "no HAR file"),
        ("[" * 100_000, "the JSON is too deep"),
    ],
)
def test_what_cannot_be_judged(
    content: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is none of the forms is refused with one line and exit code 2."""
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content, "utf-8")
    assert judge(file) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--provider", "gatly"], "did you mean gately?"),
        (["--host", "video.example"], "expected HOST=PROVIDER"),
        (["--host", "video.example=gatly"], "did you mean gately?"),
        (["--profile", "gately=nope"], "gately has no word 'nope'"),
        (["--json", "/nowhere/at/all.json"], "there is no folder /nowhere/at"),
        (["--attempts", "0"], "0 is not in the range"),
        (["--ignore", "POL-3"], "'POL-3' is no law; did you mean POL-03?"),
    ],
)
def test_options_that_cannot_be_followed(options: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong option is told with its name and what was expected, before anything is judged."""
    assert judge(HAR / "firefox.har", *options) == 2
    told = capsys.readouterr().err
    assert says in told
    assert options[0] in told


def test_a_law_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the law that the client broke nothing fails."""
    assert judge(HAR / "mitmproxy.har", "--ignore", "POL-03") == 0
    assert "POL-03" not in capsys.readouterr().out


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What a pipe brings is judged like a file."""
    monkeypatch.setattr("sys.stdin", StringIO((HAR / "mitmproxy.har").read_text("utf-8")))
    assert judge("-") == 1
    assert "FAIL  POL-03" in capsys.readouterr().out


def test_hosts_that_released_clients_have_are_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Calls to the older brand's host are Gately's, without an option."""
    text = (HAR / "firefox.har").read_text("utf-8").replace("api.gately.ai", "api.taam.cloud")
    (tmp_path / "older.har").write_text(text, "utf-8")
    assert judge(tmp_path / "older.har") == 1
    assert "FAIL  POL-03" in capsys.readouterr().out


def test_half_a_surrogate_pair_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path of half a surrogate pair, which JSON can hold and UTF-8 cannot, comes into each form of the report."""
    text = (HAR / "firefox.har").read_text("utf-8").replace("task_id=333998560415492", "task_id=\\ud800")
    (tmp_path / "half.har").write_text(text, "utf-8")
    options = [part for name in ("json", "junit", "md", "html") for part in (f"--{name}", tmp_path / f"r.{name}")]
    assert judge(tmp_path / "half.har", *options) in (0, 1)
    assert "\\ud800" in (tmp_path / "r.json").read_text("utf-8")
    json.loads((tmp_path / "r.json").read_bytes())
    Xml.fromstring((tmp_path / "r.junit").read_text("utf-8"))
    capsys.readouterr()
