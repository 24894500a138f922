"""Clips that are drawn before a client asks for them: drawing a large one takes seconds, and is not what is judged.

A server serves all its cases in as many sandboxes as it serves side by side, and the first job of a sandbox always has
the same clip. So a job is made once in each of them, and its file is fetched; the server keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import quote, urlsplit

from mockserver.kit.adapters.command import asked, setting
from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.model import Case
from mockserver.kit.laws.reading import at
from mockserver.kit.promise import PROVIDERS, Lifecycle, Operation, lifecycle, load, operations
from mockserver.kit.target import CaseServer, ServedCase

PATIENCE_SECONDS: Final = 60.0
AT_ONCE: Final[Mapping[str, Any]] = {
    "says": "Its clip is drawn.", "timing": "instant", "timeline": {"queued_seconds": 0, "running_seconds": 0},
}  # fmt: skip


def draw(server: CaseServer, kind: ClientKind, case: Case, keys: Sequence[str]) -> int:
    """Let the clips be drawn of as many cases as are served side by side; how many there are."""
    usual = Case(case.id, case.says, (), scenario=AT_ONCE)
    served = [server.serve(setting(kind, usual, key)) for key in keys]
    try:
        with ThreadPoolExecutor(len(served)) as pool:
            return sum(pool.map(lambda one: _drawn(one, kind, usual), served))
    finally:
        for one in served:
            one.close()


def _drawn(served: ServedCase, kind: ClientKind, case: Case) -> bool:
    try:
        return _Client(served, kind).fetch(asked(kind, case))
    except (OSError, HTTPException, ValueError):
        return False  # the case itself will tell


class _Client:
    """A client that its provider's document describes."""

    def __init__(self, served: ServedCase, kind: ClientKind) -> None:
        self._served, self._kind = served, kind
        self._document = load(PROVIDERS / kind.provider).document
        self._operations = operations(self._document)
        self._has_key_in_body = self._document.get("x-credential", {}).get("in") == "body"

    def fetch(self, wanted: Mapping[str, Any]) -> bool:
        """Make a job that ends at once, and fetch its file; whether there was one."""
        life = lifecycle(self._document)
        if life is None:
            return False
        created = self._call(self._operations[self._kind.create], {"prompt": wanted["prompt"], **wanted["options"]})
        job = at(created, life.raw["create"]["id"])
        ended = self._asked(self._poll(life), life.raw["poll"]["id"], str(job))
        output = next((found for pointer in life.fields["output"] if (found := at(ended, pointer))), None)
        retrieve = life.raw.get("retrieve")
        if retrieve is not None and output is not None:
            told = self._asked(self._operations[retrieve["operations"][0]], retrieve["id"], str(output))
            output = at(told, retrieve["output"])
        return isinstance(output, str) and bool(self._send("GET", output, None))

    def _poll(self, life: Lifecycle) -> Operation:
        """The poll that goes with the creation: that of the same index, or the only one."""
        index = life.create.index(self._kind.create)
        prefix = self._operations[self._kind.create].path.rpartition("/")[0]
        fitting = [self._operations[one] for one in life.poll if self._operations[one].path.startswith(prefix)]
        return fitting[0] if fitting else self._operations[life.poll[min(index, len(life.poll) - 1)]]

    def _asked(self, operation: Operation, place: Mapping[str, Any], name: str) -> Any:
        path, shown = operation.path, quote(name, safe="")
        if place["in"] == "path":
            path = path.replace(f"{{{place['name']}}}", shown)
        else:
            path += f"?{place['name']}={shown}"
        return self._call(operation, {} if "requestBody" in operation.raw else None, path)

    def _call(self, operation: Operation, body: Mapping[str, Any] | None, path: str = "") -> Any:
        if body is not None and self._has_key_in_body:
            body = {"key": self._served.key, **body}
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self._send(operation.method, self._served.base_url + (path or operation.path), data))

    def _send(self, method: str, url: str, data: bytes | None) -> bytes:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if url.startswith(self._served.base_url):
            headers["Authorization"] = f"Bearer {self._served.key}"
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), data, headers)
            return connection.getresponse().read()
        finally:
            connection.close()
