"""A request as bytes and what can be read from them, before anybody knows where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mockserver.domain.problem import Problem, Violation
from mockserver.provider.reading import read_object

_UNREAD: dict[str, object] = {}


class HttpRequest:
    """One request. Its body and its query are read once, when somebody asks."""

    __slots__ = (
        "_query", "_value", "beyond", "body", "headers", "is_head", "method", "params", "path", "query_string",
        "raw_path",
    )  # fmt: skip

    method: str
    """The method; GET for a HEAD where GET is served."""
    is_head: bool
    """Whether it is a HEAD, whose answer leaves without its body."""
    path: str
    """The percent-decoded path, for people."""
    raw_path: str
    """The path as it came."""
    query_string: str
    """The query as it came, without the question mark."""
    headers: Mapping[bytes, bytes]
    """The headers by their lower-case names; the last one where a name came twice."""
    body: bytes
    """The body as it came."""
    params: dict[str, str]
    """The decoded parameters of the route."""
    beyond: tuple[Violation, ...]
    """The numbers of the body that lie beyond 2^53."""

    def __init__(self, method: str, path: str, query_string: str, headers: Mapping[bytes, bytes], body: bytes) -> None:
        self.method = method
        self.is_head = method == "HEAD"
        self.path = self.raw_path = path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.params = {}
        self._value: dict[str, object] | Problem = _UNREAD
        self.beyond = ()
        self._query: dict[str, str] | None = None

    def header(self, name: str) -> str:
        """Return a header's value, empty when absent; the last one when it came twice."""
        return self.headers.get(name.encode("latin-1"), b"").decode("latin-1")

    @property
    def value(self) -> dict[str, object] | Problem:
        """The JSON object of the body, read once, or the problem with it."""
        if self._value is _UNREAD:
            self._value = self.read_value()
        return self._value

    def read_value(self) -> dict[str, object] | Problem:
        """Read the JSON object of the body."""
        read = read_object(self.body)
        if isinstance(read, Problem):
            return read
        self.beyond = read.beyond
        return read.value

    def spoil(self, problem: Problem) -> None:
        """Set the problem why no JSON object can be read in the body, whatever its bytes look like."""
        self._value = problem

    @property
    def members(self) -> dict[str, Any]:
        """The members of the body, for functions that run after the checks. Raises TypeError where it has none."""
        value = self.value
        if isinstance(value, Problem):
            raise TypeError(f"no JSON object was read: {value.text}")
        return value

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; the first wins when one came twice."""
        if self._query is None:
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            self._query = dict(reversed(pairs))
        return self._query
