"""Which bytes a Range header asks for, against a model that knows sets of positions only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.web.media import is_unchanged, wanted_range

SIZES = st.integers(0, 50)
NUMBERS = st.one_of(st.integers(0, 60), st.integers(0, 10**900))
ZEROS = st.integers(0, 3).map("0".__mul__)
SPACES = st.text(" \t", max_size=2)
UNITS = st.sampled_from(["bytes", "Bytes", "BYTES"])
TAG = '"abc"'


def positions(found: tuple[int, int] | bool | None, size: int) -> set[int] | None:
    """What an answer would hold; an unsatisfiable range holds nothing."""
    if found is None:
        return None
    if isinstance(found, bool):
        assert found is False
        return set()
    first, last = found
    assert 0 <= first <= last < size
    return set(range(first, last + 1))


@given(SIZES, NUMBERS, st.none() | NUMBERS, UNITS, ZEROS, SPACES, SPACES)
def test_a_range_from_a_first_byte(
    size: int, first: int, last: int | None, unit: str, zeros: str, before: str, after: str
) -> None:
    end = "" if last is None else zeros + str(last)
    found = positions(wanted_range(f"{unit}={before}{zeros}{first}-{end}{after}", size), size)
    if last is not None and last < first:
        assert found is None  # invalid, and so ignored
    else:
        top = size - 1 if last is None else min(last, size - 1)
        assert found == set(range(min(first, size), top + 1))


@given(SIZES, NUMBERS, ZEROS)
def test_a_range_of_the_last_bytes(size: int, count: int, zeros: str) -> None:
    found = positions(wanted_range(f"bytes=-{zeros}{count}", size), size)
    assert found == set(range(max(0, size - min(count, size)), size))


@given(
    st.one_of(
        st.from_regex(r"\A[a-z]*=[0-9]*-[0-9]*\Z").filter(lambda text: not text.startswith("bytes=")),
        st.lists(st.sampled_from(["0-1", "-5", "9-", "3-2"]), min_size=2).map(lambda parts: "bytes=" + ",".join(parts)),
        st.sampled_from(
            ["bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=+1-2", "bytes=1--2", "bytes:0-1"]
        ),
        st.sampled_from(
            ["bytes=\N{ARABIC-INDIC DIGIT ONE}-2", "bytes=0-1\n", "bytes=0x1-2", "items=0-1", f"bytes={'9' * 5000}-"]
        ),
    )
)
def test_what_is_no_range_of_bytes_is_ignored(value: str) -> None:
    assert wanted_range(value, 10) is None


@pytest.mark.parametrize(
    ("header", "unchanged"),
    [
        (TAG, True), (f"W/{TAG}", True), (f'"x", {TAG}', True), (f'"x",W/{TAG} ', True), ("*", True), (" * ", True),
        ('"x"', False), ("abc", False), ("", False), ('"a*"', False), ('"ab\\"c"', False), ("W/", False),
        (f'"x{TAG}', False), ("w/" + TAG, True),
    ],
)  # fmt: skip
def test_a_tag_is_found_in_a_list(header: str, unchanged: bool) -> None:
    assert is_unchanged(header, TAG) is unchanged


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_crashes(value: str) -> None:
    assert is_unchanged(value, TAG) in (True, False)
    wanted_range(value, 10)
