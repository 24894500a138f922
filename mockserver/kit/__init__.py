"""The kit: checks servers and clients against the contracts; it imports nothing else of mockserver."""
