"""The Python handle on a mock server: `from mockserver.testing import MockServer`."""

from mockserver.testing.handle import MockServer, Sandbox

__all__ = ["MockServer", "Sandbox"]
