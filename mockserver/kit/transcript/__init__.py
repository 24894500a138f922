"""A transcript as the laws read it."""

from __future__ import annotations

from mockserver.kit.transcript.model import (
    KEY,
    SECRET,
    Answer,
    Attempt,
    Body,
    Exchange,
    Message,
    Moment,
    Record,
    Request,
    Sent,
    Transcript,
    Verdict,
    Violation,
)
from mockserver.kit.transcript.reading import SCHEMA, TranscriptBroken, read, read_lines, schema

__all__ = [
    "KEY",
    "SCHEMA",
    "SECRET",
    "Answer",
    "Attempt",
    "Body",
    "Exchange",
    "Message",
    "Moment",
    "Record",
    "Request",
    "Sent",
    "Transcript",
    "TranscriptBroken",
    "Verdict",
    "Violation",
    "read",
    "read_lines",
    "schema",
]
