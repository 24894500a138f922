"""Judging: the kinds of verdict, severities and their grounds, costs, and that the work grows with the run only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import FrameType
from typing import Any

import pytest

from mockserver.data import contracts
from mockserver.kit.laws.catalogue import texts
from mockserver.kit.laws.examples import example
from mockserver.kit.laws.judging import judge, verdict_of
from mockserver.kit.laws.law import Basis, Cost, Law, Severity
from mockserver.kit.laws.providers import rules, runs_of
from mockserver.kit.laws.rules import FEATURES
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.table import LAWS
from mockserver.kit.laws.verdict import Kind
from mockserver.kit.promise.provider import names
from mockserver.kit.transcript.model import Exchange
from mockserver.testing import MockServer
from tests.kit.law_client import Client, fresh, taken

BY_ID = {law.id: law for law in LAWS}
PROVIDERS = names(contracts())


def test_a_law_that_breaks_is_no_fault_of_the_client() -> None:
    """An exception in a law is a harness-error, and the other laws are judged all the same."""

    def broken(_run: Run) -> Any:
        raise ZeroDivisionError("by nothing")

    law = replace(BY_ID["POL-03"], finder=broken)
    first, second = judge(example("0 create -> 200 done"), [law, BY_ID["AUTH-01"]])
    assert first.kind is Kind.HARNESS_ERROR
    assert "ZeroDivisionError: by nothing" in first.reason
    assert second.kind is Kind.PASS


def test_what_did_not_happen_is_inconclusive_and_says_what() -> None:
    """Never a green skip."""
    verdict = verdict_of(BY_ID["BKO-01"], example("0 create -> 200 done"))
    assert verdict.kind is Kind.INCONCLUSIVE
    assert verdict.reason == "not exercised: a 429 with Retry-After in seconds did not occur"


def test_a_law_whose_feature_is_missing_does_not_apply_and_says_which() -> None:
    """The toy has no idempotency key unless its profile says so."""
    verdict = verdict_of(BY_ID["SUB-02"], example("0 create -> 200 done"))
    assert (verdict.kind, verdict.reason) == (Kind.NOT_APPLICABLE, "toy documents no idempotency key")


def test_an_outcome_that_was_not_told_leaves_its_laws_open() -> None:
    """The job failed; whether the client says so nobody knows."""
    verdict = verdict_of(BY_ID["TRM-02"], example("0 create -> 200 queued\n2 poll -> 200 failed"))
    assert (verdict.kind, verdict.reason) == (Kind.INCONCLUSIVE, "the client told no outcome")


def test_a_frozen_clock_breaks_no_pause() -> None:
    """A test that freezes time and polls at once is no client that polls too fast; in virtual time it is one."""
    run = example("0 create -> 200 queued\n2 poll -> 200 running\n2.25 poll -> 200 done")
    still = [
        replace(
            one, **{name: replace(getattr(one, name), at=run.transcript.exchanges[0].arrived.at) for name in MOMENTS}
        )
        for one in run.transcript.exchanges
    ]
    frozen = replace(run, transcript=replace(run.transcript, records=still))
    assert verdict_of(BY_ID["POL-03"], frozen).kind is Kind.INCONCLUSIVE
    assert verdict_of(BY_ID["POL-03"], run).kind is Kind.FAIL


@pytest.mark.parametrize(
    ("law", "text", "kind"),
    [
        ("REQ-02", "0 create +content-encoding=gzip +content-length=9 -> 200 done", Kind.PASS),
        ("REQ-02", "0 create +content-length=9 -> 200 done", Kind.FAIL),
        ("REQ-03", "0 create -> 200 done\n1 file query=signature=ab12&expires=9 -> 200", Kind.PASS),
        ("AUTH-03", "0 create -> 200 done\n1 file query=token=[secret] -> 200", Kind.PASS),
        ("AUTH-03", "0 create query=token=%5Bsecret%5D -> 200 done", Kind.FAIL),
        ("AUTH-02", "0 file host=files.toy.example '+authorization=Bearer [key]' -> 200", Kind.INCONCLUSIVE),
        ("WH-01", "0 create -> 200 queued\n1 webhook done -> error=ConnectionRefusedError", Kind.INCONCLUSIVE),
        ("WH-01", "0 create -> 200 queued\n1 webhook done -> took=10 'error=no answer within 10 s'", Kind.FAIL),
        ("TRM-01", "0 create -> 200 queued\n2 poll -> 200 done\n3 file -> 410\n5 poll -> 200 done", Kind.PASS),
        ("BKO-01", "0 create -> 429 job=none +retry-after=0\n2 create -> 200 done", Kind.PASS),
        (
            "BKO-02",
            "0 create -> 503 job=none '+retry-after=Friday, 16-Jan-26 14:30:08 GMT'\n4 create -> 200 done",
            Kind.FAIL,
        ),
        (
            "BKO-04",
            "0 create -> 429 job=none '+retry-after=Fri, 16 Jan 2026 14:29:00 GMT'\n4 create -> 200 done",
            Kind.PASS,
        ),
        ("HYG-03", "0 create -> lost", Kind.PASS),
        ("MON-03", "0 create -> 504 job=none\n9 create +x-stainless-retry-count=1 -> 200 done", Kind.FAIL),
        ("MON-03", "0 create -> 429 job=none\n9 create +x-stainless-retry-count=1 -> 200 done", Kind.PASS),
        ("MON-02", "profile idempotency-key\n0 create idem=a -> lost\n3 create idem=a -> 200 done", Kind.PASS),
    ],
)
def test_cases_at_the_edge_of_a_law(law: str, text: str, kind: Kind) -> None:
    """What looks like a breach and is none, and the other way round."""
    assert verdict_of(BY_ID[law], example(text)).kind is kind


MOMENTS = ("arrived", "read", "first_byte", "last_byte")


class Dear:
    """Every job costs the same."""

    def cost(self, creation: Exchange) -> Cost:
        return Cost(Decimal("2.50"), "USD", f"https://prices.example/{creation.operation}")


@pytest.mark.parametrize("law", ["MON-01", "MON-02", "MON-04", "TRM-06"])
def test_a_breach_of_money_tells_what_it_would_have_cost(law: str) -> None:
    """At the documented price, where there is one."""
    run = example(texts()[law].breaks)
    unknown = verdict_of(BY_ID[law], run)
    priced = verdict_of(BY_ID[law], replace(run, prices=Dear()))
    assert [one.amount for one in unknown.costs] == [None]
    assert [one.amount for one in priced.costs] == [Decimal("2.50")]
    assert priced.to_json("a case")["cost"] == [
        {"amount": "2.50", "currency": "USD", "source": "https://prices.example/makeClip"}
    ]


def test_a_verdict_is_a_row_of_the_report() -> None:
    """The names of the members are fixed."""
    run = replace(example(texts()["BKO-01"].breaks), replay="mockserver check toy --case a")
    assert verdict_of(BY_ID["BKO-01"], run).to_json("a") == {
        "law": "BKO-01",
        "case": "a",
        "verdict": "fail",
        "severity": "must",
        "reason": "",
        "expected": "a pause of at least 5 s (Retry-After of record 2)",
        "observed": "1.990 s",
        "events": [2, 3],
        "situations": 1,
        "cost": [],
        "replay": "mockserver check toy --case a",
    }


@pytest.mark.parametrize("law", LAWS, ids=[law.id for law in LAWS])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_habit_of_others_only_informs_without_a_page(provider: str, law: Law) -> None:
    """Whatever stands on a page has the page's address."""
    severity, ground = rules(provider).severity(law, ())
    assert ground.basis is not Basis.HABIT or severity is Severity.MAY
    assert ground.source.startswith("https://")


