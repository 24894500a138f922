"""Tests of the kit: promises, generator, facts and fixtures."""
