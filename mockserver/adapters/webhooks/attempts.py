"""One attempt at a delivery: what is sent, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from mockserver.adapters.webhooks.pending import PendingAttempt
from mockserver.adapters.webhooks.sending import Unanswered, exchange, headers_for
from mockserver.domain.delivery import Attempt, Moment
from mockserver.domain.job import ZERO
from mockserver.domain.journal import Dispatch
from mockserver.domain.webhook_message import message
from mockserver.engine.journal import Journal
from mockserver.ports import Clock, Time

log = logging.getLogger("mockserver")


class Attempts:
    """Makes attempts, and notes them in the journal of their sandbox."""

    def __init__(
        self,
        time: Time,
        patience_seconds: float,
        journal: Callable[[str], Journal | None],
        signing_keys: Callable[[str], Sequence[bytes]],
    ) -> None:
        """`patience_seconds`: the real time that an attempt may take. `journal`: that of a sandbox (None: nothing is
        noted). `signing_keys`: those of a sandbox (none: its webhooks are not signed).
        """
        self._time, self._patience, self._journal, self._signing_keys = time, patience_seconds, journal, signing_keys

    async def make(self, sandbox: str, clock: Clock, pending: PendingAttempt) -> Attempt:
        """Make an attempt; return it with what came of it."""
        delivery, address = pending.delivery, pending.address
        timestamp = int(clock.on_clients_clock(ZERO).timestamp())
        said = message(delivery, pending.planned.changes, self._signing_keys(sandbox), timestamp)
        headers = headers_for(address, said.body, said.content_type, said.signature)
        started = self._moment(clock)
        dispatch = Dispatch(delivery, pending.number, pending.due, started, headers, said.body)
        journal = self._journal(sandbox)
        if journal is not None:
            journal.begin(dispatch)
        answer, error = None, ""
        try:
            answer, _ = await exchange(address, headers, said.body, self._patience)
        except Unanswered as unanswered:
            error = str(unanswered)
        made = dispatch.attempt = Attempt(
            delivery=delivery,
            number=pending.number,
            due=pending.due,
            started=started,
            ended=self._moment(clock),
            headers=headers,
            body=said.body,
            answer=answer,
            error=error,
            is_replay=pending.is_replay,
        )
        log.info("webhook %s of job %s: %s", delivery.id, delivery.job, made.status or error)
        if journal is not None:
            journal.wake()
        return made

    def _moment(self, clock: Clock) -> Moment:
        return Moment(clock.now(), self._time.monotonic())
