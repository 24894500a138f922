"""One call of a client: an exchange, and what its answer says to a client that reads it well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mockserver.kit.transcript import Exchange, Moment
from mockserver.kit.laws import reading
from mockserver.kit.laws.view import Role, View


@dataclass(eq=False)
class Call:
    """One exchange, and what its answer says to a client that reads it well."""

    exchange: Exchange
    role: Role
    view: View
    """The provider under the profile of that moment."""
    previous: Call | None = None
    """The call before of the same method, path, query and body."""
    next: Call | None = None
    """The call after of the same method, path, query and body."""

    @property
    def n(self) -> int:
        """The number of its record."""
        return self.exchange.n

    @property
    def arrived(self) -> Moment:
        """When the request came."""
        return self.exchange.arrived

    @property
    def ended(self) -> Moment:
        """When the answer had been given, or the call had broken off; of one under way when it came."""
        return self.exchange.last_byte or self.exchange.read

    @property
    def status(self) -> int | None:
        """The status of the answer; None: the client got none."""
        answer = self.exchange.answer
        return answer.status if answer is not None and not self.is_lost else None

    @property
    def is_lost(self) -> bool:
        """Whether the client did not get the whole answer."""
        return self.exchange.ending != "complete"

    @property
    def is_under_way(self) -> bool:
        """Whether it had not ended when the transcript was taken."""
        return self.exchange.ending is None

    @cached_property
    def json(self) -> Any:
        """The answer's body, or reading.NOT_JSON; a lost answer has none."""
        answer = self.exchange.answer
        return reading.json_of(answer.body) if answer is not None and not self.is_lost else reading.NOT_JSON

    @cached_property
    def sent(self) -> Any:
        """The request's body, or reading.NOT_JSON."""
        return reading.json_of(self.exchange.request.body)

    @cached_property
    def shown_id(self) -> str | None:
        """The id of a job that a poll shows, decoded once; None: it is no poll, or shows none."""
        reader = self.view.shown_ids.get(self.exchange.operation)
        request = self.exchange.request
        return reader(request.path, request.query) if reader is not None else None

    @cached_property
    def word(self) -> str | None:
        """The status word of the job in an answer 2xx; None: there is none."""
        life = self.view.life
        if life is None or self.status is None or not self.is_success:
            return None
        found = reading.at(self.json, life.fields["status"])
        return found if isinstance(found, str) else None

    @cached_property
    def state(self) -> str | None:
        """The state for which the word stands (queued, running, succeeded, failed ...); None: it is not known."""
        life = self.view.life
        return life.state_of(self.word) if life is not None and self.word is not None else None

    @property
    def is_terminal(self) -> bool:
        """Whether the answer says that the job has ended."""
        life = self.view.life
        return life is not None and self.word is not None and self.word in life.terminal

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        status = self.status
        return status is not None and 200 <= status < 300

    @cached_property
    def is_hidden_refusal(self) -> bool:
        """Whether a body under 2xx says that the call was refused."""
        return self.is_success and any(_refuses(self.json, one) for one in self.view.refusals)

    @property
    def is_failure(self) -> bool:
        """Whether it may pass when it is sent again: lost, refused for the rate, or 5xx."""
        return self.is_lost or self.status == 429 or self.is_server_error

    @property
    def is_server_error(self) -> bool:
        """Whether the status is 5xx."""
        return self.status is not None and self.status >= 500

    @property
    def is_refused(self) -> bool:
        """Whether the client was told that the call is refused: 4xx, 5xx, or in a body under 2xx."""
        return (self.status is not None and self.status >= 400) or self.is_hidden_refusal

    @property
    def is_accepted(self) -> bool:
        """Whether the call was answered 2xx and not refused in the body."""
        return self.is_success and not self.is_hidden_refusal

    def header(self, name: str) -> str | None:
        """Return a header of the answer that the client got."""
        answer = self.exchange.answer
        return answer.header(name) if answer is not None and self.status is not None else None

    @cached_property
    def retry_after(self) -> reading.RetryAfter | None:
        """What Retry-After says, by the server's own Date where it sent one; None: it sent none."""
        value = self.header("retry-after")
        if value is None:
            return None
        now = reading.http_date(self.header("date"), self.ended.at)
        return reading.retry_after(value, now or self.ended.at)

    @property
    def origin(self) -> tuple[str, str]:
        """The scheme and the host that were asked."""
        return self.exchange.request.scheme, self.exchange.request.header("host") or ""

    @property
    def job(self) -> str | None:
        """The job that it made or is about."""
        return self.exchange.job

    @cached_property
    def body_hint(self) -> float | None:
        """The seconds to wait that the body tells; None: none."""
        found = [reading.number(reading.at(self.json, pointer)) for pointer in self.view.hints]
        return max((one for one in found if one is not None), default=None)


def _refuses(body: Any, where: Mapping[str, Any]) -> bool:
    found = reading.at(body, where["pointer"])
    if found is None:
        return False
    return found not in where["accepted"] if "accepted" in where else found in where["refused"]
