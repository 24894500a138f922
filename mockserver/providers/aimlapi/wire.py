"""AI/ML API: the answers. A job and its snapshot become bodies, links and clips."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final
from urllib.parse import quote

from mockserver.domain.clip import ClipSpec
from mockserver.domain.job import Job, Snapshot, State
from mockserver.domain.scenario_parts import MODERATED
from mockserver.provider.call import Answer, Call
from mockserver.provider.signed_links import file_link
from mockserver.providers.aimlapi.request import CREDITS_PER_DOLLAR, FPS, LIP_SYNC, Video

JSON: Final = "application/json; charset=utf-8"
EAGLE: Final = "/eagle/files/penguin/"
PANDA: Final = "/panda/"
EXPOSED: Final = b"x-inference-id, x-client-request-id, x-aimlapi-credits-used, x-aimlapi-usd-spent"

WORDS: Final = {
    State.QUEUED: ("queued", "queued"),
    State.RUNNING: ("generating", "generating"),
    State.SUCCEEDED: ("completed", "completed"),
    State.FAILED: ("error", "error"),
}
"""The status words by state and stage."""
OLDER_WORDS: Final = {**WORDS, State.QUEUED: ("queued", "waiting"), State.RUNNING: ("active", "generating")}

FAILURE: Final = "Something wrong with the server. Please, try again later."
REJECTED: Final = "The prompt was rejected by content moderation."  # decided: no text of PixVerse's is known

_LIKE_AN_ID: Final = re.compile(r"[A-Za-z0-9_-]{21}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[a-z0-9./-]+)?")


def is_traced(profile: frozenset[str]) -> bool:
    """Return whether answers carry the tracing headers of 2026."""
    return "2026" in profile or "headers" in profile


def inference(identifier: str) -> list[tuple[bytes, bytes]]:
    """Return the header that names the generation; none for what does not look like an id of theirs."""
    return [(b"x-inference-id", identifier.encode("ascii"))] if _LIKE_AN_ID.fullmatch(identifier) else []


def _usage(credits: int, profile: frozenset[str]) -> dict[str, object]:  # noqa: A002  (a word of the page)
    if "2026" not in profile:
        return {"usage": {"tokens_used": credits}}
    dollars = credits / CREDITS_PER_DOLLAR
    return {"usage": {"credits_used": credits, "usd_spent": int(dollars) if dollars.is_integer() else dollars}}


def created(job: Job[Video], _seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a creation, which says queued whatever the timing."""
    video, profile = job.request, call.profile
    body = {"id": job.id, "status": "queued", "meta": _usage(video.credits, profile)}
    answer = Answer(201 if "created-201" in profile else 200, body, content_type=JSON)
    if is_traced(profile):
        answer.headers += [
            *inference(job.id),
            (b"x-aimlapi-credits-used", b"%d" % video.credits),
            (b"x-aimlapi-usd-spent", b"%.9f" % (video.credits / CREDITS_PER_DOLLAR)),
        ]
    return answer


def status(job: Job[Video], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a poll; it has HTTP 200 also for a failed generation."""
    profile, state = call.profile, seen.state
    body: dict[str, object] = {"id": job.id, "status": _word(seen, profile)}
    if state is State.SUCCEEDED:
        body["video"] = _video(job, call)
    elif state is State.FAILED:
        body["error"] = _error(job, seen, profile)
    if "meta-on-polls" in profile and state is not State.FAILED:
        body["meta"] = _usage(job.request.credits, profile)
    answer = Answer(200, body, content_type=JSON)
    if is_traced(profile):
        answer.headers += inference(job.id)
    return answer


def _word(seen: Snapshot, profile: frozenset[str]) -> str:
    if seen.state is State.SUCCEEDED and "succeeded" in profile:
        return "succeeded"
    return (OLDER_WORDS if "waiting-active" in profile else WORDS)[seen.state][seen.stage]


def _video(job: Job[Video], call: Call) -> dict[str, object]:
    if "2026" in call.profile:
        # The slashes of the upstream's path stay encoded, so that the file is one segment.
        path = PANDA + quote(file_name(job, call.profile), safe="")
        return {"url": file_link(call.files, path, call.profile, call.now)}
    return {
        "url": file_link(call.files, EAGLE + file_name(job, call.profile), call.profile, call.now),
        "content_type": "video/mp4",
        "file_name": "output.mp4",
        "file_size": job.request.file_size,
    }


def _error(job: Job[Video], seen: Snapshot, profile: frozenset[str]) -> dict[str, object]:
    video = job.request
    message = REJECTED if seen.why == MODERATED else seen.why or FAILURE
    if "old-failure" not in profile or "2026" in profile:
        return {"name": "GenerationError", "message": message}
    # The upstream's own error, passed on (sheet 6). What it says of PixVerse is decided; the form is recorded.
    fault = "content_policy_violation" if seen.why == MODERATED else "generation_error"
    return {"detail": [{"loc": ["body", "prompt"], "msg": message, "type": fault, "input": video.prompt}]}


def file_name(job: Job[Video], profile: frozenset[str]) -> str:
    """Return the name of a job's file behind the folder of the style, decoded."""
    if "2026" not in profile:
        return f"{job.alias}_output.mp4"
    seed = 0 if job.request.model == LIP_SYNC else job.seed
    return f"pixverse/mp4/media/web/ori/{job.alias}_seed{seed}.mp4"


def clip_spec(job: Job[Video], _call: Call) -> ClipSpec:
    """Return the clip of a finished job, brought to the size that was stated."""
    video = job.request
    width, height = video.size
    return ClipSpec(
        width=width,
        height=height,
        frames=video.frames,
        fps=Fraction(FPS),
        form="mp4",
        seed=job.seed,
        title=" ".join(filter(None, ("AI/ML API", video.model, video.style))),
        caption=video.prompt,
        image=video.picture,
        pad_to=video.file_size,
    )
