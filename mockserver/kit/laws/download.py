"""Laws of downloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import NO_OUTCOME, NOT_OVER, first_after, told
from mockserver.kit.laws.index import JobLife
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Result, Run

EXPIRED: Final = (403, 410)
MOST_TRIES: Final = 60
"""So many answers 404 in a row are no lag of the file host."""


def fetches(life: JobLife) -> list[Call]:
    """The GETs of a job's files."""
    return [one for one in life.files if one.exchange.request.method == "GET"]


def is_whole(call: Call) -> bool:
    """Whether a download gave the client all that was asked for: bytes, of a kind that is a file's."""
    answer = call.exchange.answer
    if call.status not in (200, 206) or answer is None or answer.body is None:
        return False
    return not (answer.header("content-type") or "").startswith(("text/html", "application/json"))


def waits_for_the_end(run: Run) -> Iterator[Finding]:
    """DL-01: no file is fetched before the client was told that its job has ended."""
    for life in run.index.jobs.values():
        if not life.files or not (life.creates or life.polls):
            continue
        end, first = life.end, life.files[0]
        told_by_webhook = any(one.n < first.n for one in life.attempts)
        if (end is not None and end.n < first.n) or told_by_webhook:
            yield Kept((first.n,))
        else:
            yield Breach("no download before the end of the job", "a download of a job that goes on", (first.n,))


def notices_a_short_body(run: Run) -> Iterator[Finding]:
    """DL-02: a download that broke off is noticed, and never reported as done."""
    for life in run.index.jobs.values():
        gets = fetches(life)
        for call in gets:
            if call.exchange.ending != "cut" or call.exchange.answer is None:
                continue
            if gets[-1] is not call:
                yield Kept((call.n,))
            elif run.outcome is None:
                yield Untold(NO_OUTCOME if run.facts.is_over else NOT_OVER, (call.n,))
            elif run.outcome.result is Result.COMPLETED:
                yield Breach("another try, or an error: the body was cut", "completed", (call.n,))
            else:
                yield Kept((call.n,))


def resumes_with_care(run: Run) -> Iterator[Finding]:
    """DL-03: a download is resumed under If-Range or begun again; a whole body is never put behind a part."""
    for life in run.index.jobs.values():
        lost = next((one.n for one in life.files if one.is_lost), None)
        gets = fetches(life)
        resumed = [one for one in gets if one.sent_header("range") is not None and lost is not None and one.n > lost]
        right = _right_file(gets, run) if resumed else None
        for call in resumed:
            if right is False:
                yield Breach("the file of the job", f"another file, after an answer {call.status}", (call.n,))
            elif right or call.sent_header("if-range") is not None:
                yield Kept((call.n,))
            else:
                yield Untold("Range without If-Range, and what the client made of the parts was not told", (call.n,))


def _right_file(calls: Sequence[Call], run: Run) -> bool | None:
    """Whether the clip that the client left behind is the job's; None: nobody knows."""
    artifact = run.outcome.artifact if run.outcome is not None else None
    digests = _digests(calls)
    return None if artifact is None or not digests else artifact.digest in digests


def _digests(calls: Sequence[Call]) -> set[str]:
    """The digests of the whole files of which answers were parts."""
    bodies = [one.exchange.answer.body for one in calls if one.exchange.answer is not None]
    return {body.digest for body in bodies if body is not None and body.digest is not None and not body.is_cut}


def renews_an_expired_link(run: Run) -> Iterator[Finding]:
    """DL-04: after 403 or 410 the job is asked for a new link before anything is fetched again."""
    for life in run.index.jobs.values():
        for call in fetches(life):
            if call.status not in EXPIRED:
                continue
            asked = [first_after(row, call.n) for row in (life.polls, life.retrieves)]
            first = min((one.n for one in asked if one is not None), default=None)
            again = first_after(life.files, call.n)
            if again is not None and (first is None or first > again.n) and _is_same(call, again):
                yield Breach("the job asked for a new link first", "the same link again", (call.n, again.n))
            elif first is not None or again is not None:
                yield Kept((call.n,))
            else:
                yield Untold("the client did not go on after the link had expired", (call.n,))


def _is_same(one: Call, other: Call) -> bool:
    first, second = one.exchange.request, other.exchange.request
    return (first.path, first.query) == (second.path, second.query)


def takes_no_page_for_a_clip(run: Run) -> Iterator[Finding]:
    """DL-05: a download of HTML or of no bytes is an error, whatever its status."""
    for life in run.index.jobs.values():
        gets = fetches(life)
        whole = next((one.n for one in reversed(gets) if is_whole(one)), 0)
        for call in gets:
            if call.status != 200 or is_whole(call):
                continue
            if whole > call.n:
                yield Kept((call.n,))
            elif run.outcome is None:
                yield Untold(NO_OUTCOME, (call.n,))
            elif run.outcome.result is Result.COMPLETED:
                yield Breach("another try, or an error: that is no clip", "completed", (call.n,))
            else:
                yield Kept((call.n,))


def waits_for_a_host_that_lags(run: Run) -> Iterator[Finding]:
    """DL-06: a link that answers 404 right after the end is asked again, within bounds."""
    for life in run.index.jobs.values():
        row: list[Call] = []
        for call in fetches(life):
            row.append(call)
            if call.status != 404:
                row = []
            if call.status != 404 or life.end is None or life.end.n > call.n:
                continue
            if len(row) > MOST_TRIES:
                yield Breach(f"at most {MOST_TRIES} tries", f"{len(row)} tries", (row[0].n, call.n))
            elif life.files[-1].n > call.n:
                yield Kept((call.n,))
            elif not run.facts.is_over:
                yield Untold(NOT_OVER, (call.n,))
            elif len(row) > 1 or (run.outcome is not None and run.outcome.result is Result.TIMEOUT):
                yield Kept((call.n,))
            else:
                yield Breach("another try: the file may come", f"none; {told(run)}", (call.n,))
