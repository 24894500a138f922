"""Webhooks: one scheduler on the sandboxes' clocks, one worker per target."""

from mockserver.adapters.webhooks.post import Post

__all__ = ["Post"]
