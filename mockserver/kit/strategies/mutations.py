"""Bodies with one thing wrong in them: each kind of mistake at each field of a body that conforms to its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import dumps, loads
from typing import Final

from mockserver.kit.strategies.values import Json, Schema


@dataclass(frozen=True)
class Mutation:
    """A body with one thing done to it: `label` says what and where, `body` is the JSON text as it is sent.

    `value` is what a lenient reader makes of the text (half a surrogate pair and all); `is_json` says whether every
    reader can make something of it: no half of a surrogate pair, no number beyond floats, not nested beyond all reason.
    """

    label: str
    body: bytes
    value: Json
    is_json: bool = True


def sweep(schema: Schema, body: Mapping[str, Json], round_: int = 0) -> Iterator[Mutation]:
    """Return mutations of every kind at every field of a body; `round_` says which of several texts each kind takes."""
    for name, inner in schema.get("properties", {}).items():
        yield _made(f"missing {name}", {other: one for other, one in body.items() if other != name})
        for text in _beyond(inner):
            yield _made(f"out of range at {name}", {**body, name: _PLACE}, dumps(_PLACE), text)
        for number, (kind, texts) in enumerate(_AT_A_FIELD.items()):
            text = texts[(round_ + number + len(name)) % len(texts)]
            yield _made(f"{kind} at {name}", {**body, name: _PLACE}, dumps(_PLACE), text)
    for kind, members in _AS_A_WHOLE.items():
        member = members[round_ % len(members)]
        yield _made(kind, body, "{", "{" + member + (", " if body else ""))


def _made(label: str, body: Mapping[str, Json], place: str = "", text: str = "") -> Mutation:
    """The mutation whose JSON text has `text` where `place` stands."""
    whole = dumps(body)
    changed = whole.replace(place, text, 1) if place else whole
    try:
        value: Json = loads(changed)
        is_json = not any(kind in label for kind in _UNREADABLE)
    except (ValueError, RecursionError):
        value, is_json = None, False
    return Mutation(label, changed.encode(), value, is_json)


def _beyond(schema: Json) -> list[str]:
    """JSON texts just outside of what a field allows."""
    inner: Schema = schema if isinstance(schema, Mapping) else {}
    near = [inner[bound] + step for bound in ("minimum", "maximum") if bound in inner for step in (-1, 1, 0.5)]
    near += [inner[bound] for bound in ("exclusiveMinimum", "exclusiveMaximum") if bound in inner]
    near += [inner["multipleOf"] + 1] if "multipleOf" in inner else []
    words = [f"{one}?" for one in inner.get("enum", []) if isinstance(one, str)][:2]
    return [dumps(one) for one in (*near, *words, "")]


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


_UNREADABLE: Final = ("half a pair", "beyond floats", "deep")
_PLACE: Final = "\x00here\x00"
_UNUSUAL: Final = (
    "",
    "\x00",
    "\u202e\u0644\u0627",
    "e\u0301",
    "\U0001f469\u200d\U0001f680",
    "\ufeff",
    "'\"\\</script>",
    " ",
)
_AT_A_FIELD: Final[Mapping[str, Sequence[str]]] = {
    "wrong type": ("0", "-1", "0.5", "true", '"text"', "[]", "{}", "[null]", '{"a": 1}'),
    "null": ("null",),
    "beyond floats": ("1e400", "-" + "9" * 400),
    "huge": ("1e300", "-1e308", "9" * 300, "9007199254740993", '"' + "x" * 100_000 + '"', "[" + "0," * 999 + "0]"),
    "unicode": tuple(dumps(text) for text in _UNUSUAL),
    "half a pair": ('"\\ud800"', '"a\\udfffb"', '["\\udc00"]'),
    "nested": (_nested(2), _nested(40)),
    "deep": (_nested(200), _nested(5_000)),
}
_AS_A_WHOLE: Final[Mapping[str, Sequence[str]]] = {
    "extra": (
        '"x-extra": 1',
        '"": null',
        '"\\u0000": []',
        '"__proto__": {}',
        '"x-big": 1e300',
        f'"x-in": {_nested(50)}',
    ),
    "extra half a pair": ('"x-extra": "\\ud800"', '"\\ud800": 1'),
    "extra deep": ('"x-deep": ' + _nested(5_000),),
    "twice": ('"prompt": 1',),
}
