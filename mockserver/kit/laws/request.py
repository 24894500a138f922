"""Laws of the shape of a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.following import harmless
from mockserver.kit.laws.law import Breach, Finding, Kept
from mockserver.kit.laws.reading import NOT_JSON
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.view import Known, Role
from mockserver.spelling import closest

UNKNOWN: Final = frozenset({"additionalProperties", "unevaluatedProperties"})
"""Keywords that a field breaks which the document does not know: another law."""
SHORTEST_ID: Final = 4
"""A piece of an id below so many characters says nothing."""


def sends_what_the_contract_says(run: Run) -> Iterator[Finding]:
    """REQ-01: the body keeps the schema of the operation."""
    for call in run.index.calls:
        verdict = call.exchange.verdict
        if verdict.valid is None:
            continue
        broken = [one for one in verdict.violations if one.rule not in UNKNOWN]
        if broken:
            yield Breach("a body that keeps the contract's schema", "; ".join(one.says for one in broken), (call.n,))
        else:
            yield Kept((call.n,))


def names_its_content_type(run: Run) -> Iterator[Finding]:
    """REQ-02: Content-Type says what the body is, and Content-Length how long."""
    for call in run.index.calls:
        request = call.exchange.request
        if request.body is None:
            continue
        wanted = call.view.media_types.get(call.exchange.operation)
        kind = (call.sent_header("content-type") or "").partition(";")[0].strip().lower()
        # Of a body that came coded or in chunks the server tells the length after that was taken off.
        is_coded = call.sent_header("content-encoding") or call.sent_header("transfer-encoding")
        length = call.sent_header("content-length") if not is_coded else None
        if wanted and kind not in wanted:
            yield Breach(f"Content-Type {' or '.join(wanted)}", kind or "no Content-Type", (call.n,))
        elif length is not None and length != str(request.body.length):
            yield Breach(f"Content-Length {request.body.length}", length, (call.n,))
        else:
            yield Kept((call.n,))


def sends_nothing_unknown(run: Run) -> Iterator[Finding]:
    """REQ-03: no field and no query parameter that the contract does not know."""
    for call in run.index.calls:
        known = call.view.known.get(call.exchange.operation)
        if known is None or call.role is Role.FILE:  # The links of files are the server's.
            continue
        strange = _strange(call, known)
        if strange:
            hint = _near(strange[0], known.fields | known.parameters)
            yield Breach("only fields that the contract knows", f"{', '.join(strange)}{hint}", (call.n,))
        else:
            yield Kept((call.n,))


def _strange(call: Call, known: Known) -> list[str]:
    """The names in a request that the contract does not know."""
    sent, query = call.sent, call.exchange.request.query
    strange = []
    if query:
        strange += sorted({name for name, _ in parse_qsl(query, keep_blank_values=True)} - known.parameters)
    if known.fields and isinstance(sent, dict) and not known.fields >= sent.keys():
        strange += sorted(set(sent) - known.fields)
    return strange


def _near(word: str, known: frozenset[str]) -> str:
    close = closest(word, sorted(known), 0.75)
    return f"; did you mean {close}?" if close else ""


def sends_ids_back_as_they_came(run: Run) -> Iterator[Finding]:
    """REQ-04: the id of a job goes back as it came, encoded once."""
    given = {life.id for life in run.index.jobs.values() if life.creates}
    for call in run.index.polls:
        shown = call.shown_id
        if shown is None:
            continue
        if call.job in given:
            yield Kept((call.n,))
        elif call.job is None and shown not in given and (like := _rebuilt(shown, given)) is not None:
            yield Breach(f"the id as it came: {like}", shown, (call.n,))


def _rebuilt(shown: str, given: set[str]) -> str | None:
    """The id of which the shown one is a piece, another writing or another encoding."""
    for one in given:
        piece = len(shown) >= SHORTEST_ID and shown != one and (shown in one or one in shown)
        if piece or unquote(shown) == one or shown.lower() == one.lower():
            return one
    return None


def takes_the_codings_it_announced(run: Run) -> Iterator[Finding]:
    """REQ-05: an answer in a coding that the client announced is read."""
    coded = [one for one in run.index.calls if one.is_accepted and one.header("content-encoding") and _announced(one)]
    yield from harmless(run, coded, "a content coding that was announced")


def _announced(call: Call) -> bool:
    accepted = call.sent_header("accept-encoding") or ""
    return (call.header("content-encoding") or "").lower() in accepted.lower()


def says_who_it_is(run: Run) -> Iterator[Finding]:
    """REQ-06: calls of the API carry a User-Agent."""
    for call in run.index.calls:
        if call.exchange.operation in call.view.guarded:
            if call.sent_header("user-agent"):
                yield Kept((call.n,))
            else:
                yield Breach("a User-Agent", "none", (call.n,))


def keeps_documented_limits(run: Run) -> Iterator[Finding]:
    """REQ-07: the body keeps the limits of the page that the service may not enforce."""
    for call in run.index.calls:
        if call.exchange.verdict.valid is not True or call.sent is NOT_JSON:
            continue
        limits = call.view.limits.get(call.exchange.operation)
        if limits is None:
            continue
        broken = [f"/{'/'.join(map(str, one.instance_path))}: {one.message}" for one in limits.iter_errors(call.sent)]
        if broken:
            yield Breach("a body within the limits of the page", "; ".join(broken), (call.n,))
        else:
            yield Kept((call.n,))
