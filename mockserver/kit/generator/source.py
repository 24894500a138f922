"""Reading of the YAML that people write, as plain JSON values with line numbers.

YAML 1.1 turns `no` into false, `16:9` into 969, `010` into 8 and `2026-11-01` into a date. Here a plain scalar is
only ever what JSON would call it: `true`, `false`, `null` (also `~` and nothing at all), or a number as JSON writes
numbers; every other one is a string. Keys of mappings are always strings (`200:` is "200"). A key that stands twice
is an error, and so is a tag that JSON cannot say. Anchors and `<<` work.

PyYAML is a development dependency: only the generator and the facts import this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_MERGE = "<<"
_TAGS = ("bool", "float", "int", "map", "merge", "null", "seq", "str", "timestamp", "value")
_CORE = tuple(f"tag:yaml.org,2002:{name}" for name in _TAGS)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML was built with it: ten times faster


class SourceBroken(ValueError):
    """A file cannot be read. The message begins with `file:line:`."""


@dataclass(frozen=True)
class Source:
    """A YAML file: its `path`, its JSON `value`, and the line (from 1) of each JSON pointer in it."""

    path: Path
    value: Any
    lines: Mapping[str, int] = field(repr=False, compare=False)

    def at(self, pointer: str = "") -> str:
        """Return `file:line` of the value at a JSON pointer, or of the nearest thing that holds it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return f"{self.path}:{self.lines.get(pointer, 1)}"


def read(path: Path) -> Source:
    """Return the YAML file at `path`. An empty file is null. Raises SourceBroken."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as broken:
        raise SourceBroken(f"{path}:1: cannot be read: {broken}") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Source:
    """Return YAML text as if it stood in the file `path`. Raises SourceBroken."""
    reading = _Reading(path)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        context = f" ({broken.context})" if broken.context else ""
        raise SourceBroken(f"{path}:{mark.line + 1 if mark else 1}: {broken.problem}{context}") from None
    except yaml.YAMLError as broken:
        raise SourceBroken(f"{path}:1: {broken}") from None
    value = None if node is None else reading.value(node, "")
    return Source(path, value, reading.lines)


def escaped(step: str) -> str:
    """Return a member's name as it is written in a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


class _Reading:
    """One walk over the nodes of a file, which notes where each value begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, int] = {}
        self.open: list[yaml.Node] = []

    def value(self, node: yaml.Node, pointer: str) -> Any:
        self.lines[pointer] = node.start_mark.line + 1
        if node.tag not in _CORE:
            raise self.broken(node, f"the tag {node.tag} has no meaning here")
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if any(node is outer for outer in self.open):
            raise self.broken(node, "an alias inside of what it stands for")
        self.open.append(node)
        value = self.mapping(node, pointer) if isinstance(node, yaml.MappingNode) else self.sequence(node, pointer)
        self.open.pop()
        return value

    def sequence(self, node: yaml.Node, pointer: str) -> list[Any]:
        return [self.value(item, f"{pointer}/{place}") for place, item in enumerate(node.value)]

    def mapping(self, node: yaml.MappingNode, pointer: str) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, value in node.value:
            name = self.key(key)
            if name == _MERGE:
                merged |= self.merged(value, pointer)
                continue
            if name in own:
                raise self.broken(key, f"the key {name!r} stands twice")
            below = f"{pointer}/{escaped(name)}"
            own[name] = self.value(value, below)
            self.lines[below] = key.start_mark.line + 1
        return {**merged, **own}

    def merged(self, node: yaml.Node, pointer: str) -> dict[str, Any]:
        value = self.value(node, pointer)
        parts = value if isinstance(value, list) else [value]
        together: dict[str, Any] = {}
        for part in reversed(parts):
            if not isinstance(part, dict):
                raise self.broken(node, "`<<` takes a mapping")
            together |= part
        return together

    def key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.broken(node, "a key must be a string")
        return str(node.value)

    def scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.style in ("'", '"', "|", ">"):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return json.loads(text) if _NUMBER.fullmatch(text) else text

    def broken(self, node: yaml.Node, problem: str) -> SourceBroken:
        return SourceBroken(f"{self.path}:{node.start_mark.line + 1}: {problem}")
