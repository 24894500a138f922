"""A provider under one profile, as laws see it: what its document and its `laws.json` say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

import jsonschema_rs

from mockserver.kit.promise.document import enforce, find
from mockserver.kit.promise.provider import Lifecycle, Operation, lifecycle, operations, schema


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
    def fields(self) -> Mapping[str, Any]:
        """Where the fields of a job stand in an answer; empty where it has no jobs."""
        return self.life.fields if self.life is not None else {}

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

    def _closed(self, head: str) -> list[str]:
        """The closed components of an operation, or of the word `error`: what is sent, not what is tolerated."""
        names = self.document.get("components", {}).get("schemas", {})
        return [one for one in names if one.startswith(f"{head}.") and not one.endswith((".request", ".tolerated"))]

    @cached_property
    def members(self) -> Mapping[str | None, frozenset[str]]:
        """The members that the answers of an operation have at the top, by its id, as its closed schemas have them."""
        return {
            name: frozenset(
                member
                for component in self._closed(name)
                for member in schema(self.document, component).get("properties", {})
            )
            for name in self.operations
        }

    @cached_property
    def optional(self) -> Mapping[str | None, frozenset[str]]:
        """The members of an operation's answers that at least one of its closed schemas does not have or require."""
        found: dict[str | None, frozenset[str]] = {}
        for name in self.operations:
            required = [frozenset(schema(self.document, one).get("required", ())) for one in self._closed(name)]
            found[name] = self.members[name] - frozenset.intersection(*required) if required else frozenset()
        return found

    def knows_error(self, body: Any) -> bool:
        """Whether a body is one of the document's errors."""
        return any(one.is_valid(body) for one in self._errors)

    @cached_property
    def _errors(self) -> Sequence[jsonschema_rs.Draft202012Validator]:
        return [
            jsonschema_rs.Draft202012Validator(schema(self.document, one), validate_formats=True)
            for one in self._closed("error")
        ]

    @cached_property
    def guarded(self) -> frozenset[str]:
        """The operations that want a credential."""
        whole = self.document.get("security", [{"key": []}] if "x-credential" in self.document else [])
        ways = {name: one.raw.get("security", whole) for name, one in self.operations.items()}
        # An empty way among them says that it goes without a credential too.
        return frozenset(name for name, security in ways.items() if security and {} not in security)

    @cached_property
    def features(self) -> frozenset[str]:
        """What of `FEATURES` it has."""
        jobs = ["jobs"] if self.life is not None else []
        hidden = ["error in a 200"] if self.refusals else []
        return frozenset([*jobs, *hidden, *self.extra.get("features", ())])

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
        own = self.life.raw.get("refusal") if self.life is not None else None
        known = [] if own is None else [{"pointer": own["pointer"], "accepted": [own["accepted"]]}]
        return (*known, *self.extra.get("refusals", ()))


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
