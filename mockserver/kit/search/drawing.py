"""Scenarios as Hypothesis draws them: plain data, in which every default is boring, so that shrinking bores.

A drawn scenario is a case as contracts/case.schema.json has it. How long a client may take depends on what was drawn,
and so does which outcomes are reasonable: all that could be, because the laws judge the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from mockserver.kit.cases.model import POLL_SECONDS
from mockserver.kit.laws.run import Result

LAST_POLL: Final = 6
HINTS: Final[tuple[Any, ...]] = (None, 1, 2, 3, "-1", "", "0.5", "soon", 0, 100_000)
"""Retry-After as it may come; None: as the provider has it."""
FORMS: Final = (None, "imf-fixdate", "rfc850", "asctime")
ANSWERS: Final = (
    "extra-fields", "unknown-status", "eta-null", "eta-zero", "eta-growing", "eta-fractional", "no-output",
)  # fmt: skip
REFUSED: Final = ("limited", "overloaded", "server-error", "bad-gateway", "unauthorized")
LOST: Final = ("dropped", "reset", "cut", "cut-head", "silent", "stalled", "chunked-unended")
NONSENSE: Final = ("html", "empty", "truncated", "malformed", "list", "string", "null")
ODD: Final = ("answered", "delayed", "chunked", "bom", "closing")
STATUSES: Final = (204, 202, 299, 400, 404, 408, 410, 413, 422, 425, 471, 500, 504, 524, 599)
FILE_STATUSES: Final = (403, 404, 410, 500, 504)
LONGEST_SECONDS: Final = 90.0
UNDECIDED: Final = [one.value for one in Result]


def _hinted(row: Mapping[str, Any], hint: Any, form: str | None) -> dict[str, Any]:
    if hint is None:
        return dict(row)
    if form is not None and isinstance(hint, int) and hint:
        return {**row, "retry_after": hint, "retry_after_form": form}
    return {**row, "retry_after": hint}


def _rows(
    point: str, words: tuple[str, ...], statuses: tuple[int, ...], last: int
) -> st.SearchStrategy[dict[str, Any]]:
    """One fault of a call: which calls, what happens, and the hint where it is refused."""
    does = st.one_of(
        st.sampled_from(words).map(lambda word: {"does": word}),
        st.sampled_from(statuses).map(lambda status: {"does": "status", "status": status}),
        st.builds(
            _hinted,
            st.sampled_from(("limited", "overloaded")).map(lambda word: {"does": word}),
            st.sampled_from(HINTS),
            st.sampled_from(FORMS),
        ),
    )
    first = st.integers(1, last)

    def row(what: dict[str, Any], begins: int, more: int | None) -> dict[str, Any]:
        until = {} if more is None else {"to": begins + more}
        return {"at": point, "from": begins, **until, **what}

    # How many calls more than one: few, or (None) all that come.
    return st.builds(row, does, first, st.one_of(st.integers(0, 4), st.none()))


CREATIONS: Final = _rows("creation", (*REFUSED, *LOST, *NONSENSE, *ODD), STATUSES, 2)
POLLS: Final = _rows("poll", (*REFUSED, *LOST, *NONSENSE, *ODD), STATUSES, LAST_POLL)
FILES: Final = _rows("file", ("limited", "overloaded", *LOST, "html", "empty", "range-ignored"), FILE_STATUSES, 2)


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario's members."""
    faults = [
        *draw(st.lists(CREATIONS, max_size=1)),
        *draw(st.lists(POLLS, max_size=3)),
        *draw(st.lists(FILES, max_size=2)),
    ]
    timeline: dict[str, Any] = {"polls": draw(st.integers(1, 5))}
    ends = draw(st.sampled_from(("succeeded", "failed", "never")))
    if ends == "failed":
        timeline["ends"] = ends
    if ends == "never":
        timeline["polls"] = 1_000_000
    members = {
        "timeline": timeline,
        "faults": faults,
        "answers": sorted(draw(st.sets(st.sampled_from(ANSWERS), max_size=2))),
        "creation": draw(st.sampled_from((None, 201, 202))),
        "unguessable": draw(st.booleans()),
    }
    return {name: value for name, value in members.items() if value}


def case_of_scenario(scenario: Mapping[str, Any], name: str = "drawn") -> dict[str, Any]:
    """Return a drawn scenario as a case."""
    return {
        "id": name,
        "says": says(scenario),
        "set": "found",
        "laws": [],
        "scenario": dict(scenario),
        "deadline_seconds": deadline(scenario),
        "poll_seconds": POLL_SECONDS,
        "outcomes": UNDECIDED,
    }


def deadline(scenario: Mapping[str, Any]) -> float:
    """Return how long a client may take: longer the more it is asked to wait."""
    asked = 0.0
    for row in scenario.get("faults", ()):
        hint = row.get("retry_after")
        times = row.get("to", row["from"] + 5) - row["from"] + 1
        asked += times * (hint if isinstance(hint, int) and 0 < hint < 1000 else 1)
        asked += 5 * times if row["does"] in ("silent", "stalled") else 0
    return min(LONGEST_SECONDS, 15.0 + 2 * asked)


def says(scenario: Mapping[str, Any]) -> str:
    """Return a scenario in one sentence."""
    rows = [_says(row) for row in scenario.get("faults", ())]
    timeline = scenario.get("timeline", {})
    ends = "fails" if timeline.get("ends") == "failed" else "succeeds"
    rows.insert(0, "the job never ends" if timeline.get("polls", 0) > 1000 else f"the job {ends}")
    rows += [f"answers are changed: {one}" for one in scenario.get("answers", ())]
    rows += [f"it is created with {scenario['creation']}"] if scenario.get("creation") else []
    rows += ["ids follow no rule"] if scenario.get("unguessable") else []
    text = "; ".join(rows)
    return text[:1].upper() + text[1:] + "."


def _says(row: Mapping[str, Any]) -> str:
    last = row.get("to")
    which = f"{row['from']} and all after" if last is None else f"{row['from']}"
    which += f" to {last}" if last is not None and last > row["from"] else ""
    what = f"status {row['status']}" if row["does"] == "status" else row["does"]
    hint = f", Retry-After {row['retry_after']!r}" if "retry_after" in row else ""
    form = f" as {row['retry_after_form']}" if "retry_after_form" in row else ""
    return f"{row['at']} {which}: {what}{hint}{form}"
