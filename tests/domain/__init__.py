"""Tests of mockserver.domain."""
