"""HAR files as four programs write them: what is read, what stays unknown, and that no key comes through."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mockserver.kit.judge.recording import NothingToJudge, Recorded
from mockserver.kit.laws.run import CaseFacts
from mockserver.kit.laws.verdict import Kind
from mockserver.kit.transcript import Transcript, read, schema
from mockserver.kit.transcript.har import HarBroken, read_har
from mockserver.web.journal.har import to_har

FOLDER = Path(__file__).parents[3] / "fixtures" / "har"
KINDS = ("journal", "mitmproxy", "chromium", "firefox")
KEY = "k-recorded-key-1"


def value(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{kind}.har").read_bytes())
    return found


def transcript(kind: str) -> Transcript:
    return Recorded(value(kind), f"{kind}.har").transcript


@pytest.mark.parametrize("kind", KINDS)
def test_calls_are_recognised(kind: str) -> None:
    """Provider, operation and job are read off the hosts, paths and bodies; a preflight is no call."""
    calls = [(one.provider, one.operation, one.job) for one in transcript(kind).exchanges]
    job = "333998560415492"
    polls = [("gately", "queryVideo", job)] * (5 if kind == "chromium" else 4)
    ends = [("gately", "retrieveFile", job), ("gately", "downloadFile", job)]
    assert calls == [("gately", "createVideo", job), *polls, *ends]


@pytest.mark.parametrize("kind", KINDS)
def test_the_hasty_poll_fails(kind: str) -> None:
    """The poll that followed another after 0.3 s is found in each file, by its number."""
    (case,) = Recorded(value(kind), kind).cases(CaseFacts(), f"mockserver judge {kind}.har")
    (failed,) = case.of(Kind.FAIL)
    assert (failed.law.id, failed.events, failed.replay) == ("POL-03", (2, 3), f"mockserver judge {kind}.har")
    assert case.drifts == []
    assert case.answers == 6


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_comes_through(kind: str) -> None:
    """The key stands nowhere in the transcript; the call that showed it has a credential."""
    read = transcript(kind)
    assert KEY not in repr(read)
    shown = [one.credential is not None for one in read.exchanges]
    assert shown[0] is (kind != "chromium")


def test_credentials_that_are_left_out_are_inconclusive() -> None:
    """Chromium's export holds no Authorization: whether the client sent one is not told."""
    (case,) = Recorded(value("chromium"), "chromium").cases(CaseFacts(), "")
    (verdict,) = (one for one in case.verdicts if one.law.id == "AUTH-01")
    assert (verdict.kind, verdict.breaches) == (Kind.INCONCLUSIVE, ())
    assert "leaves them out" in verdict.reason


def test_one_call_without_a_credential_among_others_fails() -> None:
    """Where the file shows credentials, a call without one is the client's own."""
    given = value("firefox")
    headers = given["log"]["entries"][1]["request"]["headers"]
    headers[:] = [one for one in headers if one["name"] != "Authorization"]
    (case,) = Recorded(given, "firefox").cases(CaseFacts(), "")
    assert [one.law.id for one in case.of(Kind.FAIL)] == ["AUTH-01", "POL-03"]


def test_a_body_that_is_not_told_is_no_nonsense() -> None:
    """A file without bodies of answers gives no failure of reading them, and compares none."""
    given = value("firefox")
    for entry in given["log"]["entries"]:
        entry["response"]["content"].pop("text", None)
    (case,) = Recorded(given, "firefox").cases(CaseFacts(), "")
    assert case.answers == 0
    assert [one.law.id for one in case.of(Kind.FAIL, Kind.HARNESS_ERROR)] == ["POL-03"]


def test_no_answer_is_told_as_such() -> None:
    """Status 0 with an error is a call that broke off."""
    (lost,) = (one for one in transcript("chromium").exchanges if one.answer is None)
    assert (lost.ending, lost.first_byte) == ("cut", None)


def test_requests_that_are_not_told_are_not_the_same() -> None:
    """Two creations whose bodies the file leaves out are not taken for one sent twice."""
    given = value("firefox")
    first = given["log"]["entries"][0]
    del first["request"]["postData"]
    again = deepcopy(first)
    again["startedDateTime"] = "2026-11-28T01:02:00.000+00:00"
    given["log"]["entries"].append(again)
    (case,) = Recorded(given, "firefox").cases(CaseFacts(), "")
    assert {one.law.id for one in case.of(Kind.FAIL)}.isdisjoint({"SUB-01", "MON-01", "MON-02", "MON-03"})


def test_a_provider_that_moved_away_is_noticed() -> None:
    """A status word and a member of another type are told with the record that holds them."""
    given = value("mitmproxy")
    word, kind = (given["log"]["entries"][n]["response"]["content"] for n in (1, 2))
    word["text"] = word["text"].replace("Preparing", "Rendering")
    kind["text"] = kind["text"].replace('"status":"Preparing"', '"status":7')
    for one in (word, kind):
        one["size"] = len(one["text"])
    (case,) = Recorded(given, "mitmproxy").cases(CaseFacts(), "")
    assert [(one.event, one.operation) for one in case.drifts] == [(2, "queryVideo"), (3, "queryVideo")]
    assert case.drifts[0].observed == "the status word 'Rendering'"
    assert "/status" in case.drifts[1].observed


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"log": {}}, "no HAR file: it has no log.entries"),
        ({"log": {"entries": {}}}, "log.entries: a list is expected"),
        ({"log": {"entries": [{"request": {"headers": []}}]}}, "log.entries[0]: KeyError('method')"),
    ],
)
def test_what_is_no_har(given: Any, says: str) -> None:
    """A broken file is told with the place that is wrong."""
    with pytest.raises(HarBroken) as told:
        read_har(given)
    assert str(told.value) == says


def test_a_file_of_other_hosts_has_nothing_to_judge() -> None:
    """Calls to hosts that no document names are nobody's, until their provider is said."""
    given = json.loads(json.dumps(value("firefox")).replace("api.gately.ai", "video.example"))
    with pytest.raises(NothingToJudge, match=r"video\.example"):
        Recorded(given, "firefox").cases(CaseFacts(), "")
    assert Recorded(given, "firefox", provider="gately").cases(CaseFacts(), "")[0].run.provider == "gately"
    hosts = {"video.example": "gately"}
    assert Recorded(given, "firefox", hosts=hosts).cases(CaseFacts(), "")[0].run.provider == "gately"


def test_what_our_own_journal_tells_comes_back() -> None:
    """Numbers, times, jobs, faults and webhooks of a transcript are the same after they went through HAR."""
    (given,) = schema()["examples"]
    after = read_har(to_har(given["records"], "1.2.3", 1_700_000_000.0))
    before = read(given)
    assert [(one.n, one.job) for one in after.records] == [(one.n, one.job) for one in before.records]
    (call,), (known,) = after.exchanges, before.exchanges
    for name in ("connection", "ending", "credential", "provider", "operation", "scenario", "fault"):
        assert getattr(call, name) == getattr(known, name)
    assert (call.request.headers, call.request.path) == (known.request.headers, known.request.path)
    assert (call.request.body, call.answer) == (known.request.body, known.answer)
    (hook,), (due,) = after.attempts, before.attempts
    assert (hook.delivery, hook.attempt, hook.request.url) == (due.delivery, due.attempt, due.request.url)
    assert (hook.request.body, hook.status, hook.ended) == (due.request.body, due.status, due.ended)
    assert hook.started.monotonic == 60.0
