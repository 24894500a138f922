"""Hypothesis strategies for request schemas: bodies that conform to one, and bodies with one thing wrong in them."""
