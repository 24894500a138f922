"""Clients that are broken on purpose, each in one place: what the kit has to catch."""
