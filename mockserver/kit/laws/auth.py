"""Laws of authentication."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mockserver.kit.laws.call import Call
from mockserver.kit.laws.law import Breach, Finding, Kept, Untold
from mockserver.kit.laws.run import Run
from mockserver.kit.laws.view import Role
from mockserver.kit.transcript.model import KEY, SECRET, Message

REFUSED: Final = frozenset({"unauthenticated", "forbidden"})
"""Problems of a credential where they hide under another status."""
KEY_MARKS: Final = (KEY, f"%5B{KEY[1:-1]}%5D", f"%5b{KEY[1:-1]}%5d")
MARKS: Final = (*KEY_MARKS, SECRET, f"%5B{SECRET[1:-1]}%5D", f"%5b{SECRET[1:-1]}%5d")
"""How a key that was taken out stands in a URL."""


def carries_its_credential(run: Run) -> Iterator[Finding]:
    """AUTH-01: every call that wants a credential carries one."""
    for call in run.index.calls:
        if call.exchange.operation in call.view.guarded:
            if call.exchange.credential is None:
                where = f"{call.exchange.request.method} {call.exchange.request.path}"
                yield Breach("the credential on every call of the API", f"{where} carried none", (call.n,))
            else:
                yield Kept((call.n,))


def keeps_its_credential_from_other_origins(run: Run) -> Iterator[Finding]:
    """AUTH-02: no credential goes to an origin that is not the API's."""
    for call in run.index.calls if run.index.api_origin is not None else ():
        if call.origin != run.index.api_origin and call.exchange.operation not in call.view.guarded:
            shown = _shown(call.exchange.request)
            if shown is not None:
                host = call.origin[1]
                yield Breach("no credential to another origin than the API's", f"{shown} went to {host}", (call.n,))
            else:
                yield Kept((call.n,))


def _shown(message: Message) -> str | None:
    """The header in which a message shows a credential."""
    for name, value in message.headers:
        if name in ("authorization", "x-api-key") or KEY in value:
            return name
    return None


def keeps_its_credential_out_of_urls(run: Run) -> Iterator[Finding]:
    """AUTH-03: no key stands in a path, a query or a Referer."""
    for call in run.index.calls:
        place = _place_of_a_key(call)
        if place is not None:
            yield Breach("no key in a URL", f"a key in the {place} of {call.exchange.request.method}", (call.n,))
        else:
            yield Kept((call.n,))


def _place_of_a_key(call: Call) -> str | None:
    """Where in the URL or Referer of a call a key stood; None: nowhere."""
    request = call.exchange.request
    places = (("path", request.path), ("query", request.query), ("Referer", call.sent_header("referer") or ""))
    # The links of files are the server's: what stands there as a secret is not the client's.
    marks = KEY_MARKS if call.role is Role.FILE else MARKS
    for name, text in places:
        if ("[" in text or "%5" in text) and any(mark in text for mark in marks):
            return name
    return None


def surfaces_a_refused_credential(run: Run) -> Iterator[Finding]:
    """AUTH-04: a call that was refused for its credential is not sent again unchanged."""
    for call in run.index.calls:
        if not _is_refused(call):
            continue
        again = call.next
        if again is not None and again.exchange.credential == call.exchange.credential:
            status = call.status
            yield Breach("no second call with the same credential", f"sent again after {status}", (call.n, again.n))
        elif again is not None or run.facts.is_over:
            yield Kept((call.n,))


def _is_refused(call: Call) -> bool:
    is_status = call.status in (401, 403) and call.exchange.operation in call.view.guarded
    return is_status or (call.is_hidden_refusal and call.exchange.problem in REFUSED)


def prints_no_credential(run: Run) -> Iterator[Finding]:
    """AUTH-05: the key stands in nothing that the client prints or reports."""
    key, printed = run.facts.key, run.facts.printed
    if key is None or printed is None:
        yield Untold("what the client printed was not told")
        return
    reported = "" if run.outcome is None else f"{run.outcome.code} {run.outcome.message}"
    if key in printed or key in reported:
        place = "what it printed" if key in printed else "its outcome"
        yield Breach("no key in anything the client prints", f"the key in {place}", ())
    else:
        yield Kept(())
