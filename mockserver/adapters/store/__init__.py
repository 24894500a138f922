"""Stores: where everything that sandboxes accumulate is kept."""

from mockserver.adapters.store.memory import MemoryStore

__all__ = ["MemoryStore"]
