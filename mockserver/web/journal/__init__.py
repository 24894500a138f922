"""The journal of exchanges: recorded as calls go through, redacted a moment later, read through the control API."""
