"""ModelsLab: the requests. The key in the body, the fields and their loose spellings; a call becomes an order."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from sys import intern
from typing import Any, Final

from mockserver.domain.chance import Draw
from mockserver.domain.job import ZERO, Job, Snapshot, end_of
from mockserver.domain.order import Names, Order
from mockserver.domain.problem import Problem, ProblemKind
from mockserver.engine.pace import between
from mockserver.engine.sandbox import Sandbox
from mockserver.provider.call import Call
from mockserver.provider.defaults import with_defaults
from mockserver.provider.endpoints import by_name
from mockserver.providers.modelslab.request import Asked, Image, Text, Ultra

NAME: Final = "modelslab"
KINDS: Final = ("text2video", "img2video", "text2videoUltra", "enterpriseText2video", "enterpriseImg2video")
ANY_MODEL: Final = ("wan2.2", "ltx-2.3")
HOLDS: Final = {"quick": timedelta(seconds=1), "documented": timedelta(seconds=20), "instant": ZERO}

LIFETIME: Final = timedelta(hours=24)
LATENESS: Final = timedelta(seconds=5)

documented = between((5, 20), (25, 100))


def credential(call: Call) -> str | None:
    """Return the field `key` of the JSON body; for a fetch by GET also of the query. A header is no key here."""
    if call.body:
        value = call.value
        key = None if isinstance(value, Problem) else value.get("key")
        if isinstance(key, str) and key:
            return key
    if call.operation is not None and call.operation.only == "get-fetch":
        return call.query.get("key") or None
    return None


def _names(chance: Draw) -> Names:
    """Return the next number (of eight or nine digits, 100,000 of them for a sandbox) and the stem of the file.

    With an opaque scenario the id follows no rule: it has 15 digits, which every JSON reader still reads as an integer.
    """
    counted = 60_000_000 + chance.id_block * 100_000 + chance.n % 100_000
    return Names(str(10**14 + chance.integer(16, 8) % (9 * 10**14) if chance.label else counted), chance.uuid())


def _whole(value: Any) -> int | None:
    """Return the integer in 64, 64.0 and "64"; None stays."""
    return None if value is None else int(value)


def _number(value: Any) -> Any:
    """Return the number in 7.5 and "7.5"; a whole number in "7" stays whole."""
    if value.__class__ is not str:
        return value
    return float(value) if "." in value else int(value)


def _is_on(value: Any) -> bool:
    """Return whether a switch is on: true or "yes"."""
    return value is True or value == "yes"


def _model(asked: Mapping[str, Any], call: Call) -> str:
    """Return the model of the request; under `any-model` v6 knows two and replaces every other by the first of them."""
    model: str = asked.get("model_id", "")
    if "any-model" in call.profile and model not in ANY_MODEL and not _is_enterprise(call):
        return ANY_MODEL[0]
    return intern(model)


def _is_enterprise(call: Call) -> bool:
    return call.operation is not None and call.operation.id.startswith("enterprise")


def _track(asked: Mapping[str, Any]) -> str | None:
    """Return the caller's own name of the request, as a text."""
    value = asked["track_id"]
    return value if value is None or isinstance(value, str) else str(int(value))


def _order(call: Call, request: Asked, asked: Mapping[str, Any]) -> Order[Asked]:
    timing = "instant" if "always-success" in call.profile else None
    seed = _whole(asked["seed"])
    return Order(NAME, call.operation_id, request, _names, documented, seed, timing=timing)


def text(call: Call) -> Order[Asked]:
    """Return the order in the body of a text-to-video call of either surface."""
    asked = with_defaults(call)
    request = Text(
        model_id=_model(asked, call),
        prompt=asked["prompt"],
        negative_prompt=asked.get("negative_prompt"),
        height=int(asked["height"]),
        width=int(asked["width"]),
        num_frames=int(asked["num_frames"]),
        num_inference_steps=int(asked["num_inference_steps"]),
        guidance_scale=_number(asked["guidance_scale"]),
        clip_skip=_whole(asked["clip_skip"]),
        upscale_height=_whole(asked.get("upscale_height")),
        upscale_width=_whole(asked.get("upscale_width")),
        upscale_strength=_number(asked["upscale_strength"]),
        upscale_guidance_scale=_number(asked["upscale_guidance_scale"]),
        upscale_num_inference_steps=int(asked["upscale_num_inference_steps"]),
        use_improved_sampling=_is_on(asked["use_improved_sampling"]),
        improved_sampling_seed=int(asked["improved_sampling_seed"]),
        fps=int(asked["fps"]),
        output_type=intern(asked["output_type"]),
        instant_response=_is_on(asked["instant_response"]),
        temp=_is_on(asked["temp"]),
        webhook=asked["webhook"],
        track_id=_track(asked),
    )
    return _order(call, request, asked)


def _is_sent(asked: Mapping[str, Any], call: Call) -> bool:
    """Return whether `init_image` is the picture itself. v6 decides by the switch, the enterprise surface
    by the value.
    """
    if _is_enterprise(call):
        return not asked["init_image"].startswith(("http://", "https://"))
    return _is_on(asked["base64"])


