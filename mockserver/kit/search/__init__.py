"""Search for scenarios that break a client: whole scenarios are drawn as plain data, and shrunk to the smallest."""
