"""Judging what was recorded: transcripts, HAR files and NDJSON, of the mock or of a live service."""
