"""What the kit needs of a server: a fresh sandbox, its clock, and a way to call it. Nothing else.

`mockserver.testing` satisfies `Target`, in process or over HTTP; anything else that can do these things may too.
`CaseServer` and `VirtualCaseServer` are what it needs to put clients through cases: over sockets, and in virtual time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class NotJson(ValueError):
    """A body is no JSON value: malformed, not UTF-8, NaN or Infinity, or an object with a key twice."""


@dataclass(frozen=True)
class Response:
    """One answer: `status`, `headers` as (name, value) in the order sent, `body` as the bytes sent."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever the case of its name; several are joined by ", ". None: not sent."""
        values = [value for sent, value in self.headers if sent.lower() == name.lower()]
        return ", ".join(values) if values else None

    def json(self) -> Any:
        """Return the body as a JSON value, members in the order sent. Raises NotJson."""
        return parse_json(self.body)


class Session(Protocol):
    """One sandbox that nobody else uses, its clock frozen."""

    @property
    def base_url(self) -> str:
        """The address of the server as links in its answers begin, without a slash at the end."""

    @property
    def key(self) -> str:
        """The API key that belongs to this sandbox."""

    @property
    def other_key(self) -> str:
        """A right key of another sandbox."""

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock on, and return when everything that falls due by then has happened."""

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send one request and return the answer, without following redirects.

        The call belongs to this session, and its profile counts, whatever key it shows: none, a wrong one, this one.
        Only a call that shows `other_key` belongs to that key's sandbox.

        `path` begins with a slash and may have a query. `headers` and `body` are sent as they are, plus the headers
        that HTTP itself needs (Host, Content-Length).
        """


class Target(Protocol):
    """A server that can give sessions."""

    def session(
        self, provider: str, *, profile: Sequence[str], timing: str, scenario: str | None, key_name: str
    ) -> Session:
        """Return a session in a new sandbox.

        `profile` are words of that provider (style first; empty means the default), `timing` is quick, documented
        or instant, `scenario` is that of every job submitted there (None: the server's default). The key
        is made from `key_name`, so that the same name on a fresh server gives the same run. Raises ValueError for
        a word, timing or scenario that the server does not know.
        """


@dataclass(frozen=True)
class Setting:
    """What a server is set to for one case."""

    provider: str
    key: str
    """The API key of the client, whose sandbox is made anew."""
    name: str
    """A name for the scenario: lower-case letters, digits and hyphens."""
    scenario: Mapping[str, Any]
    """The members of a composed scenario, as `[scenarios.NAME]` of a TOML file has them."""
    profile: Sequence[str] = ()
    """Words of the provider's profile."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What else the sandbox is set to: members of the control API's PATCH, such as `limits`."""


class ServedCase(Protocol):
    """A case that is being served."""

    @property
    def base_url(self) -> str:
        """The address for the client: no path, no slash at the end. Its files come from another origin."""

    @property
    def key(self) -> str:
        """The client's API key."""

    def journal(self) -> Any:
        """Return what went over the wire so far, as a JSON value of contracts/transcript.schema.json."""

    def close(self) -> None:
        """Stop serving it."""


class CaseServer(Protocol):
    """A server that serves cases over sockets, many side by side."""

    def serve(self, setting: Setting) -> ServedCase:
        """Serve a case. Raises ValueError for a setting that the server does not know."""


class VirtualCase(ServedCase, Protocol):
    """A case that is served without a socket, in virtual time, to a client in the same thread."""

    def stop_after(self, seconds: float, ending: BaseException) -> None:
        """Raise `ending` in whatever the client does in so many seconds of virtual time from now."""

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""

    def monotonic(self) -> float:
        """Return the seconds of virtual time since some moment."""

    def now(self) -> datetime:
        """Return the instant of virtual time, aware, in UTC."""

    def transport(self) -> Any:
        """Return an httpx.BaseTransport that leads to the case, whatever the host."""

    def async_transport(self) -> Any:
        """Return an httpx.AsyncBaseTransport that leads to the case, for a client that `run` runs."""

    def mount(self, session: Any) -> None:
        """Lead all of a requests.Session to the case, whatever the host."""

    def virtual_time(self) -> AbstractContextManager[None]:
        """Replace time.sleep, time.time, time.monotonic and asyncio's loops in this thread, while the context lasts."""

    def run(self, work: Any) -> Any:
        """Run a coroutine to its end in virtual time and return its result."""


class VirtualCaseServer(Protocol):
    """A server without a socket, in virtual time: one case at a time."""

    def serve(self, setting: Setting) -> VirtualCase:
        """Serve a case. Raises ValueError for a setting that the server does not know."""


@dataclass(frozen=True)
class Call:
    """One request as it was sent, for messages."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def parse_json(body: bytes) -> Any:
    """Return bytes as a JSON value, members in the order sent. Raises NotJson."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_members, parse_constant=_constant)
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except ValueError as broken:
        raise NotJson(str(broken)) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise NotJson(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return members


def _constant(name: str) -> Any:
    raise NotJson(f"{name} is no JSON")
