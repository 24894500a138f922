"""Tests of mockserver.adapters."""
