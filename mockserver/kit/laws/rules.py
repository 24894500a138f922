"""What laws know of a provider: what its document and its `laws.json` say, under one profile.

`laws.json` stands in the provider's folder beside its document and is written by hand: features, hints in bodies,
refusals that hide under HTTP 200, and the severities that its own page gives to laws. All of it may be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import jsonschema_rs

from contracts.document import enforce, find
from contracts.promise import Lifecycle, Operation, Promise, lifecycle, operations, schema
from mockserver.kit.laws.law import Basis, Ground, Law, Severity

FILE: Final = "laws.json"
FEATURES: Final = {
    "cancel": "documents no way to cancel a job",
    "error in a 200": "documents no error under HTTP 200",
    "expiring links": "documents no lifetime of links",
    "hint in the body": "documents no hint in seconds in a body",
    "idempotency key": "documents no idempotency key",
    "jobs": "documents no jobs that are polled",
    "moderation": "documents no word for content that is refused",
    "quota headers": "documents no headers of a quota",
    "signature": "documents no signature of webhooks",
    "version header": "documents no header for a version",
    "webhooks": "documents no webhooks under this profile",
}
"""What a provider may have, and the reason why a law that needs it does not apply to one without."""


class Role(StrEnum):
    """What an operation is to the life of a job."""

    CREATE = "create"
    POLL = "poll"
    RETRIEVE = "retrieve"
    """Turns a finished job into a link."""
    FILE = "file"
    """Serves the bytes of a clip or picture."""
    CANCEL = "cancel"
    OTHER = "other"


@dataclass(frozen=True)
class Known:
    """What a document knows of a request: the fields of its body at the top, and its query parameters."""

    fields: frozenset[str]
    parameters: frozenset[str]


@dataclass(frozen=True)
class View:
    """A provider under one profile."""

    document: Mapping[str, Any]
    extra: Mapping[str, Any]
    """The members of laws.json under this profile."""

    @cached_property
    def life(self) -> Lifecycle | None:
        """The life of its jobs."""
        return lifecycle(self.document)

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """The role of each operation by its id."""
        life = self.life
        known = {} if life is None else dict.fromkeys(life.create, Role.CREATE) | dict.fromkeys(life.poll, Role.POLL)
        if life is not None:
            known |= dict.fromkeys(life.raw.get("retrieve", {}).get("operations", ()), Role.RETRIEVE)
            known |= dict.fromkeys(life.raw.get("cancel", {}).get("operations", ()), Role.CANCEL)
        return {
            name: known.get(name) or (Role.FILE if self._serves_bytes(one.raw) else Role.OTHER)
            for name, one in self.operations.items()
        }

    def _serves_bytes(self, operation: Mapping[str, Any]) -> bool:
        answer = operation.get("responses", {}).get("200", {})
        if "$ref" in answer:
            answer = find(self.document, answer["$ref"])
        return any(kind.startswith(("video/", "image/", "audio/")) for kind in answer.get("content", {}))

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations by id."""
        return operations(self.document)

    @cached_property
    def media_types(self) -> Mapping[str | None, Sequence[str]]:
        """The media types that an operation takes in its body, by its id; operations without a body are left out."""
        bodies = {name: one.raw["requestBody"] for name, one in self.operations.items() if "requestBody" in one.raw}
        return {name: tuple(body.get("content", {})) for name, body in bodies.items()}

    @cached_property
    def known(self) -> Mapping[str | None, Known]:
        """What the document knows of the request of an operation, by its id."""
        return {
            name: Known(
                frozenset(self._request(name).get("properties", {})),
                frozenset(own["name"] for own in one.parameters if own.get("in") == "query"),
            )
            for name, one in self.operations.items()
        }

    def _request(self, operation: str) -> Mapping[str, Any]:
        name = f"{operation}.request"
        return schema(self.document, name) if name in self.document.get("components", {}).get("schemas", {}) else {}

    @cached_property
    def limits(self) -> Mapping[str | None, jsonschema_rs.Draft202012Validator]:
        """A validator of the limits of the page for each operation that documents any which are not enforced."""
        raw = {name: self._request(name) for name in self.operations}
        strict = {name: enforce(one, strict=True) for name, one in raw.items()}
        return {
            name: jsonschema_rs.Draft202012Validator(one, validate_formats=True)
            for name, one in strict.items()
            if one and one != raw[name]
        }

    @cached_property
    def shown_ids(self) -> Mapping[str | None, Callable[[str, str], str | None]]:
        """How to read the id of a job from path and query of a poll, by operation."""
        if self.life is None:
            return {}
        where = self.life.raw["poll"]["id"]
        readers = {"path": _in_path, "query": _in_query}
        return {
            name: readers[where["in"]](where["name"], self.operations[name].path)
            for name in self.life.poll
            if where["in"] in readers
        }

    @cached_property
    def members(self) -> Mapping[str | None, frozenset[str]]:
        """The members that the answers of an operation have at the top, by its id, as its closed schemas have them."""
        schemas = self.document.get("components", {}).get("schemas", {})
        return {
            name: frozenset(
                member
                for component in schemas
                if component.startswith(f"{name}.") and not component.endswith((".request", ".tolerated"))
                for member in schema(self.document, component).get("properties", {})
            )
            for name in self.operations
        }

    @cached_property
    def optional(self) -> Mapping[str | None, frozenset[str]]:
        """The members of an operation's answers that at least one of its closed schemas does not have or require."""
        schemas = self.document.get("components", {}).get("schemas", {})
        found: dict[str | None, frozenset[str]] = {}
        for name, members in self.members.items():
            own = [
                one for one in schemas if one.startswith(f"{name}.") and not one.endswith((".request", ".tolerated"))
            ]
            required = [frozenset(schema(self.document, one).get("required", ())) for one in own]
            found[name] = members - frozenset.intersection(*required) if required else frozenset()
        return found

    def knows_error(self, body: Any) -> bool:
        """Whether a body is one of the document's errors."""
        return any(one.is_valid(body) for one in self._errors)

    @cached_property
    def _errors(self) -> Sequence[jsonschema_rs.Draft202012Validator]:
        schemas = self.document.get("components", {}).get("schemas", {})
        return [
            jsonschema_rs.Draft202012Validator(schema(self.document, one), validate_formats=True)
            for one in schemas
            if one.startswith("error.") and not one.endswith(".tolerated")
        ]

    @cached_property
    def guarded(self) -> frozenset[str]:
        """The operations that want a credential."""
        whole = self.document.get("security", [{}] if "x-credential" in self.document else [])
        return frozenset(name for name, one in self.operations.items() if one.raw.get("security", whole))

    @cached_property
    def features(self) -> frozenset[str]:
        """What of `FEATURES` it has."""
        jobs = ["jobs"] if self.life is not None else []
        return frozenset([*jobs, *self.extra.get("features", ())])

    @cached_property
    def hints(self) -> Sequence[str]:
        """JSON Pointers to seconds to wait, in bodies."""
        return tuple(self.extra.get("hints", ()))

    @property
    def key_header(self) -> str | None:
        """The header of the idempotency key; None: the provider documents none."""
        return self.extra.get("idempotency_header")

    @property
    def quota(self) -> Mapping[str, Any] | None:
        """The headers of a quota: names of `remaining` and `reset`, and whether the reset `is_epoch` seconds."""
        return self.extra.get("quota")

    @property
    def moderation(self) -> Sequence[Mapping[str, Any]]:
        """Where the end of a job tells that its content was refused: `pointer` and `values`."""
        return tuple(self.extra.get("moderation", ()))

    @property
    def links(self) -> Sequence[str]:
        """JSON Pointers to the address of the job in the answer to its creation."""
        return tuple(self.extra.get("links", ()))

    @cached_property
    def refusals(self) -> Sequence[Mapping[str, Any]]:
        """Where a body under HTTP 200 tells that it is an error: `pointer`, and `accepted` or `refused` values."""
        return tuple(self.extra.get("refusals", ()))


