"""TensorOne: the answers. A job and its snapshot become bodies, links and clips."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Final

from mockserver.domain.clip import ClipSpec
from mockserver.domain.job import AnyJob, Job, Snapshot, State
from mockserver.domain.scenario_parts import MODERATED
from mockserver.provider.call import Answer, Call
from mockserver.provider.signed_links import file_link
from mockserver.providers.tensorone.request import Made, Upscale, Video

WORDS: Final = {
    State.QUEUED: "queued",
    State.RUNNING: "processing",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
}
FAILURE: Final = "Video generation failed"


def _why(seen: Snapshot) -> str:
    """Return why a video failed; no page has words of its own for moderation."""
    return seen.why if seen.why and seen.why != MODERATED else FAILURE


@lru_cache(maxsize=1024)
def instant(at: datetime) -> str:
    """Return ISO 8601 in UTC with a Z and no fraction. Cached, because every poll of a job states its creation."""
    return at.isoformat()[:19] + "Z"


def waiting_time(remaining: timedelta | None) -> str:
    """Return the free text of `estimatedCompletionTime`: a range of seconds or minutes around the rest."""
    if remaining is None:
        return "2-5 minutes"
    seconds = remaining.total_seconds()
    size, unit = (seconds / 60, "minutes") if seconds >= 120 else (seconds, "seconds")
    low = floor(size)
    return f"{low}-{max(ceil(size), low + 1)} {unit}"


def _estimate(seen: Snapshot, call: Call) -> dict[str, object]:
    """Return the waiting time, or None when there is nothing to wait for."""
    if seen.state.is_terminal or (seen.state is State.QUEUED and "eta-processing-only" in call.profile):
        return {}
    remaining = seen.remaining
    return {"estimatedCompletionTime": waiting_time(None if remaining is None else call.sandbox.clock.told(remaining))}


def _video_body(job: Job[Video], seen: Snapshot, call: Call) -> dict[str, object]:
    """Return the body of an unfinished video; creation and polls share it."""
    video = job.request
    state, profile = seen.state, call.profile
    body: dict[str, object] = {"videoId": job.id, "status": WORDS[state]}
    if state is State.RUNNING:
        body["progress"] = float(seen.progress) if "progress-float" in profile else seen.progress
    body.update(_estimate(seen, call))
    body["resolution"] = {"width": video.width, "height": video.height, "fps": video.fps}
    body["duration"] = video.duration
    body["metadata"] = {"model": video.model, "steps": video.steps, "guidanceScale": video.guidance}
    body["createdAt"] = instant(job.created)
    if state is State.FAILED:
        body["error"] = _why(seen)
    return body


def _completed_body(job: Job[Video], seen: Snapshot, call: Call) -> dict[str, object]:
    video = job.request
    return {
        "videoId": job.id,
        "status": "completed",
        "videoUrl": file_url(job, call),
        "thumbnailUrl": file_link(call.files, f"/thumbnails/{job.id}.jpg", call.profile, call.now),
        "duration": video.frames / video.fps,
        "resolution": {"width": video.width, "height": video.height, "fps": video.fps},
        "metadata": {
            "model": video.model,
            "steps": video.steps,
            "guidanceScale": video.guidance,
            "generationTime": round((seen.since - job.created).total_seconds(), 1),
            "seed": job.seed,
        },
        "createdAt": instant(job.created),
        "completedAt": instant(seen.since),
    }


def _upscale_body(job: Job[Upscale], seen: Snapshot, call: Call) -> dict[str, object]:
    """Return the answer about an unfinished upscale; everything but `upscaleId` is decided (sheet 15.17)."""
    upscale = job.request
    body: dict[str, object] = {"upscaleId": job.id, "videoId": upscale.source, "status": WORDS[seen.state]}
    if seen.state is State.RUNNING:
        body["progress"] = float(seen.progress) if "progress-float" in call.profile else seen.progress
    body["targetResolution"] = upscale.target
    body["enhanceDetails"] = upscale.enhance
    body["stabilizeMotion"] = upscale.stabilize
    body.update(_estimate(seen, call))
    body["createdAt"] = instant(job.created)
    if seen.state is State.FAILED:
        body["error"] = _why(seen)
    return body


def _upscaled_body(job: Job[Upscale], seen: Snapshot, call: Call) -> dict[str, object]:
    upscale = job.request
    return {
        "upscaleId": job.id,
        "videoId": upscale.source,
        "status": "completed",
        "videoUrl": file_url(job, call),
        "targetResolution": upscale.target,
        "enhanceDetails": upscale.enhance,
        "stabilizeMotion": upscale.stabilize,
        "duration": upscale.frames / upscale.fps,
        "resolution": {"width": upscale.width, "height": upscale.height, "fps": upscale.fps},
        "createdAt": instant(job.created),
        "completedAt": instant(seen.since),
    }


_BODIES: Final[dict[tuple[str, bool], Callable[[AnyJob, Snapshot, Call], dict[str, object]]]] = {
    ("createVideo", False): _video_body,
    ("createVideo", True): _completed_body,
    ("upscaleVideo", False): _upscale_body,
    ("upscaleVideo", True): _upscaled_body,
}


def _creation_status(call: Call) -> int:
    return 201 if "created-201" in call.profile else 202 if "created-202" in call.profile else 200


def created(job: Job[Made], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a creation. It says queued under every timing; the first poll may find the video
    finished.
    """
    queued = seen if seen.state is State.QUEUED else Snapshot(State.QUEUED, 0, 0, job.created, seen.remaining)
    return Answer(_creation_status(call), _BODIES[job.kind, False](job, queued, call))


def status(job: Job[Made], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a poll."""
    return Answer(200, _BODIES[job.kind, seen.state is State.SUCCEEDED](job, seen, call))


def file_url(job: Job[Made], call: Call, form: str = "mp4") -> str:
    """Return the public link of a video or an upscale."""
    return file_link(call.files, f"/generated/{job.id}.{form}", call.profile, call.now)


def clip_spec(job: Job[Made], call: Call) -> ClipSpec:
    """Return the clip behind a public file, in the form that its name states."""
    return clip_of(job, call.params["name"].rpartition(".")[2])


def clip_of(job: Job[Made], form: str) -> ClipSpec:
    """Return the clip of a finished job in a form (mp4, webm, gif, jpg)."""
    made = job.request
    return ClipSpec(
        width=made.width,
        height=made.height,
        frames=made.frames,
        fps=Fraction(made.fps),
        form=form,
        seed=job.seed,
        title=f"TensorOne {made.model}",
        caption=made.prompt,
    )
