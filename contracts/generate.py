"""Makes what server and kit read from what people write: `python -m contracts.generate [--check]`.

For each provider folder under `contracts/providers/`, from `openapi.yaml` and `profiles/*.yaml`:

    generated/document.json           the document of the default profile
    generated/requests.json           {operationId: self-contained request schema} of the default profile
    generated/overlays.json           {word: merge patch} in the order of merging: that of profiles/words.yaml
    generated/documents/<words>.json  the whole document of each word that changes it, and of profiles/combinations.yaml
    schemas/<kind>/<name>.json        see `contracts.schemas`

Each file carries the command that makes it in its first member: `x-generated`, in schemas `$comment`. Nothing else
in the three `generated/*.json` begins with `x-generated`, so readers drop that one member.
"""

# ruff: noqa: T201  a command prints
from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from contracts import promise, soundness
from contracts.document import GENERATED, MARK, DocumentBroken, compose_words
from contracts.drift import drift
from contracts.schemas import schemas
from contracts.sources import Source, SourceBroken, read

FOLDERS = ("generated", "schemas")
COMBINATIONS = "combinations"
WORDS = "words"


@dataclass(frozen=True)
class Written:
    """What people wrote for one provider: the document, the overlays by word, and the words told together."""

    name: str
    document: Source
    overlays: Mapping[str, Source]
    combinations: Sequence[Sequence[str]]

    def profiles(self) -> list[tuple[str, ...]]:
        """Return every profile that gets a whole document of its own; a word that alone changes nothing gets none."""
        alone = [(word,) for word in self.overlays if self.under((word,)) != self.document.value]
        return [*alone, *(tuple(words) for words in self.combinations)]

    def under(self, words: Sequence[str]) -> dict[str, Any]:
        """Return the whole document under `words`."""
        overlays = {word: source.value for word, source in self.overlays.items()}
        return compose_words(self.document.value, overlays, words)


def build(root: Path) -> dict[str, bytes]:
    """Return every generated file by its path from `root` (the checkout), with forward slashes.

    Raises SourceBroken where a YAML file cannot be read, DocumentBroken where a document is not sound (all findings
    of all providers, each with file and line) and where there is no provider at all.
    """
    providers = root / "contracts" / "providers"
    written = [_read(providers / name) for name in promise.names(providers)]
    wrong = [line for one in written for line in _unsound(one)]
    if wrong:
        raise DocumentBroken("\n".join(wrong))
    made = {path: content for one in written for path, content in _files(one)}
    if not made:
        raise DocumentBroken(f"nothing to generate: there is no provider under {providers}")
    return dict(sorted(made.items()))


def _read(folder: Path) -> Written:
    document = _object(read(folder / "openapi.yaml"))
    profiles = folder / "profiles"
    named = {path.stem: path for path in sorted(profiles.glob("*.yaml")) if path.stem not in (COMBINATIONS, WORDS)}
    overlays = {word: _object(read(named[word])) for word in _words(profiles / f"{WORDS}.yaml", named)}
    return Written(folder.name, document, overlays, _combinations(profiles / f"{COMBINATIONS}.yaml"))


def _words(path: Path, named: Mapping[str, Path]) -> list[str]:
    """The words that have an overlay, in the order of the file of words; without one, in that of their names."""
    if not path.exists():
        return list(named)
    source = read(path)
    listed: list[Any] = source.value if isinstance(source.value, list) else [None]
    if not all(isinstance(word, str) for word in listed) or len(set(listed)) != len(listed):
        raise SourceBroken(f"{source.at()}: a list of words is expected, each once")
    for word in named.keys() - set(listed):
        raise SourceBroken(f"{source.at()}: {word} has an overlay, but is not listed")
    return [word for word in listed if word in named]


def _object(source: Source) -> Source:
    if not isinstance(source.value, dict):
        raise SourceBroken(f"{source.at()}: a mapping is expected")
    return source


def _combinations(path: Path) -> list[list[str]]:
    if not path.exists():
        return []
    source = read(path)
    listed: list[Any] = source.value if isinstance(source.value, list) else [None]
    for place, words in enumerate(listed):
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words) or not words:
            raise SourceBroken(f"{source.at(f'/{place}')}: a list of lists of profile words is expected")
    return listed


def _unsound(one: Written) -> Iterator[str]:
    """Findings with file and line; of an overlay only those that the default profile does not have as well."""
    plain = soundness.findings(one.document.value)
    yield from (f"{one.document.at(pointer)}: {problem}" for pointer, problem in plain)
    for words in one.profiles():
        source = one.overlays.get(words[-1], one.document)
        for pointer, problem in soundness.findings(one.under(words)):
            if (pointer, problem) not in plain:
                yield f"{source.at(pointer)}: {problem} (under {','.join(words)})"


def _files(one: Written) -> Iterator[tuple[str, bytes]]:
    folder = PurePosixPath("contracts/providers", one.name)
    overlays = {word: source.value for word, source in one.overlays.items()}
    documents = {f"documents/{','.join(words)}": one.under(words) for words in one.profiles()}
    generated = {
        "document": one.document.value,
        "requests": promise.request_schemas(one.document.value),
        "overlays": overlays,
        **documents,
    }
    for name, value in generated.items():
        yield f"{folder}/generated/{name}.json", _bytes({MARK: GENERATED, **value})
    for where, schema in schemas(one.name, one.document.value).items():
        yield f"{folder}/schemas/{where}", _bytes(schema)


def _bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def present(root: Path) -> dict[str, bytes]:
    """Return every file that stands where generated ones belong, by its path from `root`."""
    folders = [
        root / "contracts" / "providers" / name / folder
        for name in promise.names(root / "contracts" / "providers")
        for folder in FOLDERS
    ]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def write(root: Path, made: Mapping[str, bytes], there: Mapping[str, bytes]) -> None:
    """Write the files of `made` that differ from those `there`, and remove the stale ones."""
    for path, content in made.items():
        if there.get(path) != content:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    for path in there.keys() - made.keys():
        (root / path).unlink()


def main(argv: Sequence[str] | None = None, root: Path = promise.PROVIDERS.parents[1]) -> int:
    """Run the generator; returns the exit code: 0, or 1 for drift or a broken source."""
    parser = ArgumentParser(prog="python -m contracts.generate", description="Make the generated files of the promise.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 with a diff when a file differs")
    options = parser.parse_args(argv)
    try:
        made = build(root)
    except (SourceBroken, DocumentBroken) as broken:
        print(str(broken).replace(f"{root}/", ""), file=sys.stderr)
        return 1
    there = present(root)
    differences = drift(there, made)
    if options.check:
        print("\n".join(differences) or f"{len(made)} generated files are as they should be")
        return 1 if differences else 0
    write(root, made, there)
    stale = len(there.keys() - made.keys())
    changed = sum(there.get(path) != content for path, content in made.items())
    kept = sum("/schemas/" in path for path in made)
    print(f"{len(made)} files ({kept} schemas): {changed} written, {stale} stale ones removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
