"""The texts of an exchange without keys, as the journal keeps them."""

from __future__ import annotations

from typing import NamedTuple


class RedactedRecord(NamedTuple):
    """The texts of an exchange without keys: few objects, because thousands of them are dropped unread."""

    path: bytes
    """Percent-encoded, as it came."""
    query: bytes
    """Percent-encoded, as it came, without the question mark."""
    head: bytes
    """The request's header lines (`name: value`), joined by line feeds."""
    body: bytes
    """The first bytes of the request's body, `LONGEST` at most."""
    length: int
    """The bytes of the request's whole body."""
    digest: str
    """The digest of the request's whole body where `body` is only its beginning, else empty."""
    removed: int
    """By how many bytes redaction made the head, path and query of the request shorter."""
    credential: str
    """The digest of the key that the request carried; empty without one."""
    answer_head: bytes
    """The answer's header lines, joined by line feeds."""
    answer_body: bytes
    """The first bytes of the answer's body, `LONGEST` at most; none of a file."""
    answer_length: int
    """The bytes of the answer's whole body."""
    answer_digest: str
    """The digest of the answer's whole body where `answer_body` is only its beginning, else empty."""
    answer_removed: int
    """By how many bytes redaction made the answer's head shorter."""
    job: str
    """The id of the job that the exchange is about; empty where it is about none."""
    nth: int
    """The number of this exchange among those of its operation about its job, from 1; 0: it created the job."""
    scenario: str
    """The scenario of the job or of the refusal, with its number."""
