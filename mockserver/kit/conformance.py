"""Cases as pytest tests of a client in this process.

    from mockserver.kit.conformance import conformance

    @conformance("tensorone", client=make_clip)
    def test_my_client(result): ...

`make_clip` is handed a `ClientCase` and returns its outcome, or a coroutine of it; see docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest

from mockserver.kit.adapters.in_process import Client, ClientCase, Unsupported, run
from mockserver.kit.cases.catalogue import builtin, chosen
from mockserver.kit.cases.clients import kinds
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.cases.model import Case
from mockserver.kit.laws.verdict import Verdict
from mockserver.kit.reports.drawing import draw_breach
from mockserver.kit.reports.drawing_text import text

__all__ = ["ClientCase", "NotConforming", "Unsupported", "conformance"]

KEY: Final = "mock-7c1f0e6b9d2a485f3b60c4d8"
"""The key of every case: there is one at a time, and the same key gives the same clip."""


class NotConforming(AssertionError):
    """The client broke a law that it must not; the text says which, and draws what happened."""


def conformance(
    provider: str,
    *,
    client: Client,
    cases: Sequence[str] = (),
    laws: Sequence[str] = (),
    sets: Sequence[str] = ("core",),
    accepted: dict[str, str] | None = None,
) -> Callable[[Callable[[CaseResult], None]], Callable[..., None]]:
    """Make a test of each case for the clients of a provider: the test fails where the client breaks a must.

    `cases` and `laws` name some of them by their ids, `sets` their sets; `accepted` has ids of laws that may be broken
    for now, each with the reason. The decorated function is called with the result and may look further. Raises
    ValueError for a provider that is not known.
    """
    known = kinds()
    if provider not in known:
        raise ValueError(f"unknown provider {provider!r}; known: {', '.join(known)}")
    kind, reasons = known[provider], dict(accepted or {})
    found = chosen(builtin(), provider, ids=cases, laws=laws, sets=() if cases or laws else sets)
    if not found:
        raise ValueError(f"no case at {provider} has one of the ids {list(cases)} and provokes one of {list(laws)}")

    def decorate(test: Callable[[CaseResult], None]) -> Callable[..., None]:
        @pytest.mark.parametrize("mock_case", found, ids=[one.id for one in found])
        def conforms(mock_case: Case, mock_case_server: Any) -> None:
            result = run(mock_case_server, client, Judging(), kind, mock_case, KEY)
            if result.ended.unsupported is not None:
                pytest.skip(f"not supported by the client: {result.ended.unsupported}")
            failed = [one for one in result.failed if one.law.id not in reasons]
            if failed:
                raise NotConforming("\n\n".join(_told(result, one) for one in failed))
            test(result)

        conforms.__name__, conforms.__doc__, conforms.__module__ = test.__name__, test.__doc__, test.__module__
        marked: Callable[..., None] = conforms
        return marked

    return decorate


def _told(result: CaseResult, verdict: Verdict) -> str:
    lines = [
        f"{verdict.law.id}: {verdict.law.sentence}",
        f"  case      {result.case.id}: {result.case.says}",
        f"  expected  {verdict.expected}",
        f"  observed  {verdict.observed}",
        f"  ground    {verdict.ground.says} ({verdict.ground.source})",
    ]
    if result.run is not None:
        lines += ["", *text(draw_breach(result.run, verdict))]
    return "\n".join(lines)
