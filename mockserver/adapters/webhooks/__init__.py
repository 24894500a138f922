"""Webhooks: one scheduler on the sandboxes' clocks, one worker per target."""

from mockserver.adapters.webhooks.dispatcher import WebhookDispatcher

__all__ = ["WebhookDispatcher"]
