"""A refusal before it is rendered: what was wrong, where, what was expected and what came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

HEADER_BYTES: Final = 1024


class ProblemKind(Enum):
    """What kind of refusal it is; each provider has its own status and words for each."""

    MALFORMED = "malformed"  # the body cannot be read as what it should be
    OVERSIZED = "oversized"
    INVALID = "invalid"  # it can be read, and breaks the document
    REFUSED = "refused"  # it keeps the document, and breaks a rule of the provider's own
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    UNKNOWN_PATH = "unknown path"
    UNKNOWN_METHOD = "unknown method"
    CONFLICT = "conflict"
    LIMITED = "limited"
    OUT_OF_CREDITS = "out of credits"
    MODERATED = "moderated"
    UPSTREAM = "upstream"
    UNAVAILABLE = "unavailable"  # overloaded, full, or without an encoder
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of a document.

    `path` leads to the value (names and indexes), `rule` is the JSON Schema keyword, `expected` that keyword's value,
    `got` what came (absent for `required`). `says` is the rule in the document's own words (`x-issue`), where it has
    some, because a keyword such as `not` has none.
    """

    path: tuple[str | int, ...]
    rule: str
    expected: object = None
    got: object = None
    says: str = ""

    @property
    def field(self) -> str:
        """The top-level field that it concerns; empty for the body as a whole."""
        return str(self.path[0]) if self.path else ""

    @property
    def where(self) -> str:
        """The path as it is spoken: `loraModels.0.weight`."""
        return ".".join(map(str, self.path)) or "body"

    def sentence(self) -> str:
        """What was expected and what came, in one ASCII line."""
        if self.says:
            return f"{self.where}: {self.says}"
        if self.rule == "required":
            return f"{self.where}: required, but missing"
        if self.rule == "additionalProperties":
            return f"{self.where}: unknown"
        return (
            f"{self.where}: expected {_RULES.get(self.rule, self.rule)} {_brief(self.expected)}, got {_brief(self.got)}"
        )


_RULES: Final = {
    "type": "type", "enum": "one of", "const": "exactly", "minimum": "at least", "maximum": "at most",
    "exclusiveMinimum": "more than", "exclusiveMaximum": "less than", "multipleOf": "a multiple of",
    "minLength": "a length of at least", "maxLength": "a length of at most", "pattern": "a match of",
    "format": "the format", "minItems": "a number of items of at least", "maxItems": "a number of items of at most",
}  # fmt: skip


def _brief(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 120 else f"{text[:117]}..."


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal. `text` says in our words what happened; `detail` holds what a provider's body may want to show."""

    kind: ProblemKind
    text: str = ""
    violations: tuple[Violation, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)

    def header(self) -> str:
        """The whole refusal as a header value: ASCII, one line, at most 1 KB."""
        parts, size = [self.text] if self.text else [], len(self.text)
        for violation in self.violations:
            if size > HEADER_BYTES:  # there may be tens of thousands
                break
            parts.append(violation.sentence())
            size += len(parts[-1])
        line = "; ".join(parts) or self.kind.value
        ascii_line = line.encode("ascii", "backslashreplace").decode()
        clean = "".join(character if " " <= character <= "~" else " " for character in ascii_line)
        return clean if len(clean) <= HEADER_BYTES else f"{clean[: HEADER_BYTES - 3]}..."
