"""Which records of a journal a request asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Final

from starlette.requests import Request

from mockserver.domain.journal import Dispatch
from mockserver.web.control_context import ControlContext
from mockserver.web.journal.pending import PendingRecord
from mockserver.web.journal.redact import job_of
from mockserver.web.problems import Refused, nearest

FILTERS: Final = ("operation", "job", "status", "since", "kind")
KINDS: Final = ("exchange", "attempt")
_CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")

Record = PendingRecord | Dispatch


@dataclass(frozen=True, slots=True)
class Filter:
    """The records that a request asks for. A field that is empty asks for all."""

    operation: str = ""
    """The id of the operation; no attempt at a webhook has one."""
    job: str = ""
    """The id of the job."""
    status: str = ""
    """A status such as 404, or a class such as 4xx."""
    since: int = 0
    """Only records with a higher number."""
    kind: str = ""
    """`exchange` or `attempt`."""

    def fits(self, entry: Record) -> bool:
        """Return whether a record is asked for."""
        if isinstance(entry, Dispatch):
            kind, operation = "attempt", None
            status = str(entry.attempt.status or "") if entry.attempt is not None else ""
        else:
            kind, operation = "exchange", entry.operation
            status = str(entry.status or "")
        return (
            entry.n > self.since
            and self.kind in ("", kind)
            and (not self.operation or (operation is not None and operation.id == self.operation))
            and self.status in ("", status, f"{status[:1]}xx")
            and (not self.job or self.job == _job(entry))
        )


def _job(entry: Record) -> str:
    if isinstance(entry, Dispatch):
        return entry.delivery.job
    return job_of(entry) if entry.is_over else ""


def read_filter(context: ControlContext, request: Request, *more: str) -> Filter:
    """Return the filter of a request, which may have `more` parameters; Refused names the first that is wrong."""
    given = request.query_params
    known = (*FILTERS, *more)
    for name in given:
        if name not in known:
            raise Refused(400, f"unknown parameter {name!r}{nearest(name, known)}", member=name)
    operations = [operation.id for provider in context.providers.values() for operation in provider.operations]
    _check(given.get("operation"), "operation", operations)
    _check(given.get("kind"), "kind", KINDS)
    status = given.get("status", "")
    if "status" in given and status not in _CLASSES and not re.fullmatch("[0-9]{3}", status):
        raise Refused(400, f"status: expected a status such as 404 or a class such as 4xx, got {status!r}")
    since = int(read_number(request, "since", 0, 0, 10**15))
    return Filter(given.get("operation", ""), given.get("job", ""), status, since, given.get("kind", ""))


def _check(value: str | None, name: str, known: tuple[str, ...] | list[str]) -> None:
    if value is not None and value not in known:
        raise Refused(400, f"{name}: unknown value {value!r}{nearest(value, known)}", member=name)


def read_number(request: Request, name: str, default: float, least: float, most: float) -> float:
    """Return a number of the query; Refused when it is none or out of its bounds."""
    text = request.query_params.get(name)
    if text is None:
        return default
    make: Callable[[str], float] = float if name == "timeout" else int
    try:
        value = make(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or not least <= value <= most:
        raise Refused(400, f"{name}: expected a number from {least:g} to {most:g}, got {text!r}", member=name)
    return value
