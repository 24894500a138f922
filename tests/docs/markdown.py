"""The parts of a Markdown file that a test can judge: fenced blocks, links, code in the line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the file on which its fence opens."""

    language: str
    text: str
    line: int


def text_of(name: str) -> str:
    """A document of the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    """The fenced blocks in their order."""
    return [Block(one[1], one[2], text.count("\n", 0, one.start()) + 1) for one in _FENCED.finditer(text)]


def links(text: str) -> list[str]:
    """Where the links and pictures of a text lead, but for those to the web."""
    return [link for link in _LINK.findall(_FENCED.sub("", text)) if not link.startswith(("http:", "https:"))]


def codes(text: str) -> list[str]:
    """The code in the lines of a text, outside its fenced blocks."""
    return _CODE.findall(_FENCED.sub("", text))
