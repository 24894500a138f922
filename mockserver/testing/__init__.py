"""The Python handle on a mock server: `from mockserver.testing import MockServer`.

Nothing of the server is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from mockserver import MockServerError

if TYPE_CHECKING:
    from mockserver.testing.attached import NoMockServer
    from mockserver.testing.control import ControlRefused
    from mockserver.testing.events import Event, EventStream
    from mockserver.testing.handle import MockServer, Sandbox
    from mockserver.testing.process import StartFailed
    from mockserver.testing.transports import async_transport, transport

__all__ = [
    "ControlRefused", "Event", "EventStream", "MockServer", "MockServerError", "NoMockServer", "Sandbox", "StartFailed",
    "async_transport", "transport",
]  # fmt: skip

_PLACES: Final = {
    "ControlRefused": "control", "Event": "events", "EventStream": "events", "MockServer": "handle",
    "NoMockServer": "attached", "Sandbox": "handle", "StartFailed": "process", "async_transport": "transports",
    "transport": "transports",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
