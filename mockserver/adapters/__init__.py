"""The world: time, clocks, documents, clips, webhooks, the wire. Each answers a port of `mockserver.ports`."""
