"""What a unit of work changes, as data: noted by the verbs of a sandbox, then written or undone by its store."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from mockserver import MockServerError
from mockserver.domain.job import AnyJob
from mockserver.domain.quota import Log

CallKey = tuple[str, str]
"""Whose calls they are (a job's id, for creations the name of their scenario), and what was counted of them."""


class Table(Enum):
    """What a sandbox accumulates, table by table."""

    JOBS = "jobs"
    """Jobs by id and by alias."""
    LOGS = "logs"
    """Admitted calls by the name of the limit."""
    CALLS = "calls"
    """Counted calls by `CallKey`."""
    ROOM = "room"
    """Whether the store has room for one more job; it has no key."""


class NotLoaded(MockServerError):
    """An entry that a unit of work asked for and that its store has not loaded: load it, then run the unit again."""

    def __init__(self, table: Table, key: Hashable) -> None:
        super().__init__(f"{table.value} {key!r} is not loaded")
        self.table = table
        """The table of the entry."""
        self.key = key
        """The entry; None for all entries of the table."""


class JobChange(NamedTuple):
    """A job was kept, or replaced by its later value."""

    before: AnyJob | None
    """Its value before; None: it is new."""
    after: AnyJob
    """Its value now."""


class Admission(NamedTuple):
    """A call was admitted under a limit."""

    name: Hashable
    """The name of the limit."""
    at: datetime
    """The instant of the call."""


class CallCount(NamedTuple):
    """A call was counted."""

    key: CallKey
    """What was counted."""
    before: int | None
    """The count before; None: there was none."""
    after: int
    """The count now."""


class MemberChange(NamedTuple):
    """A member of the sandbox's own record was set: configuration, counters, queue, clock."""

    member: str
    """The name of the member."""
    before: object
    """Its value before. What it is now stands in the sandbox."""


class Reset(NamedTuple):
    """Everything but the configuration was dropped; the members say what was there before."""

    jobs: dict[str, AnyJob]
    """The jobs by id."""
    aliases: dict[str, str]
    """The ids of jobs by their other names."""
    logs: dict[Hashable, Log]
    """The admitted calls by the name of a limit."""
    calls: dict[CallKey, int]
    """The counted calls."""
    submissions: int
    """How many jobs had been submitted."""
    refusals: int
    """How many answers had needed an id of their own."""


Change = JobChange | Admission | CallCount | MemberChange | Reset
"""One change. A store that keeps records writes it, one that keeps the state itself may have to undo it."""
