"""The one reader of JSON bodies."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.problem import Problem, ProblemKind
from mockserver.provider.reading import Read, read_object

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), values, max_size=5))
def test_what_a_client_writes_is_read(value: dict[str, object]) -> None:
    """Any JSON object whose numbers stay within 2^53 is read as it was written."""
    assert read_object(json.dumps(value).encode()) == Read(value)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"3", b'"x"', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": "\\ud800"}', b'{"a": "\xff"}',
     b"\xff\xfe{", b'{"a":' * 200 + b"1" + b"}" * 200, b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"],
)  # fmt: skip
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    """NaN, half surrogates, other encodings, other values and endless nesting are malformed, not a crash."""
    problem = read_object(body)
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.MALFORMED


@pytest.mark.parametrize(
    ("body", "where"),
    [(b'{"a": 9007199254740993}', "a"), (b'{"a": -1e300}', "a"), (b'{"a": 1000000000000000000000000}', "a"),
     (b'{"a": {"b": [1, 99999999999999999]}}', "a.b.1")],
)  # fmt: skip
def test_numbers_beyond_2_to_53_are_told_where_they_stand(body: bytes, where: str) -> None:
    """A number that two readers could understand differently is a value of a wrong type, named by its path."""
    read = read_object(body)
    assert isinstance(read, Read)
    assert [(violation.where, violation.rule) for violation in read.beyond] == [(where, "type")]


def test_2_to_53_itself_is_read() -> None:
    """The bound belongs to the numbers that are read."""
    assert read_object(b'{"a": 9007199254740992}') == Read({"a": 2**53})
