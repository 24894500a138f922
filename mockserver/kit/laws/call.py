"""One call of a client: an exchange, and what its answer says to a client that reads it well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mockserver.kit.laws import reading
from mockserver.kit.laws.view import Role, View
from mockserver.kit.transcript.model import Exchange, Message, Moment


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

    n: int = field(init=False)
    """The number of its record."""
    is_lost: bool = field(init=False)
    """Whether the client did not get the whole answer."""
    status: int | None = field(init=False)
    """The status of the answer; None: the client got none."""
    is_success: bool = field(init=False)
    """Whether the status is 2xx."""

    def __post_init__(self) -> None:
        """Read what nearly every law asks for."""
        answer = self.exchange.answer
        self.n = self.exchange.n
        self.is_lost = self.exchange.ending != "complete"
        self.status = answer.status if answer is not None and not self.is_lost else None
        self.is_success = self.status is not None and 200 <= self.status < 300

    @property
    def arrived(self) -> Moment:
        """When the request came."""
        return self.exchange.arrived

    @property
    def ended(self) -> Moment:
        """When the answer had been given, or the call had broken off; of one under way when it came."""
        return self.exchange.last_byte or self.exchange.read

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
        if life is None or not self.is_success:
            return None
        found = reading.at(self.json, life.fields["status"])
        return found if isinstance(found, str) else None

    @cached_property
    def state(self) -> str | None:
        """The state for which the word stands (queued, running, succeeded, failed ...); None: it is not known."""
        life = self.view.life
        return life.state_of(self.word) if life is not None and self.word is not None else None

    @cached_property
    def is_terminal(self) -> bool:
        """Whether the answer says that the job has ended."""
        life = self.view.life
        return life is not None and self.word is not None and self.word in life.terminal

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

    @cached_property
    def is_accepted(self) -> bool:
        """Whether the call was answered 2xx and not refused in the body."""
        return self.is_success and not self.is_hidden_refusal

    @property
    def names_its_job(self) -> bool:
        """Whether an accepted creation told the id of its job, without which nobody can follow it."""
        life = self.view.life
        return self.is_accepted and life is not None and bool(reading.at(self.json, life.raw["create"]["id"]))

    @cached_property
    def _headers(self) -> Mapping[str, str]:
        answer = self.exchange.answer
        return _joined(answer) if answer is not None and self.status is not None else {}

    @cached_property
    def _sent_headers(self) -> Mapping[str, str]:
        return _joined(self.exchange.request)

    def header(self, name: str) -> str | None:
        """Return a header, its name in lower case, of the answer that the client got; several joined by ", "."""
        return self._headers.get(name)

    def sent_header(self, name: str) -> str | None:
        """Return a header, its name in lower case, of the request; several joined by ", "."""
        return self._sent_headers.get(name)

    @cached_property
    def retry_after(self) -> reading.RetryAfter | None:
        """What Retry-After says, by the server's own Date where it sent one; None: it sent none."""
        value = self.header("retry-after")
        if value is None:
            return None
        now = reading.http_date(self.header("date"), self.ended.at)
        return reading.retry_after(value, now or self.ended.at)

    @cached_property
    def origin(self) -> tuple[str, str]:
        """The scheme and the host that were asked."""
        return self.exchange.request.scheme, self.sent_header("host") or ""

    @property
    def job(self) -> str | None:
        """The job that it made or is about."""
        return self.exchange.job

    @cached_property
    def body_hint(self) -> float | None:
        """The seconds to wait that the body tells; None: none."""
        found = [reading.number(reading.at(self.json, pointer)) for pointer in self.view.hints]
        return max((one for one in found if one is not None), default=None)


def _joined(message: Message) -> Mapping[str, str]:
    """The headers of a message by name, several of one name joined."""
    found: dict[str, str] = {}
    for name, value in message.headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _refuses(body: Any, where: Mapping[str, Any]) -> bool:
    found = reading.at(body, where["pointer"])
    if found is None:
        return False
    return found not in where["accepted"] if "accepted" in where else found in where["refused"]
