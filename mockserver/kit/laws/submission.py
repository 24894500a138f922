"""Laws of submission: one intent, one job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from re import compile as pattern
from typing import Final
from urllib.parse import urlsplit

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import first_after, harmless, numbers
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.reading import at
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.timing import wait_between

KEY_FORM: Final = pattern(r'"?[A-Za-z0-9._~+/=:-]{16,255}"?')
"""A key that is random enough: 16 to 255 plain characters, as a structured field string or bare."""
SHORTEST_PAUSE: Final = 0.1
"""Who sends again sooner has not waited."""


def makes_one_job_for_one_intent(run: Run) -> Iterator[Finding]:
    """SUB-01: as many jobs as the caller wanted; none is made again because an answer was lost."""
    made = {call.job: call for call in run.index.creates if call.job is not None}
    if run.facts.intents is not None and run.index.creates:
        if len(made) > run.facts.intents:
            yield Breach(f"at most {run.facts.intents} jobs", f"{len(made)} jobs", numbers(list(made.values())))
        else:
            yield Kept(numbers(list(made.values())))
        return
    for call in lost_creations(run):
        again = call.next
        if call.job is None:
            continue
        if again is not None and again.job not in (None, call.job):
            yield Breach("one job", f"{call.job} and {again.job} from the same bytes", (call.n, again.n))
        elif again is not None or run.facts.is_over:
            yield Kept((call.n,))


def lost_creations(run: Run) -> Iterator[Call]:
    """The creations whose answer did not tell the client whether there is a job."""
    return (one for one in run.index.creates if one.is_lost or one.is_server_error)


def sends_an_idempotency_key(run: Run) -> Iterator[Finding]:
    """SUB-02: each creation carries the key."""
    for call in run.index.creates:
        if key_of(call) is None:
            yield Breach(f"a header {call.view.key_header}", "none", (call.n,))
        else:
            yield Kept((call.n,))


def key_of(call: Call) -> str | None:
    """The idempotency key of a creation; None where it has none, or the provider knows none."""
    name = call.view.key_header
    return call.sent_header(name) if name is not None else None


def keeps_the_key_on_retries(run: Run) -> Iterator[Finding]:
    """SUB-03: the same key on each try of an intent."""
    for call in run.index.creates:
        again = call.next
        if call.is_failure and again is not None and key_of(call) is not None:
            if key_of(again) != key_of(call):
                yield Breach(f"the key {key_of(call)}", f"{key_of(again)}", (call.n, again.n))
            else:
                yield Kept((call.n, again.n))


def never_reuses_a_key(run: Run) -> Iterator[Finding]:
    """SUB-04: no key is used for another intent once it has made a job."""
    latest: dict[str, Call] = {}
    for call in run.index.creates:
        key = key_of(call)
        if key is None:
            continue
        before = latest.get(key)
        if before is not None and before.is_accepted and not before.is_lost:
            yield Breach("a new key for a new intent", f"{key} again after its job was made", (before.n, call.n))
        else:
            yield Kept((call.n,))
        latest[key] = call


def makes_keys_well(run: Run) -> Iterator[Finding]:
    """SUB-05: a key is well-formed and random."""
    for call in run.index.creates:
        key = key_of(call)
        if key is not None:
            if KEY_FORM.fullmatch(key) is None or len(set(key.strip('"'))) < 8:
                yield Breach("16 to 255 random characters, such as a UUID", key, (call.n,))
            else:
                yield Kept((call.n,))


def repeats_the_same_bytes(run: Run) -> Iterator[Finding]:
    """SUB-06: a creation that is sent again under its key has the same bytes."""
    by_key: dict[str, list[Call]] = defaultdict(list)
    for call in run.index.creates:
        key = key_of(call)
        if key is not None:
            by_key[key].append(call)
    for calls in by_key.values():
        for before, after in pairwise(calls):
            if before.is_failure and after is not before.next:
                yield Breach("the same bytes under the same key", "another body", (before.n, after.n))
            elif before.is_failure:
                yield Kept((before.n, after.n))


def waits_for_a_key_in_use(run: Run) -> Iterator[Finding]:
    """SUB-07: 409 means that the first try is being worked on: wait, and ask again with the same key."""
    for call in run.index.creates:
        if call.status != 409 or key_of(call) is None:
            continue
        after = first_after(run.index.creates, call.n)
        if after is None:
            if run.facts.is_over:
                yield Kept((call.n,))
        elif key_of(after) != key_of(call):
            yield Breach(f"the same key {key_of(call)}", f"{key_of(after)}", (call.n, after.n))
        elif wait_between(run, call, after) < SHORTEST_PAUSE:
            yield Breach("a pause", f"{wait_between(run, call, after):.3f} s", (call.n, after.n))
        else:
            yield Kept((call.n, after.n))


def takes_any_acceptance(run: Run) -> Iterator[Finding]:
    """SUB-08: 201 and 202 are acceptances like 200."""
    odd = [one for one in run.index.creates if one.names_its_job and one.status in (201, 202)]
    yield from harmless(run, odd, "another code of success")


def follows_the_link_it_was_given(run: Run) -> Iterator[Finding]:
    """SUB-09: the job is asked for where its creation's answer says."""
    for life in run.index.jobs.values():
        if not life.creates or not life.polls:
            continue
        create, poll = life.creates[0], life.polls[0]
        links = [create.header("location"), *(at(create.json, pointer) for pointer in create.view.links)]
        paths = {urlsplit(link).path for link in links if isinstance(link, str) and link}
        if not paths:
            continue
        if poll.exchange.request.path in paths:
            yield Kept((create.n, poll.n))
        else:
            yield Breach(f"a poll at {' or '.join(sorted(paths))}", poll.exchange.request.path, (create.n, poll.n))


def takes_an_end_at_once(run: Run) -> Iterator[Finding]:
    """SUB-10: a creation whose answer tells the end needs no poll."""
    for call in run.index.creates:
        if not call.is_terminal or call.job is None:
            continue
        after = first_after(run.index.jobs[call.job].polls, call.n)
        if after is not None:
            yield Breach("no poll of a job that has ended", f"a poll after {call.word}", (call.n, after.n))
        elif run.outcome is not None and run.outcome.result is Result.TIMEOUT:
            yield Breach("an outcome at once", "timeout", (call.n,))
        elif run.facts.is_over:
            yield Kept((call.n,))
        else:
            yield Untold("the client had not ended when the transcript was taken", (call.n,))