def picture(call: Call) -> str | bytes | Problem:
    """Return the picture of a picture-to-video call: a link, or the bytes in base64 (with or without a data URL)."""
    asked = with_defaults(call)
    source: str = asked["init_image"]
    if not _is_sent(asked, call):
        return source
    try:
        return b64decode(source.rpartition(",")[2], validate=True)
    except binascii.Error as error:
        return Problem(ProblemKind.REFUSED, f"init_image: no base64: {error}")


def image(call: Call) -> Order[Asked]:
    """Return the order in the body of a picture-to-video call of either surface, once its picture is loaded."""
    asked = with_defaults(call)
    form = asked["output_type"]
    request = Image(
        model_id=_model(asked, call),
        prompt=asked.get("prompt"),
        init_image=None if _is_sent(asked, call) else asked["init_image"],
        height=int(asked["height"]),
        width=int(asked["width"]),
        num_frames=int(asked["num_frames"]),
        num_inference_steps=int(asked["num_inference_steps"]),
        min_guidance_scale=_number(asked["min_guidance_scale"]),
        max_guidance_scale=_number(asked["max_guidance_scale"]),
        motion_bucket_id=int(asked["motion_bucket_id"]),
        noise_aug_strength=_number(asked["noise_aug_strength"]),
        fps=int(asked["fps"]),
        output_type="mp4" if form == "base64" else intern(form),
        base64=_is_on(asked["base64"]),
        instant_response=_is_on(asked["instant_response"]),
        temp=_is_on(asked["temp"]),
        webhook=asked["webhook"],
        track_id=_track(asked),
        picture=call.picture,
    )
    return _order(call, request, asked)


def ultra(call: Call) -> Order[Asked]:
    """Return the order in the body of an HD text-to-video call."""
    asked = with_defaults(call)
    shift = asked["sample_shift"]
    if "shift_sample" in asked and "sample_shift" not in call.members:
        shift = asked["shift_sample"]
    request = Ultra(
        model_id=_model(asked, call),
        prompt=asked["prompt"],
        negative_prompt=asked.get("negative_prompt"),
        resolution=int(asked["resolution"]),
        num_frames=int(asked["num_frames"]),
        num_inference_steps=int(asked["num_inference_steps"]),
        guidance_scale=_number(asked["guidance_scale"]),
        fps=int(asked["fps"]),
        portrait=_is_on(asked["portrait"]),
        sample_shift=int(shift),
        instant_response=_is_on(asked["instant_response"]),
        temp=_is_on(asked["temp"]),
        webhook=asked["webhook"],
        track_id=_track(asked),
    )
    return _order(call, request, asked)


def hold(job: Job[Asked], call: Call) -> timedelta:
    """Return how long a creation is held for its job to be done: not at all with `instant_response`."""
    if job.request.instant_response or "always-processing" in call.profile:
        return ZERO
    if call.sandbox.hold is not None:
        return call.sandbox.hold
    return HOLDS[(job.scenario.timing if job.scenario is not None else None) or call.sandbox.timing]


def named(call: Call) -> str:
    """Return the id that a fetch path names."""
    return call.params["id"]


def asked_for(call: Call) -> str:
    """Return the id that a fetch by body names; 65919758.0 is 65919758."""
    wanted = call.members["request_id"]
    return wanted if isinstance(wanted, str) else str(int(wanted))


def stem(call: Call) -> str:
    """Return the prefix in a file's name."""
    return call.params["name"].rpartition(".")[0]


# A job is fetched by its number alone and its file is named by its prefix alone: a client that polls a uuid, even the
# prefix of its own file, is told that there is no such request.
fetched = by_name(named, NAME, KINDS, "video", Sandbox.job)
fetched_by_body = by_name(asked_for, NAME, KINDS, "video", Sandbox.job)
_by_stem = by_name(stem, NAME, KINDS, "file", Sandbox.job_by_alias)


def filed(call: Call) -> Job[Asked] | Problem:
    """Return the job whose file this is, while the file lives: 24 hours from the job's end. The extension must be its
    own.

    Under `late-files` the file appears some seconds after the end.
    """
    job = _by_stem(call)
    if isinstance(job, Problem):
        return job
    if not call.params["name"].endswith(f".{job.request.output_type}"):
        return no_file(f"{job.id} has a file of another type")
    end = end_of(job)
    if end is not None and call.now >= end + LIFETIME:
        return no_file(f"the file of {job.id} was deleted after 24 hours")
    if end is not None and "late-files" in call.profile and end <= call.now < end + LATENESS:
        return no_file(f"the file of {job.id} is late (late-files)")
    return job


def no_file(text: str) -> Problem:
    """Return the problem of a link that never leads anywhere."""
    return Problem(ProblemKind.MISSING, text, detail={"resource": "file"})


def unborn(job: Job[Asked], seen: Snapshot) -> Problem:
    """Return the problem of a link whose video does not exist yet, or never will."""
    return no_file(f"{job.id} is {seen.state.value}")
