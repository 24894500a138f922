"""Schemathesis over one document, against a server that runs."""
