"""AI/ML API: the requests. A call becomes an order, a job or a problem."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from urllib.parse import unquote_plus

from mockserver.domain.chance import NANOID, Draw
from mockserver.domain.job import Job, Snapshot
from mockserver.domain.order import Names, Order
from mockserver.domain.problem import Problem, ProblemKind, Violation
from mockserver.engine.sandbox import Sandbox
from mockserver.provider.call import Call
from mockserver.provider.endpoints import by_name
from mockserver.provider.keys import bearer_key
from mockserver.providers.aimlapi import wire
from mockserver.providers.aimlapi.request import (
    ALIASES,
    FROM_PICTURE,
    LIP_SYNC,
    RATES,
    SPEAKING,
    Video,
    half_a_minute,
    minute_and_a_quarter,
    price,
    size_from,
    size_of,
)

NAME: Final = "aimlapi"
CREATE: Final = "createVideo"
PARAMETER: Final = "generation_id"
TOO_LONG: Final = "The 1080p quality option does not support 8-second videos."
WORDS_LONG: Final = 21  # characters of an id of 2026, of a file's name, of a request's id


def credential(call: Call) -> str | None:
    """Return the key in `Authorization: Bearer <key>`; empty when none follows the scheme, None for another scheme."""
    key = bearer_key(call.headers.get(b"authorization"))
    return None if key is None else key.decode("latin-1")


# ---- creation


def brings_picture(call: Call) -> bool:
    """Return whether the clip starts from a picture."""
    return _model(call) in FROM_PICTURE


def picture(call: Call) -> str:
    """Return the link to the first frame. The last one of a transition is judged and not shown."""
    return str(call.members["image_url"])


def _model(call: Call) -> str:
    model: str = call.members["model"]
    return ALIASES.get(model, model)


def video(call: Call) -> Order[Video] | Problem:
    """Return the order in a body that keeps the document."""
    body = call.members
    model = _model(call)
    if model not in RATES and model != LIP_SYNC:  # only under unknown-model-404, whose document names no models
        return Problem(ProblemKind.MISSING, f"no model {model[:80]!r}", detail={"resource": "model", "id": model})
    # Lip sync takes its look from the video that is to speak; this one has the defaults.
    defaults = call.judge.defaults(NAME, CREATE, call.profile)
    look: dict[str, Any] = {**defaults, **(body if model != LIP_SYNC else {})}
    resolution, seconds = look["resolution"], int(look["duration"])
    speaks = model in SPEAKING and "2026" in call.profile and bool(body.get("lip_sync_tts_content"))
    request = Video(
        model=model,
        prompt=body.get("prompt", ""),
        size=_size(call, model, resolution, look),
        seconds=seconds,
        style=look.get("style", ""),
        picture=call.picture,
        credits=price(model, resolution, seconds, speaks=speaks),
    )
    seed = look.get("seed")
    large = resolution == "1080p"
    return Order(
        provider=NAME,
        kind=CREATE,
        request=request,
        name=_short if "2026" in call.profile else partial(_composite, body["model"]),
        documented=minute_and_a_quarter if large else half_a_minute,
        seed=None if seed is None else int(seed),
        stages=(2, 2),
        fails=TOO_LONG if large and seconds == 8 else "",
    )


def _size(call: Call, model: str, resolution: str, look: dict[str, Any]) -> tuple[int, int]:
    """Return the picture's ratio where it was seen, else the one that was asked for; 16:9 for a picture nobody has
    seen.
    """
    if call.picture_size is not None:
        return size_from(call.picture_size, resolution)
    return size_of(resolution, "16:9" if model in FROM_PICTURE else look["aspect_ratio"])


def _composite(model: str, chance: Draw) -> Names:
    """Return an id of 2025: a uuid and the model, spelled as the request did."""
    return Names(f"{chance.uuid()}:{model}", _file_name(chance))


def _short(chance: Draw) -> Names:
    return Names(chance.text(0, WORDS_LONG, NANOID), _file_name(chance))


def _file_name(chance: Draw) -> str:
    """Return the upstream's own token, from which nobody can derive the id."""
    return chance.more("file").text(0, WORDS_LONG, NANOID)


# ---- polls


def asked_for(call: Call) -> str:
    """Return the id that the query names; empty when it names none."""
    return next(iter(_ids(call)), "")


def _ids(call: Call) -> list[str]:
    """Return every generation_id of the query. A client's raw id may contain colons and slashes, but no ampersand."""
    pairs = [part.partition("=") for part in call.query_string.split("&")]
    return [unquote_plus(value) if "%" in value else value for name, _, value in pairs if name == PARAMETER]


_find = by_name(asked_for, NAME, [CREATE], "generation", Sandbox.job)


def polled(call: Call) -> Job[Video] | Problem:
    """Return the job that a poll names, once and whole."""
    ids = _ids(call)
    if len(ids) == 1:
        return _find(call)
    if not ids:
        return Problem(ProblemKind.INVALID, violations=(Violation((PARAMETER,), "required", True),))
    return Problem(ProblemKind.INVALID, violations=(Violation((PARAMETER,), "type", "string", ids),))


# ---- files


def token(call: Call) -> str:
    """Return the upstream's token in the name of a file, in either style."""
    return call.params["name"].rpartition("/")[2][:WORDS_LONG]


_find_file = by_name(token, NAME, [CREATE], "file", Sandbox.job_by_alias)


def filed(call: Call) -> Job[Video] | Problem:
    """Return the job whose file this is; the whole name has to be right, the seed in it included."""
    job = _find_file(call)
    if isinstance(job, Problem) or call.params["name"] == wire.file_name(job, call.profile):
        return job
    return Problem(ProblemKind.MISSING, "the file goes by another name", detail={"resource": "file"})


def unborn(job: Job[Video], seen: Snapshot) -> Problem:
    """Return the problem of a link whose clip does not exist yet, or never will."""
    return Problem(ProblemKind.MISSING, f"{job.id} is {seen.state.value}", detail={"resource": "file", "id": job.id})
