"""Gately: what its facts ask to be proven, and the laws of its parts."""
