"""What the code calls things: every class, function and constant of the package, by the file that defines it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.docs.markdown import ROOT

PLACES = (ROOT, ROOT / "mockserver", *(ROOT / "contracts").glob("*/"))
"""Where a path in the text may begin; the last are the folders of the promises."""


@cache
def defined() -> dict[Path, frozenset[str]]:
    """The names that each module defines: at its top, and in its classes."""
    files = (ROOT / "mockserver").rglob("*.py")
    return {path: frozenset(_names(ast.parse(path.read_text(encoding="utf-8")))) for path in files}


def _names(scope: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in scope.body:
        if isinstance(node, ast.ClassDef):
            yield from _names(node)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def found(path: str) -> list[Path]:
    """The files and folders that a path of the text means; `<name>` stands for each of them, `*` too."""
    pattern = path.rstrip("/").replace("<name>", "*").replace(".../", "**/")
    return [one for place in PLACES for one in place.glob(pattern)]


def parameters(name: str) -> set[tuple[str, ...]]:
    """The parameters of every function or class method of a name."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path, names in defined().items() if name in names)
    return {
        tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self")
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    }
