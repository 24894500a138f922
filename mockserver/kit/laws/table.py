"""The laws, in the order of the catalogue."""

from __future__ import annotations

from typing import Final

from mockserver.kit.laws import polling
from mockserver.kit.laws.law import Basis, Evidence, Ground, Law, Severity

LAWS: Final = (
    Law(
        id="POL-03",
        sentence="A client never polls a job faster than the shortest pause that is allowed, one second by default.",
        why="Polling without a pause loads the service and gets keys banned.",
        severity=Severity.MUST,
        ground=Ground(
            Basis.STANDARD,
            "RFC 6585 section 4: a server may refuse who sends too many requests",
            "https://www.rfc-editor.org/rfc/rfc6585#section-4",
        ),
        evidence=Evidence.PASSIVE,
        finder=polling.keeps_the_floor,
        situation="a second poll of the same job",
        needs=("jobs",),
    ),
)
