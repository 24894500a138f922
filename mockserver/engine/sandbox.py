"""A sandbox: everything that belongs to one API key. Parallel tests share a server and never meet."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from mockserver.domain.builtin_scenarios import SUCCESS
from mockserver.domain.chance import Draw, draw
from mockserver.domain.clip import ClipSpec
from mockserver.domain.clock_segment import ClockState
from mockserver.domain.quota import Limit
from mockserver.domain.redaction import redact_literal, spellings_of, words_of
from mockserver.domain.scenario import Scenario
from mockserver.engine.changes import Admission, CallCount, Change, JobChange, MemberChange, Reset, Table
from mockserver.engine.journal import Journal
from mockserver.engine.records import Records
from mockserver.ports import Clock

ANONYMOUS: Final = "anonymous"
ID_BLOCKS: Final = 9_400
PREFIX: Final = "sk-"
"""Gateways take a key with and without it. So it is no part of a sandbox's name, whoever is shown the key."""
_DIGEST: Final = re.compile(r"sb_[0-9a-f]{12}")


def digest_of(name: str) -> str:
    """The short digest under which the sandbox of a key is listed; the key itself is never stored."""
    bare = name.removeprefix(PREFIX) or name
    return "sb_" + blake2b(bare.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def digest_named(name: str) -> str:
    """The digest that a name means: itself where it has the form of one, else that of the key that it is."""
    return name if is_digest(name) else digest_of(name)


def is_digest(name: str) -> bool:
    """Return whether a name has the form of a sandbox's digest."""
    return _DIGEST.fullmatch(name) is not None


def unkeyed(text: str, digest: str) -> str:
    """A text without the key of the sandbox under this digest, where that stands in it as a word: nobody keeps the
    key, but it is known when it is seen.
    """
    for word in {word for word in words_of(text) if digest_of(word) == digest}:
        raw = text.encode("utf-8", "surrogatepass")
        text = redact_literal(raw, spellings_of(word)).decode("utf-8", "surrogatepass")
    return text


@dataclass(slots=True)
class Sandbox(Records):
    """What one key owns, as a unit of work sees it.

    It is read by its members and verbs, and changed by its verbs alone: each notes a `Change`, which the store commits
    or undoes.
    """

    digest: str
    """The digest of the key, under which the sandbox is listed."""
    clock: Clock
    """The clock of the sandbox; read it here, change it through `moving`."""
    seed: int
    """The seed of all random draws."""
    id_block: int
    """A number that no other living sandbox of this server has, for ids that are plain counters."""
    profiles: Mapping[str, frozenset[str]]
    """The profile words by provider."""
    timing: str
    """How long jobs take: one of `timings.TIMINGS`."""
    limits: bool = False
    """Whether the documented rate limits refuse."""
    hold: timedelta | None = None
    """How long a creation that waits is held; None: as long as the timing says."""
    scenario: Scenario = SUCCESS
    """The scenario of jobs that have no other."""
    queue: tuple[Scenario, ...] = ()
    """The scenarios of the next jobs, one each."""
    files_url: str | None = None
    """The origin that links point to; None: where the client came."""
    own_limits: Mapping[str, Limit] = field(default_factory=dict)
    """Rate limits of the tester's own by `OPERATION` or `PROVIDER.OPERATION`; they always refuse."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """The plan of the account by provider; absent: the provider's default."""
    webhook_secrets: tuple[str, ...] = ()
    """The secrets that sign webhooks, one signature each; none: webhooks are not signed."""
    budget: Decimal | None = None
    """The US dollars that jobs may cost at documented prices; None: any number."""
    submissions: int = 0
    """How many jobs were submitted since the last reset."""
    refusals: int = 0
    """How many answers needed an id of their own since the last reset."""
    journal: Journal = field(default_factory=Journal)
    """What was received and answered."""
    clip_specs: dict[Hashable, ClipSpec] = field(default_factory=dict)
    """Clips described once for each link: a cache, which no store keeps."""

    def set(self, member: str, value: object) -> None:
        """Set a member of the configuration."""
        self.changes.append(MemberChange(member, getattr(self, member)))
        setattr(self, member, value)

    @property
    def keeps_journal(self) -> bool:
        """Whether the journal is on."""
        return self.journal.is_on

    @keeps_journal.setter
    def keeps_journal(self, is_on: bool) -> None:
        self.journal.is_on = is_on

    def moving(self) -> Clock:
        """Return the clock in order to change it: how it stands before is noted."""
        self.changes.append(MemberChange("clock", self.clock.state))
        return self.clock

    def next_scenario(self) -> Scenario:
        """Return the scenario of the next submission: the next of the queue, else the default."""
        if not self.queue:
            return self.scenario
        first, *rest = self.queue
        self.set("queue", tuple(rest))
        return first

    def next_draw(self) -> Draw:
        """Return the random draws of the next submission."""
        self.changes.append(MemberChange("submissions", self.submissions))
        self.submissions = n = self.submissions + 1
        return draw(self.seed, self.digest, n, id_block=self.id_block)

    def refusal_draw(self) -> Draw:
        """Return the random draws of the next answer that needs an id of its own; they do not disturb submissions."""
        self.changes.append(MemberChange("refusals", self.refusals))
        self.refusals = n = self.refusals + 1
        return draw(self.seed, self.digest, n, purpose="answer", id_block=self.id_block)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing has happened in it since it was made or reset."""
        if self.loaded is not None:
            self._need(Table.LOGS, None)
        return not (self.submissions or self.refusals or self.logs or self.journal.last)

    def forget(self) -> int:
        """Drop all jobs, counters and limits in one step, whatever their number; return how many jobs that were."""
        count = self.count_jobs()
        before = Reset(self.jobs, self.aliases, self.logs, self.calls, self.submissions, self.refusals)
        self.changes.append(before)
        self.jobs, self.aliases, self.logs, self.calls, self.clip_specs = {}, {}, {}, {}, {}
        self.submissions = self.refusals = 0
        self.after.append(self.journal.clear)
        return count

    # ---- the unit of work

    def undo(self) -> None:
        """Take back what the present unit of work has changed, last change first."""
        for change in reversed(self.changes):
            self._take_back(change)
        self.changes.clear()
        self.after.clear()

    def _take_back(self, change: Change) -> None:
        match change:
            case JobChange():
                self._take_back_job(change)
            case Admission():
                log = self.logs[change.name]
                log.admitted.pop()
                if not log.admitted:
                    del self.logs[change.name]
            case CallCount(key, None):
                self.calls.pop(key, None)
            case CallCount(key, int(before)):
                self.calls[key] = before
            case MemberChange("clock", ClockState() as state):
                self.clock.restore(state)
            case MemberChange(member, before):
                setattr(self, member, before)
            case Reset():
                self.jobs, self.aliases, self.logs, self.calls = change[:4]
                self.submissions, self.refusals = change[4:]

    def _take_back_job(self, change: JobChange) -> None:
        before, after = change
        if before is not None:
            self.jobs[before.id] = before
        else:
            del self.jobs[after.id]
            self.aliases.pop(after.alias, None)
