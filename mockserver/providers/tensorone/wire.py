"""TensorOne: what goes out. From a job and its snapshot to bodies, links and clips."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Final, cast

from mockserver.domain.clip import ClipSpec
from mockserver.domain.job import Job, Snapshot, State
from mockserver.provider.call import Answer, Call
from mockserver.providers.tensorone.request import Upscale, Video, enlarged

WORDS: Final = {
    State.QUEUED: "queued",
    State.RUNNING: "processing",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
}
FAILURE: Final = "Video generation failed"


def instant(at: datetime) -> str:
    """ISO 8601 in UTC with a Z and no fraction."""
    return at.isoformat()[:19] + "Z"


def waiting_time(remaining: timedelta | None) -> str:
    """The free text of `estimatedCompletionTime`: a range of seconds or minutes that the rest lies in."""
    if remaining is None:
        return "2-5 minutes"
    seconds = remaining.total_seconds()
    size, unit = (seconds / 60, "minutes") if seconds >= 120 else (seconds, "seconds")
    low = floor(size)
    return f"{low}-{max(ceil(size), low + 1)} {unit}"


def _video_body(job: Job, seen: Snapshot, call: Call) -> dict[str, object]:
    """The body of an unfinished video; creation and polls share it."""
    video = cast("Video", job.request)
    state, profile = seen.state, call.profile
    body: dict[str, object] = {"videoId": job.id, "status": WORDS[state]}
    if state is State.RUNNING:
        body["progress"] = float(seen.progress) if "progress-float" in profile else seen.progress
    if state is State.RUNNING or (state is State.QUEUED and "eta-processing-only" not in profile):
        remaining = seen.remaining
        body["estimatedCompletionTime"] = waiting_time(
            None if remaining is None else call.sandbox.clock.told(remaining)
        )
    body["resolution"] = {"width": video.width, "height": video.height, "fps": video.fps}
    body["duration"] = video.duration
    body["metadata"] = {"model": video.model, "steps": video.steps, "guidanceScale": video.guidance}
    body["createdAt"] = instant(job.created)
    if state is State.FAILED:
        body["error"] = seen.why or FAILURE
    return body


def _completed_body(job: Job, seen: Snapshot, call: Call) -> dict[str, object]:
    video = cast("Video", job.request)
    return {
        "videoId": job.id,
        "status": "completed",
        "videoUrl": file_url(job, call),
        "thumbnailUrl": f"{call.files}/thumbnails/{job.id}.jpg",
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


def _upscale_body(job: Job, seen: Snapshot, call: Call) -> dict[str, object]:
    """The answer about an upscale; everything but `upscaleId` is decided (sheet 15.17)."""
    upscale = cast("Upscale", job.request)
    body: dict[str, object] = {"upscaleId": job.id, "videoId": upscale.source.id, "status": WORDS[seen.state]}
    if seen.state is State.RUNNING:
        body["progress"] = seen.progress
    body["targetResolution"] = upscale.target
    body["enhanceDetails"] = upscale.enhance
    body["stabilizeMotion"] = upscale.stabilize
    if seen.state is State.SUCCEEDED:
        body["videoUrl"] = file_url(job, call)
    elif seen.state is not State.FAILED:
        remaining = seen.remaining
        body["estimatedCompletionTime"] = waiting_time(
            None if remaining is None else call.sandbox.clock.told(remaining)
        )
    body["createdAt"] = instant(job.created)
    if seen.state is State.SUCCEEDED:
        body["completedAt"] = instant(seen.since)
    if seen.state is State.FAILED:
        body["error"] = seen.why or FAILURE
    return body


def _creation_status(call: Call) -> int:
    return 201 if "created-201" in call.profile else 202 if "created-202" in call.profile else 200


def created(job: Job, seen: Snapshot, call: Call) -> Answer:
    """The answer to a creation, which is queued whatever the timing: the first poll may find it finished."""
    queued = Snapshot(State.QUEUED, 0, 0, job.created, seen.remaining) if seen.state is State.SUCCEEDED else seen
    return Answer(_creation_status(call), _video_body(job, queued, call))


def upscaled(job: Job, seen: Snapshot, call: Call) -> Answer:
    """The answer to an upscale."""
    queued = Snapshot(State.QUEUED, 0, 0, job.created, seen.remaining) if seen.state is State.SUCCEEDED else seen
    return Answer(_creation_status(call), _upscale_body(job, queued, call))


def status(job: Job, seen: Snapshot, call: Call) -> Answer:
    """The answer to a poll."""
    if job.kind == "upscaleVideo":
        return Answer(200, _upscale_body(job, seen, call))
    body = _completed_body if seen.state is State.SUCCEEDED else _video_body
    return Answer(200, body(job, seen, call))


def file_url(job: Job, call: Call) -> str:
    """The public link of a video or an upscale."""
    return f"{call.files}/generated/{job.id}.mp4"


def film(form: str) -> Callable[[Job, Call], ClipSpec]:
    """The clip of a finished job in a form (mp4, webm, gif, jpg)."""

    def spec(job: Job, _call: Call) -> ClipSpec:
        if isinstance(job.request, Upscale):
            source = cast("Video", job.request.source.request)
            width, height = enlarged(job.request)
        else:
            source = cast("Video", job.request)
            width, height = source.width, source.height
        return ClipSpec(
            width=width,
            height=height,
            frames=source.frames,
            fps=Fraction(source.fps),
            form=form,
            seed=job.seed,
            title=f"TensorOne {source.model}",
            caption=source.prompt,
        )

    return spec
