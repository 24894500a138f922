"""The cases that come with the kit, and how some of them are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from mockserver.kit.cases.model import Case, cases_of

FOLDER: Final = Path(__file__).parent / "builtin"


@cache
def builtin() -> Sequence[Case]:
    """Return all cases that come with the kit, those of the core set first."""
    files = sorted(FOLDER.glob("*.json"))
    return [case for file in files for case in cases_of(file.read_bytes(), file.name)]


def chosen(
    cases: Sequence[Case], provider: str, *, ids: Sequence[str] = (), laws: Sequence[str] = (), sets: Sequence[str] = ()
) -> list[Case]:
    """Return the cases for the clients of a provider, each as it is there: those with one of the ids, that provoke one
    of the laws, and of one of the sets, where any are named.
    """
    fitting = [one.at(provider) for one in cases if one.providers is None or provider in one.providers]
    return [
        one
        for one in fitting
        if (not ids or one.id in ids)
        and (not laws or any(law in one.laws for law in laws))
        and (not sets or one.set in sets)
    ]
