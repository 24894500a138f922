"""`--keys`: the good keys and their rights. No message here shows a key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mockserver.provider.keys import KINDS, SCOPES
from mockserver.spelling import closest

_LOOKS_LIKE_A_FILE: Final = re.compile(r".*[/\\].*|.*\.(txt|keys?|env|conf|cfg|ini|list|lst|csv)", re.DOTALL)
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")
_MOST_BYTES: Final = 10_000_000
_FORM: Final = "expected `KEY`, or `KEY RIGHTS` with RIGHTS such as read, read-write or service:ai,billing"


def keys(text: str) -> dict[str, str]:
    """Read the value of `--keys`: the path of a file, or keys with commas between (a single key: `KEY,`).

    Returns keys with their rights as `app.create_app` reads them. ValueError says what is wrong, with the line.
    """
    path = Path(text)
    if "," not in text:
        try:
            is_there = path.exists()
        except (OSError, ValueError):  # longer than a path may be: a key
            is_there = False
        if is_there or _LOOKS_LIKE_A_FILE.fullmatch(text):
            return in_file(path)
    found = [part.strip() for part in text.split(",") if part.strip()]
    for index, key in enumerate(found, 1):
        if not _SENDABLE.fullmatch(key):
            raise ValueError(f"key {index} has a space or a character that no header can carry")
    if not found:
        raise ValueError("expected a file, or keys with commas between")
    return dict.fromkeys(found, "")


def in_file(path: Path) -> dict[str, str]:
    """Return the keys in a file."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: not UTF-8") from None
    if len(data) > _MOST_BYTES:
        raise ValueError(f"{path}: longer than {_MOST_BYTES} bytes")
    try:
        return in_lines(text)
    except ValueError as error:
        raise ValueError(f"{path}{error}") from None


def in_lines(text: str) -> dict[str, str]:
    """Return the keys in a text: one per line with its rights; `#` begins a comment at the start of a line or a word.

    The ValueError begins with `, line N: ` for a wrong line, and with `: ` for the whole text.
    """
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        words = _words(line)
        if not words:
            continue
        problem = _problem(words)
        if not problem and words[0] in found:
            problem = f"the key of line {lines[words[0]]} again"
        if problem:
            raise ValueError(f", line {number}: {problem}")
        found[words[0]] = words[1] if len(words) > 1 else ""
        lines[words[0]] = number
    if not found:
        raise ValueError(": no key in it")
    return found


def _words(line: str) -> list[str]:
    words = line.split()
    comment = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


def _problem(words: list[str]) -> str:
    """Return what is wrong with the words of a line; empty when nothing is. The second word is not shown: it may be a
    key.
    """
    if len(words) > 2:
        return f"{len(words)} words; {_FORM}"
    if not _SENDABLE.fullmatch(words[0]):
        return "the key has a character that no header can carry"
    if len(words) == 1:
        return ""
    kind, colon, scopes = words[1].partition(":")
    if kind not in KINDS:
        return f"unknown rights{_near(kind, KINDS)}; {_FORM}"
    for scope in scopes.split(",") if colon else ():
        if scope not in SCOPES:
            return f"unknown scope{_near(scope, SCOPES)}; known: {', '.join(SCOPES)}"
    return ""


def _near(word: str, known: tuple[str, ...]) -> str:
    close = closest(word, known, 0.6)
    return f", did you mean {close}?" if close else ""