def _in_path(name: str, template: str) -> Callable[[str, str], str | None]:
    """A reader of an id in a path: the text of the parameter, decoded once."""
    escaped = re.escape(template).replace(re.escape("{" + name + "}"), "(.+)")
    found = re.compile(escaped + "/?$")

    def read(path: str, _query: str) -> str | None:
        match = found.search(path)
        return unquote(match[1]) if match is not None else None

    return read


def _in_query(name: str, _template: str) -> Callable[[str, str], str | None]:
    """A reader of an id in a query."""

    def read(_path: str, query: str) -> str | None:
        return next((value for sent, value in parse_qsl(query, keep_blank_values=True) if sent == name), None)

    return read


@dataclass(frozen=True)
class Rules:
    """What laws know of a provider, whatever the profile."""

    promise: Promise
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The value of laws.json."""
    _views: dict[tuple[str, ...], View] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.promise.name

    def under(self, profile: Iterable[str]) -> View:
        """Return the provider under profile words; the same words give the same view."""
        words = tuple(sorted(profile))
        if words not in self._views:
            self._views[words] = View(self.promise.under(words), _under(self.raw, words))
        return self._views[words]

    def severity(self, law: Law, profile: Iterable[str]) -> tuple[Severity, Ground]:
        """Return how bad a breach of the law is at this provider, and why: what its page says, or the law's own.

        A law whose ground is a habit only informs where no page of the provider asks for it.
        """
        own = self.under(profile).extra.get("laws", {}).get(law.id)
        if own is not None:
            return Severity(own["severity"]), Ground(Basis.PAGE, own["says"], own["source"])
        return (Severity.MAY if law.ground.basis is Basis.HABIT else law.severity), law.ground


def rules_of(promise: Promise, folder: Path | None = None) -> Rules:
    """Return what laws know of a provider; `folder` is that of its contract, which may hold laws.json."""
    path = folder / FILE if folder is not None else None
    if path is None or not path.is_file():
        return Rules(promise)
    return Rules(promise, json.loads(path.read_bytes()))


def _under(raw: Mapping[str, Any], words: Sequence[str]) -> Mapping[str, Any]:
    """The members under profile words: `with` adds to lists and to the table of laws, word by word."""
    found: dict[str, Any] = {name: value for name, value in raw.items() if name != "with"}
    for word in words:
        for name, more in raw.get("with", {}).get(word, {}).items():
            base = found.get(name, type(more)())
            found[name] = {**base, **more} if isinstance(more, dict) else [*base, *more]
    return found