@pytest.mark.parametrize(
    ("field", "value", "kind"), [("num_frames", 30, Kind.WARN), ("upscale_guidance_scale", 12, Kind.PASS)]
)
def test_a_documented_limit_counts_unless_the_page_breaks_it_itself(
    field: str, value: int, kind: Kind, server: MockServer
) -> None:
    """ModelsLab enforces neither; its own example goes beyond the second."""
    sandbox = fresh(server, "modelslab")
    client = Client(server, sandbox, "modelslab")
    client.body[field] = value
    run = taken(sandbox, "modelslab", client.run())
    assert verdict_of(BY_ID["REQ-07"], run).kind is kind
    assert verdict_of(BY_ID["REQ-01"], run).kind is Kind.PASS


def applying(provider: str) -> set[str]:
    """The laws that apply at a provider under at least one profile word."""
    known = rules(provider)
    profiles = [(), *((word,) for word in known.promise.overlays)]
    return {law.id for law in LAWS for words in profiles if known.reason_against(law, words) is None}


def test_at_least_fifty_laws_apply_at_the_four_providers() -> None:
    """Those of idempotency keys, signatures and cancelling do not count: they are proven on the toy alone."""
    everywhere = set.union(*map(applying, PROVIDERS))
    assert set(BY_ID) - everywhere == {
        *(f"SUB-0{n}" for n in range(2, 8)), "WH-02", "WH-03", "WH-04", "WH-07", "TRM-05",
    }  # fmt: skip
    assert len(everywhere) >= 50
    assert all(len(applying(provider)) >= 50 for provider in PROVIDERS)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_provider_says_of_laws_is_well_formed(provider: str) -> None:
    """Each member of laws.json is one that laws read."""
    raw = rules(provider).raw
    words = raw.get("with", {})
    for part in (raw, *words.values()):
        assert set(part) <= MEMBERS
        assert set(part.get("features", ())) <= set(FEATURES)
        assert set(part.get("laws", {})) <= set(BY_ID)
        for own in part.get("laws", {}).values():
            assert own["says"]
            assert "excused" in own or Severity(own["severity"])
    assert set(words) <= set(rules(provider).promise.overlays) | {"callbacks"}
    assert raw["page"].startswith("https://")


