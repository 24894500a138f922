"""The journals of all sandboxes in one HAR file, once the server has ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockserver import __version__


def write_har(app: Any, path: Path) -> int:
    """Write every call and webhook that the journals still keep, oldest first; how many. Raises OSError."""
    from mockserver.web import har
    from mockserver.web.journal import Wanted, records

    context = app.state.context
    found = [
        record
        for sandbox in list(context.engine.sandboxes)
        for record in records(context.judge, sandbox.journal, Wanted())
    ]
    found.sort(key=lambda one: one["arrived" if one["kind"] == "exchange" else "started"]["monotonic"])
    epoch = context.time.wall().timestamp() - context.time.monotonic()
    path.write_text(json.dumps(har.har(found, __version__, epoch)), encoding="utf-8")
    return len(found)
