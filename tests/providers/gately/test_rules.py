"""Parts that are pure: camera commands, the upstream's rules, tickets, pictures in a text."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from mockserver.adapters.clips.camera import MOVES
from mockserver.domain.job import Job, Timeline
from mockserver.kit import promise
from mockserver.kit.promise import PROVIDERS
from mockserver.providers.gately import PROVIDER, upstream, wire
from mockserver.providers.gately.picture import source
from mockserver.providers.gately.request import COMMANDS, MODELS, SIZES, moves, read_video
from mockserver.providers.gately.ticket import Ticket, file_in, read, written

AT = datetime(2026, 1, 1, tzinfo=UTC)
DIRECTOR = "T2V-01-Director"
WORDS = [word.name for word in PROVIDER.words if not word.is_style]


def clip_spec(model: str, prompt: str) -> tuple[str, ...]:
    """The commands in the plan of the clip that a request makes."""
    video = read_video({"model": model, "prompt": prompt}, frozenset(), "")
    job = Job("1", "gately", "createVideo", 1, AT, Timeline(timedelta(0), timedelta(0)), video, 0, alias="2")
    return wire.clip_spec(job, None).moves  # type: ignore[arg-type]  # a clip asks nothing of the call


@pytest.mark.fact("gately.create.prompt.camera-commands")
@pytest.mark.parametrize("command", COMMANDS)
def test_each_camera_command_reaches_the_clip(command: str) -> None:
    assert clip_spec(DIRECTOR, f"A cat [{command}] on a roof") == (command,)
    assert clip_spec("I2V-01-Director", f"[ {command.upper()}  ]") == (command,)


def test_the_clip_knows_every_command() -> None:
    assert {command.lower() for command in COMMANDS} == MOVES.keys()


@pytest.mark.fact("gately.create.prompt.camera-combined")
def test_commands_in_one_pair_of_brackets_act_together() -> None:
    assert clip_spec(DIRECTOR, "A cat [Truck left, Pan right] on a roof, then [Shake,Pan right]") == (
        "Truck left", "Pan right", "Shake",
    )  # fmt: skip


@pytest.mark.fact("gately.create.prompt.camera-director")
def test_only_director_models_know_the_commands() -> None:
    said = {model: moves("A cat [Zoom in]", model) for model in MODELS}
    assert {model for model, found in said.items() if found} == {"T2V-01-Director", "I2V-01-Director"}


@given(st.text("[], aTruckleft", max_size=30))
def test_text_in_brackets_is_never_refused(prompt: str) -> None:
    assert set(moves(prompt, DIRECTOR)) <= set(COMMANDS)


# ------------------------------------------------------------------------------------------- the upstream's rules


@cache
def documented(profile: frozenset[str]) -> dict[str, Draft202012Validator]:
    """The rules of the profile's document that are about bodies."""
    document = promise.load(PROVIDERS / "gately").under(sorted(profile))
    rules: dict[str, Any] = document["paths"]["/v1/video_generation"]["post"]["x-refused-upstream"]
    return {name: Draft202012Validator(rule["schema"]) for name, rule in rules.items() if "schema" in rule}


CHOICES: dict[str, tuple[Any, ...]] = {
    "prompt": (None, "", "a cat"),
    "first_frame_image": (None, "", "iVBOR"),
    "last_frame_image": (None, "", "iVBOR"),
    "duration": (None, 6, 10, 10.0),
    "resolution": (None, *SIZES),
    "subject_reference": (None, [{"type": "character", "image": ["x"]}]),
}


def bodies(model: str) -> Iterator[dict[str, Any]]:
    """Every body of a model in which a rule may see something of its own; None stands for an absent field."""
    for values in product(*CHOICES.values()):
        fields = zip(CHOICES, values, strict=True)
        yield {"model": model, **{name: value for name, value in fields if value is not None}}


RULE_WORDS = ("minimax", "pass-through", "i2v-without-image", "s2v-needs-subject")


@pytest.mark.parametrize("model", MODELS)
def test_code_and_document_refuse_the_same_bodies(model: str) -> None:
    rules = documented(frozenset({"pass-through", "s2v-needs-subject"}))
    assert rules.keys() == {rule.name for rule in upstream.RULES}
    for body in bodies(model):
        for rule in upstream.RULES:
            assert rule.is_broken_by(body) == rules[rule.name].is_valid(body), (rule.name, body)