MEMBERS = {
    "page", "features", "hints", "refusals", "links", "quota", "moderation", "webhook_fields", "webhook_seconds",
    "in_flight", "laws", "with",
}  # fmt: skip


def long_run(jobs: int) -> str:
    """A run of so many jobs, 20 calls each, some of them refused or failed."""
    lines, at = [], 0.0
    for job in range(1, jobs + 1):
        at += 1
        body = f'{{"prompt":"{job}"}}'
        lines.append(f"{at} create job={job} body='{body}' -> 200 queued .eta=5")
        for poll in range(17):
            at += 1.5
            answer = {5: "429 +retry-after=1", 9: "500"}.get(poll, f"200 running .progress={poll}")
            lines.append(f"{at} poll job={job} -> {answer}")
        lines.append(f"{at + 1.5} poll job={job} -> 200 done")
        lines.append(f"{at + 2.5} file job={job} -> 200")
        at += 3
    return "\n".join(lines)


def steps(run: Run) -> int:
    """How many lines of Python judging a run runs, each round of a loop counted."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        judge(run)
    finally:
        sys.settrace(before)
    return count


def repeated(line: str, times: int, head: str = "") -> str:
    """A line of a run so many times, two seconds apart."""
    return "\n".join([head, *(f"{2 * n} {line}" for n in range(1, times))]).strip()


RUNS: dict[str, Callable[[int], str]] = {
    "many jobs": lambda n: long_run(n // 20),
    "one job": lambda n: repeated("poll -> 200 running .progress=5", n),
    "a poll that fails": lambda n: repeated("poll -> 500", n, "0 create -> 200 queued"),
    "a poll that is limited": lambda n: repeated(
        "poll -> 429 +retry-after=1 .retry_after=1", n, "0 create -> 200 queued"
    ),
    "a job that is gone": lambda n: repeated("poll -> 404 job=none", n, "0 create -> 200 queued"),
    "a word that is not known": lambda n: repeated("poll -> 200 polishing", n, "0 create -> 200 queued"),
    "polls after the end": lambda n: repeated("poll -> 200 done", n, "0 create -> 200 queued"),
    "pages for polls": lambda n: repeated("poll -> 200 text=<html>", n, "0 create -> 200 queued"),
    "a creation that is lost": lambda n: repeated("create -> lost job=none", n),
    "creations": lambda n: repeated("create -> 200 done", n),
    "a file that is not there": lambda n: repeated("file -> 404", n, "0 create -> 200 queued\n1 poll -> 200 done"),
    "a file that is cut": lambda n: repeated(
        "file +range=bytes=5- -> cut", n, "0 create -> 200 queued\n1 poll -> 200 done"
    ),
    "a link that has expired": lambda n: repeated("file -> 403", n, "0 create -> 200 queued\n1 poll -> 200 done"),
    "webhooks": lambda n: repeated("webhook done -> 200", n, "0 create -> 200 queued"),
}


@pytest.mark.parametrize("name", RUNS)
def test_judging_grows_with_the_run_and_no_faster(name: str) -> None:
    """Four times as many records are at most four times as much work, whatever a client does."""
    judge(example(RUNS[name](100)))  # What is read once is read now.
    small, large = example(RUNS[name](100)), example(RUNS[name](400))
    ratio = len(large.transcript.records) / len(small.transcript.records)
    assert ratio > 3.9
    assert steps(large) < 1.1 * ratio * steps(small)


def test_a_transcript_of_two_providers_is_two_runs() -> None:
    """Each is judged by its own laws; a provider that nobody knows is not judged."""
    run = example("0 create -> 200 queued\n2 poll -> 200 done")
    first, second = run.transcript.exchanges
    mixed = replace(run.transcript, records=[replace(first, provider="gately"), replace(second, provider="tensorone")])
    assert [one.provider for one in runs_of(mixed)] == ["gately", "tensorone"]
    assert runs_of(run.transcript) == []
