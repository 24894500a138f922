"""Gately: the answers. A job and its snapshot become bodies, links, reports and clips."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Final

from mockserver.domain.clip import ClipSpec
from mockserver.domain.delivery import Payload
from mockserver.domain.job import Job, Snapshot, State
from mockserver.provider.call import Answer, Call
from mockserver.provider.signed_links import file_link
from mockserver.providers.gately.request import FPS, Video
from mockserver.providers.gately.ticket import Ticket, written

FILENAME: Final = "output_aigc.mp4"
SUCCESS: Final = {"status_code": 0, "status_msg": "success"}
WAITING: Final = ("Preparing", "Queueing")
REPORTED: Final = {State.RUNNING: "processing", State.SUCCEEDED: "success", State.FAILED: "failed"}


def base_resp(code: int, text: str) -> dict[str, object]:
    """Return the upstream's result object."""
    return {"status_code": code, "status_msg": text}


def _word(seen: Snapshot, profile: frozenset[str]) -> str:
    """Return the status word of a poll."""
    if seen.state is State.QUEUED:
        return WAITING[1 - seen.stage if "queueing-first" in profile else seen.stage]
    return {State.RUNNING: "Processing", State.SUCCEEDED: "Success"}.get(seen.state, "Fail")


def _result(seen: Snapshot, profile: frozenset[str]) -> dict[str, object]:
    """Return the result object of a poll; a scenario can make a failure that says success, or that names the input."""
    if seen.state is not State.FAILED or "fail-0" in profile:
        return SUCCESS
    return base_resp(1026, "input new_sensitive") if "fail-1026" in profile else base_resp(1027, "output new_sensitive")


def _file(job: Job[Video], seen: Snapshot, profile: frozenset[str], *, sizes: bool) -> dict[str, object]:
    """Return the members of a poll about the file: none before success, but in the style `minimax`, where they are
    empty then.
    """
    video = job.request
    if seen.state is State.SUCCEEDED:
        size = {"video_width": video.width, "video_height": video.height} if sizes else {}
        return {"file_id": job.alias, **size}
    if "minimax" not in profile:
        return {}
    return {"file_id": "", "video_width": 0, "video_height": 0} if sizes else {"file_id": ""}


def created(job: Job[Video], _seen: Snapshot, _call: Call) -> Answer:
    """Return the answer to a creation; it has no state."""
    return Answer(200, {"task_id": job.id, "base_resp": SUCCESS})


def status(job: Job[Video], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a poll."""
    profile = call.profile
    body: dict[str, object] = {"task_id": job.id, "status": _word(seen, profile)}
    body.update(_file(job, seen, profile, sizes=True))
    body["base_resp"] = _result(seen, profile)
    return Answer(200, body)


def webhook_url(job: Job[Video]) -> str:
    """Return the request's `callback_url`, empty when it has none."""
    return job.request.callback


def webhook_payload(job: Job[Video], seen: Snapshot) -> Payload | None:
    """Return the report of a job, under the profile that it was made with: when it begins to run, and its end."""
    word, profile = REPORTED.get(seen.state), job.profile
    if word is None:
        return None
    body: dict[str, object] = {"task_id": job.id, "status": word}
    body.update(_file(job, seen, profile, sizes=False))
    body["base_resp"] = _result(seen, profile)
    return Payload(webhook_url(job), body)


def retrieved(job: Job[Video], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a retrieve: what is known of the file, and a link that no other call gets."""
    profile = call.profile
    is_upstream = "minimax" in profile
    as_number = is_upstream or "integer-file-id" in profile
    file = {
        "file_id": int(job.alias) if as_number else job.alias,
        "bytes": 0 if is_upstream else job.request.size,
        "created_at": int(seen.since.timestamp()),
        "filename": FILENAME,
        "purpose": "video_generation",
        "download_url": link(job, call),
    }
    return Answer(200, {"file": file, "base_resp": SUCCESS})


def link(job: Job[Video], call: Call) -> str:
    """Return a new link to a job's file; the upstream escapes the last slash in its own."""
    life = timedelta(hours=1 if "link-1h" in call.profile else 9)
    ticket = written(Ticket(int(job.alias), call.now + life, call.chance.n), call.sandbox.seed)
    slash = "%2F" if "minimax" in call.profile else "/"
    return file_link(call.files, f"/download/{ticket}{slash}{FILENAME}", call.profile, call.now, life)


def clip_spec(job: Job[Video], _call: Call) -> ClipSpec:
    """Return the clip of a finished job; its size in bytes is the one that a retrieve states."""
    video = job.request
    return ClipSpec(
        width=video.width,
        height=video.height,
        frames=video.frames,
        fps=Fraction(FPS),
        form="mp4",
        seed=job.seed,
        title=f"Gately {video.model}",
        caption=video.prompt,
        image=video.image,
        moves=video.moves,
        pad_to=video.size,
    )
