"""Faults: which one a call meets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.fault import WORDS, Fault, FaultPoint, TransportFault, met

FAULTS = st.builds(
    Fault,
    point=st.sampled_from(FaultPoint),
    does=st.sampled_from(list(WORDS.values())),
    first=st.integers(1, 5),
    last=st.none() | st.integers(5, 9),
)


@given(st.lists(FAULTS, max_size=4), st.sampled_from(FaultPoint), st.integers(1, 10))
def test_a_call_meets_the_first_fault_that_fits(faults: list[Fault], place: FaultPoint, nth: int) -> None:
    """It is one of its place whose calls it is among, and none that stands before it is."""
    found = met((one, nth) for one in faults if one.is_at(place, ""))
    fitting = [
        one
        for one in faults
        if one.point is place and nth in range(one.first, 10**6 if one.last is None else one.last + 1)
    ]
    assert found is (fitting[0] if fitting else None)


@given(FAULTS)
def test_a_fault_is_spoken_as_it_is_written(fault: Fault) -> None:
    """The word that the journal shows is the one that a scenario file says."""
    assert WORDS[fault.word] is fault.does


def test_every_transport_fault_can_be_written() -> None:
    """No misbehaviour is out of reach of a scenario file."""
    assert {one for one in WORDS.values() if isinstance(one, TransportFault)} == set(TransportFault)
