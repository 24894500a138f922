"""Changes of files out of data: the table `file` of a scenario."""

from __future__ import annotations

from typing import Final

from mockserver.domain.fault_kinds import LOCATIONS, REDIRECTS
from mockserver.domain.file_change import FileChange
from mockserver.domain.invalid_data import InvalidScenario, count, members_of, number, one, word

FILE: Final = (
    "share", "content_type", "lag_seconds", "expires_seconds", "expires_fetches", "gone_status", "ranges", "wrong_part",
    "range_refused", "accept_ranges", "content_length", "chunked", "etag_changes", "cors", "redirect", "redirect_to",
)  # fmt: skip
GONE: Final = (403, 404, 410)
"""The statuses of a link that stopped working."""


def read_file(data: object, path: tuple[str, ...]) -> FileChange:
    """Return the change of files that data describes; raises InvalidScenario."""
    file = members_of(data, path, FILE)
    share = number(file, path, "share", 1)
    kind = one(file, path, "content_type", str, "a media type", default="")
    if not (kind.isascii() and kind.isprintable()):
        raise InvalidScenario((*path, "content_type"), f"expected one line of ASCII, got {kind!r}")

    def flag(name: str, *, default: bool) -> bool:
        return one(file, path, name, bool, "true or false", default=default)

    def status(name: str, known: tuple[int, ...]) -> int | None:
        value = file.get(name)
        if value is not None and (isinstance(value, bool) or value not in known):
            listed = ", ".join(map(str, known))
            raise InvalidScenario((*path, name), f"expected one of {listed}, got {value!r}")
        return None if value is None else int(value)

    return FileChange(
        share=1.0 if share is None else share,
        content_type=kind,
        lag_seconds=number(file, path, "lag_seconds") or 0.0,
        expires_seconds=number(file, path, "expires_seconds"),
        expires_fetches=count(file, path, "expires_fetches"),
        gone_status=status("gone_status", GONE),
        ranges=flag("ranges", default=True),
        wrong_part=flag("wrong_part", default=False),
        range_refused=flag("range_refused", default=False),
        accept_ranges=flag("accept_ranges", default=True),
        content_length=flag("content_length", default=True),
        chunked=flag("chunked", default=False),
        etag_changes=flag("etag_changes", default=False),
        cors=flag("cors", default=True) if "cors" in file else None,
        redirect=status("redirect", REDIRECTS),
        redirect_to=word(file, path, "redirect_to", LOCATIONS) or "other-origin",
    )
