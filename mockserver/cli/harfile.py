"""The journals of all sandboxes in one HAR file, once the server has ended."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from mockserver import __version__


def write_har(app: Any, path: Path) -> int:
    """Write every call and webhook that the journals still keep, oldest first; how many. Raises OSError."""
    from mockserver.web.journal.filters import Filter
    from mockserver.web.journal.har import to_har
    from mockserver.web.journal.routes import records

    context = app.state.context
    found = [
        record
        for sandbox in asyncio.run(context.engine.store.listed())
        for record in records(context.judge, sandbox.journal, Filter())
    ]
    found.sort(key=lambda one: one["arrived" if one["kind"] == "exchange" else "started"]["monotonic"])
    time = context.recorder.time
    epoch = time.wall().timestamp() - time.monotonic()
    path.write_text(json.dumps(to_har(found, __version__, epoch)), encoding="utf-8")
    return len(found)
