"""Laws of what may change without notice: unknown fields, words, codes and headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import GAVE_UP, NO_OUTCOME, NOT_OVER, answers, first_after, harmless, told
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Result, Run
from mockserver.kit.laws.view import Role

MOST_POLLS: Final = 200
"""So many polls of a word that is not known, in a row, are for ever."""


def ignores_unknown_fields(run: Run) -> Iterator[Finding]:
    """FWD-01: members that the contract does not know change nothing."""
    yield from harmless(
        run,
        (one for one in answers(run) if _strange(one) and (not one.is_terminal or one.state == "succeeded")),
        "a member that is not known",
    )


def _strange(call: Call) -> bool:
    known = call.view.members.get(call.exchange.operation)
    return known is not None and isinstance(call.json, dict) and bool(known) and not known >= set(call.json)


def survives_an_unknown_status(run: Run) -> Iterator[Finding]:
    """FWD-02: a status word that is not known is no success, no crash and no loop without an end."""
    for life in run.index.jobs.values():
        row: list[Call] = []
        for call in life.polls:
            is_unknown = call.word is not None and call.state is None and not call.is_terminal
            row.append(call)
            if not is_unknown:
                row = []
                continue
            fetched = first_after(life.files, call.n)
            is_early = life.end is None or (fetched is not None and fetched.n < life.end.n)
            if fetched is not None and is_early:
                yield Breach("no success", f"a download after {call.word}", (call.n, fetched.n))
            elif run.facts.crashed is not None and not run.facts.is_killed and life.polls[-1] is call:
                yield Breach("another poll, or the outcome unknown_state", told(run), (call.n,))
            elif len(row) == MOST_POLLS:
                yield Breach("an end", f"{MOST_POLLS} polls of {call.word} in a row", (row[0].n, call.n))
            elif life.polls[-1] is not call:
                yield Kept((call.n,))
            else:
                yield _last(run, call)


def _last(run: Run, call: Call) -> Finding:
    """What the last poll of a job says, whose word is not known."""
    if run.outcome is None:
        return Untold(NO_OUTCOME if run.facts.is_over else NOT_OVER, (call.n,))
    if run.outcome.result is Result.COMPLETED:
        return Breach("no success", f"completed after {call.word}", (call.n,))
    return Kept((call.n,))


def keeps_unknown_codes_in_their_class(run: Run) -> Iterator[Finding]:
    """FWD-03: a refusal whose body is not known acts as its status."""
    for call in run.index.refused:
        if call.role not in (Role.CREATE, Role.POLL) or call.status is None or not isinstance(call.json, dict):
            continue
        if call.status < 400 or call.view.knows_error(call.json):
            continue
        if call.status >= 500 and call.role is Role.POLL:
            if call.next is not None:
                yield Kept((call.n, call.next.n))
            elif run.facts.is_over and (run.facts.crashed or (run.outcome and run.outcome.result in GAVE_UP)):
                yield Breach(f"another poll after {call.status}", told(run), (call.n,))
        elif call.status < 500 and call.role is Role.CREATE:
            if run.facts.crashed is not None:
                yield Breach("a clean refusal", told(run), (call.n,))
            elif run.outcome is not None and run.outcome.result is Result.COMPLETED and call.next is None:
                yield Breach("a refusal", "completed", (call.n,))
            elif run.facts.is_over:
                yield Kept((call.n,))


def survives_missing_members(run: Run) -> Iterator[Finding]:
    """FWD-04: optional members may be missing or null."""
    lacking = [one for one in answers(run) if not one.is_terminal and _lacks(one)]
    for finding, call in zip(
        harmless(run, lacking, "an optional member that is missing or null"), lacking, strict=True
    ):
        # Where the answer is odd in another way too, nobody knows which one the client did not survive.
        if not isinstance(finding, Breach) or not _is_odd(call):
            yield finding


def _is_odd(call: Call) -> bool:
    """Whether an answer is unusual in another way than by what it lacks."""
    is_coded = any(call.header(name) for name in ("content-encoding", "transfer-encoding"))
    # Of a running job's progress and estimate other laws speak.
    has_numbers = call.state == "running" and not {"progress", "hint"}.isdisjoint(call.view.fields)
    return call.status != 200 or is_coded or _strange(call) or _repeats(call) or has_numbers


def _lacks(call: Call) -> bool:
    if not isinstance(call.json, dict):
        return False
    optional = call.view.optional.get(call.exchange.operation, frozenset())
    return None in call.json.values() or bool(optional - set(call.json))


def survives_odd_headers(run: Run) -> Iterator[Finding]:
    """FWD-05: headers that are repeated change nothing."""
    yield from harmless(run, (one for one in answers(run) if _repeats(one)), "a header that is repeated")


def _repeats(call: Call) -> bool:
    answer = call.exchange.answer
    names = [name for name, _ in answer.headers if name != "set-cookie"] if answer is not None else []
    return len(names) > len(set(names))
