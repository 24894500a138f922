"""What server and kit read, made from what people write. `python -m mockserver.kit.generator` is the command.

For each provider folder of a folder such as `contracts/`, from `openapi.yaml` and `profiles/*.yaml`:

    generated/document.json           the document of the default profile
    generated/requests.json           {operationId: self-contained request schema} of the default profile
    generated/overlays.json           {word: merge patch} in the order of merging: that of profiles/words.yaml
    generated/digests.json            {words: SHA-256 of the document} of each word that changes the document, and of
                                      profiles/combinations.yaml: a document is composed in milliseconds, so what shows
                                      drift is enough
    schemas/<kind>/<name>.json        see `mockserver.kit.generator.schemas`

Beside the provider folders, `<name>.openapi.json` is made from `<name>.openapi.yaml`: a document without profiles.

Each file carries the command that makes it in its first member: `x-generated`, in schemas `$comment`. Nothing else
in the `generated/*.json` begins with `x-generated`, so readers drop that one member.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from mockserver.kit import promise
from mockserver.kit.generator import soundness
from mockserver.kit.generator.schemas import schemas
from mockserver.kit.generator.source import Source, SourceBroken, read
from mockserver.kit.promise.document import GENERATED, MARK, DocumentBroken, compose_words

FOLDERS = ("generated", "schemas")
COMBINATIONS = "combinations"
WORDS = "words"
SINGLE = ".openapi"


@dataclass(frozen=True)
class Written:
    """What people wrote for one provider: the document, the overlays by word, and the words told together."""

    name: str
    document: Source
    overlays: Mapping[str, Source]
    combinations: Sequence[Sequence[str]]

    def profiles(self) -> list[tuple[str, ...]]:
        """Return every profile whose whole document has a digest; a word that alone changes nothing has none."""
        alone = [(word,) for word in self.overlays if self.under((word,)) != self.document.value]
        return [*alone, *(tuple(words) for words in self.combinations)]

    def under(self, words: Sequence[str]) -> dict[str, Any]:
        """Return the whole document under `words`."""
        overlays = {word: source.value for word, source in self.overlays.items()}
        return compose_words(self.document.value, overlays, words)


def build(folder: Path) -> dict[str, bytes]:
    """Return every generated file of the providers in `folder`, by its path, with forward slashes.

    Paths begin with the name of `folder`.

    Raises SourceBroken where a YAML file cannot be read, DocumentBroken where a document is not sound (all findings
    of all providers, each with file and line) and where there is no provider at all.
    """
    written = [_read(folder / name) for name in promise.names(folder)]
    wrong = [line for one in written for line in _unsound(one)]
    if wrong:
        raise DocumentBroken("\n".join(wrong))
    made = {f"{folder.name}/{path}": content for one in written for path, content in _files(one)}
    if not made:
        raise DocumentBroken(f"nothing to generate: there is no provider under {folder}")
    for path in sorted(folder.glob(f"*{SINGLE}.yaml")):
        made[f"{folder.name}/{path.stem}.json"] = _bytes({MARK: GENERATED, **_object(read(path)).value})
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
    overlays = {word: source.value for word, source in one.overlays.items()}
    digests = {",".join(words): digest(one.under(words)) for words in one.profiles()}
    generated = {
        "document": one.document.value,
        "requests": promise.request_schemas(one.document.value),
        "overlays": overlays,
        "digests": digests,
    }
    for name, value in generated.items():
        yield f"{one.name}/generated/{name}.json", _bytes({MARK: GENERATED, **value})
    for where, schema in schemas(one.name, one.document.value).items():
        yield f"{one.name}/schemas/{where}", _bytes(schema)


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a whole document as hexadecimal text.

    The order of members counts, the mark of a generated file does not.
    """
    return sha256(_bytes({name: value for name, value in document.items() if name != MARK})).hexdigest()


def _bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def present(folder: Path) -> dict[str, bytes]:
    """Return every file that stands where generated ones belong, by its path as `build` gives it."""
    folders = [folder / name / part for name in promise.names(folder) for part in FOLDERS]
    files = [path for one in folders if one.is_dir() for path in sorted(one.rglob("*")) if path.is_file()]
    files += [path for path in sorted(folder.glob(f"*{SINGLE}.json")) if MARK in path.read_text("utf-8")[:99]]
    return {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in files}


def write(folder: Path, made: Mapping[str, bytes], there: Mapping[str, bytes]) -> None:
    """Write the files of `made` that differ from those `there`, and remove the stale ones."""
    root = folder.parent
    for path, content in made.items():
        if there.get(path) != content:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    for path in there.keys() - made.keys():
        (root / path).unlink()