@pytest.mark.parametrize("model", MODELS)
def test_a_null_is_an_absent_field_in_the_documents_rules_too(model: str) -> None:
    """The document's rules say of a body with nulls what they say of the body without these fields."""
    rules = documented(frozenset({"pass-through", "s2v-needs-subject"}))
    for body in bodies(model):
        nulls = {**dict.fromkeys(CHOICES), **body}
        for name, rule in rules.items():
            assert rule.is_valid(nulls) == rule.is_valid(body), (name, nulls)


@pytest.mark.parametrize("words", list(product(*[(word, "") for word in RULE_WORDS])))
def test_code_and_document_have_the_same_rules(words: tuple[str, ...]) -> None:
    profile = frozenset(words) - {""}
    assert documented(profile).keys() == {rule.name for rule in upstream.RULES if rule.holds(profile)}


def test_the_first_broken_rule_is_told() -> None:
    body = {"model": "I2V-01", "duration": 10}
    told = [upstream.broken(body, frozenset({"pass-through", *words})) for words in ((), ("i2v-without-image",))]
    assert [one.detail["status_msg"] for one in told if one] == [
        "invalid params, model I2V-01 does not support Text-to-Video mode (2013)",
        "invalid params",
    ]
    assert upstream.broken({"model": "I2V-01", "first_frame_image": "x"}, frozenset({"pass-through"})) is None


@pytest.mark.parametrize("word", WORDS)
def test_no_other_word_changes_the_rules(word: str) -> None:
    rules = {rule.name for rule in upstream.RULES if rule.holds(frozenset({word}))}
    assert rules == documented(frozenset({word})).keys()


def test_the_texts_are_those_of_the_document() -> None:
    document = promise.load(PROVIDERS / "gately").under(["pass-through", "s2v-needs-subject"])
    rules = document["paths"]["/v1/video_generation"]["post"]["x-refused-upstream"]
    texts = {name: rule["base_resp"]["status_msg"].replace("${model}", "{model}") for name, rule in rules.items()}
    assert {rule.name: rule.text for rule in upstream.RULES} == texts


# ------------------------------------------------------------------------------------------- tickets

tickets = st.builds(
    Ticket,
    file=st.integers(10**14, 10**15 - 1),
    ends=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    number=st.integers(1, 10**9),
)


@given(tickets, st.integers(0, 2**64))
def test_a_ticket_is_read_as_it_was_written(ticket: Ticket, seed: int) -> None:
    text = written(ticket, seed)
    assert read(text, seed) == ticket
    assert file_in(text) == str(ticket.file)
    assert read(text, seed + 1) is None


@given(tickets, st.integers(0, 39), st.characters(codec="ascii"))
def test_an_altered_ticket_is_none(ticket: Ticket, place: int, payload: str) -> None:
    text = written(ticket, 0)
    altered = text[:place] + payload + text[place + 1 :]
    assert (read(altered, 0) is None) == (altered != text)
    assert read(text + payload, 0) is None
    assert read(text[:place], 0) is None


@given(st.text(max_size=50))
def test_any_text_may_stand_in_a_link(text: str) -> None:
    assert read(text, 0) is None
    assert file_in(text) == "" or file_in(text).isdigit()


# ------------------------------------------------------------------------------------------- pictures


@given(st.binary(min_size=1, max_size=200))
def test_base64_is_read_with_and_without_its_data_url(data: bytes) -> None:
    text = b64encode(data).decode()
    assert source(text) == data
    assert source(text.rstrip("=")) == data
    assert source("\n".join(text[at : at + 76] for at in range(0, len(text), 76))) == data
    assert source(f"data:image/png;base64,{text}") == data
    assert source(urlsafe_b64encode(data).decode()) == data


@pytest.mark.parametrize(
    "text", ["https://example.com/a.png", "HTTP://127.0.0.1/a", "not an image!", "data:,", "x", "größe", "\ud800"]
)
def test_what_holds_no_bytes_stays_a_text(text: str) -> None:
    assert source(text) == text
