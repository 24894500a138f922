"""JSON values drawn at random, small ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

names = st.sampled_from(["a", "b", "c", "a/b", "~", "", "$x"])
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "1", 1.5, -0.0])
json_values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
json_objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(names, json_values, max_size=4)
