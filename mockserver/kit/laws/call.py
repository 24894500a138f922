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
    job: str | None = field(init=False)
    """The job that it made or is about."""
    arrived: Moment = field(init=False)
    """When the request came."""
    ended: Moment = field(init=False)
    """When the answer had been given, or the call had broken off; of one under way when it came."""
    origin: tuple[str, str] = field(init=False)
    """The scheme and the host that were asked."""
    sent: Any = field(init=False)
    """The request's body, or reading.NOT_JSON."""
    is_lost: bool = field(init=False)
    """Whether the client did not get the whole answer."""
    status: int | None = field(init=False)
    """The status of the answer; None: the client got none."""
    json: Any = field(init=False)
    """The answer's body, or reading.NOT_JSON; a lost answer has none."""
    is_success: bool = field(init=False)
    """Whether the status is 2xx."""
    is_server_error: bool = field(init=False)
    """Whether the status is 5xx."""
    is_failure: bool = field(init=False)
    """Whether it may pass when it is sent again: lost, refused for the rate, or 5xx."""
    is_hidden_refusal: bool = field(init=False)
    """Whether a body under 2xx says that the call was refused."""
    is_accepted: bool = field(init=False)
    """Whether the call was answered 2xx and not refused in the body."""
    word: str | None = field(init=False)
    """The status word of the job in an answer 2xx; None: there is none."""
    state: str | None = field(init=False)
    """The state for which the word stands (queued, running, succeeded, failed ...); None: it is not known."""
    is_terminal: bool = field(init=False)
    """Whether the answer says that the job has ended."""

    def __post_init__(self) -> None:
        """Read what nearly every law asks for, once."""
        exchange = self.exchange
        self.n, self.job, self.arrived = exchange.n, exchange.job, exchange.arrived
        self.ended = exchange.last_byte or exchange.read
        self._sent_headers = _joined(exchange.request)
        self.origin = exchange.request.scheme, self._sent_headers.get("host", "")
        self.sent = reading.json_of(exchange.request.body)
        self._read_answer()
        self._read_job()

    def _read_answer(self) -> None:
        """Read the answer, if the client got it."""
        self.is_lost = self.exchange.ending != "complete"
        answer = None if self.is_lost else self.exchange.answer
        status = answer.status if answer is not None else 0
        self.status = status or None
        self._headers = _joined(answer) if answer is not None else {}
        coding = self._headers.get("content-encoding")
        self.json = reading.json_of(answer.body, coding) if answer is not None else reading.NOT_JSON
        self.is_success = 200 <= status < 300
        self.is_server_error = status >= 500
        self.is_failure = self.is_lost or status == 429 or self.is_server_error
        refusals = self.view.refusals
        self.is_hidden_refusal = self.is_success and any(_refuses(self.json, one) for one in refusals)
        self.is_accepted = self.is_success and not self.is_hidden_refusal

    def _read_job(self) -> None:
        """Read the job's status word in the answer."""
        life = self.view.life
        found = reading.at(self.json, life.fields["status"]) if life is not None and self.is_success else None
        self.word = found if isinstance(found, str) else None
        self.state, self.is_terminal = None, False
        if life is not None and self.word is not None:
            self.state = life.state_of(self.word)
            self.is_terminal = self.word in life.terminal

    @property
    def is_under_way(self) -> bool:
        """Whether it had not ended when the transcript was taken."""
        return self.exchange.ending is None

    @property
    def is_redirect(self) -> bool:
        """Whether the client was led elsewhere: what follows is the same call."""
        return self.status is not None and 300 <= self.status < 400 and self.header("location") is not None

    @cached_property
    def is_absurd(self) -> bool:
        """Whether the client was told to wait for a day or more: an error to the caller is right."""
        told = [self.retry_after.seconds if self.retry_after is not None else 0.0, self.body_hint or 0.0]
        return max(told) >= reading.ABSURD_SECONDS

    @property
    def is_refused(self) -> bool:
        """Whether the client was told that the call is refused: 4xx, 5xx, or in a body under 2xx."""
        return (self.status is not None and self.status >= 400) or self.is_hidden_refusal

    @property
    def names_its_job(self) -> bool:
        """Whether an accepted creation told the id of its job, without which nobody can follow it."""
        life = self.view.life
        return self.is_accepted and life is not None and bool(reading.at(self.json, life.raw["create"]["id"]))

    @property
    def shown_id(self) -> str | None:
        """The id of a job that a poll shows, decoded once; None: it is no poll, or shows none."""
        reader = self.view.shown_ids.get(self.exchange.operation)
        request = self.exchange.request
        return reader(request.path, request.query) if reader is not None else None

    def header(self, name: str) -> str | None:
        """Return a header, its name in lower case, of the answer that the client got; several joined by ", "."""
        return self._headers.get(name)

    def sent_header(self, name: str) -> str | None:
        """Return a header, its name in lower case, of the request; several joined by ", "."""
        return self._sent_headers.get(name)

    @property
    def retry_after(self) -> reading.RetryAfter | None:
        """What Retry-After says, by the server's own Date where it sent one; None: it sent none."""
        value = self.header("retry-after")
        if value is None:
            return None
        now = reading.http_date(self.header("date"), self.ended.at)
        return reading.retry_after(value, now or self.ended.at)

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
