"""ModelsLab: the answers. A job and its snapshot become bodies, links, clips and payloads."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Final

import orjson

from mockserver.domain.clip import ClipSpec
from mockserver.domain.delivery import Payload
from mockserver.domain.job import Job, Snapshot, State
from mockserver.domain.scenario_parts import MODERATED
from mockserver.provider.call import Answer, Call
from mockserver.provider.links import files_of
from mockserver.provider.signed_links import file_link
from mockserver.providers.modelslab.meta import echo
from mockserver.providers.modelslab.request import Asked, Image, Text

V6: Final = "/api/v6"
ENTERPRISE: Final = "/api/v1/enterprise"

BACKGROUND: Final = "Your {0} is processing in background, you can get this {0} using fetch API"
IN_BACKGROUND: Final = {kind: BACKGROUND.format("image" if kind is Text else "video") for kind in (*Asked.__args__,)}
UPSELL: Final = "Get 20x faster image generation using enterprise plan. Click here : https://modelslab.com/enterprise"
FAILURE: Final = "Failed, Try Again"

UNDECIDED_SECONDS: Final = 10.0
"""The `eta` of a job whose end is not decided, as in the recorded answer."""


def link(job: Job[Asked], call: Call) -> str:
    """Return the public address of a job's file."""
    return _link(job, call.files, call.profile, call.now)


def _link(job: Job[Asked], files: str, profile: frozenset[str], at: datetime) -> str:
    folder = "video_generations" if "video-generations" in profile else "generations"
    return file_link(files, f"/{folder}/{job.alias}.{job.request.output_type}", profile, at)


def _took(job: Job[Asked], seen: Snapshot) -> float:
    """Return the seconds from the request to its end, with two decimals."""
    return round((seen.since - job.created).total_seconds(), 2)


def _why(seen: Snapshot) -> str:
    """Return why a video failed; no page has words of its own for moderation."""
    return seen.why if seen.why and seen.why != MODERATED else FAILURE


def _eta(seen: Snapshot, call: Call) -> float:
    """Return the seconds until the end on the client's clock: whole and rounded up, or exact under `float-eta`."""
    clock, remaining = call.sandbox.clock, seen.remaining
    if "float-eta" in call.profile:
        return UNDECIDED_SECONDS if remaining is None else clock.told(remaining).total_seconds()
    return int(UNDECIDED_SECONDS) if remaining is None else clock.whole_seconds(remaining)


def created(job: Job[Asked], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a creation: success if the video is done and may be reported, else processing."""
    profile = call.profile
    waits_not = job.request.instant_response and "always-success" not in profile
    if seen.state is not State.SUCCEEDED or waits_not or "always-processing" in profile:
        return Answer(200, _processing(job, seen, call))
    return Answer(200, _success(job, seen, call))


def ended(job: Job[Asked], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a creation that waited for the job's end; a failure looks as in a fetch."""
    return Answer(200, _success(job, seen, call)) if seen.state is State.SUCCEEDED else fetched(job, seen, call)


def _success(job: Job[Asked], seen: Snapshot, call: Call) -> dict[str, object]:
    links = [link(job, call)]
    body: dict[str, object] = {
        "status": "success",
        "generationTime": _took(job, seen),
        "id": int(job.id),
        "output": links,
        "proxy_links": links,
        "meta": echo(job, call, is_done=True),
    }
    if not (isinstance(job.request, Image) or ("no-future-links" in call.profile and isinstance(job.request, Text))):
        body["future_links"] = links
    return body


def _processing(job: Job[Asked], seen: Snapshot, call: Call) -> dict[str, object]:
    surface = ENTERPRISE if job.kind.startswith("enterprise") else V6
    return {
        "status": "processing",
        "tip": IN_BACKGROUND[job.request.__class__],
        "eta": _eta(seen, call),
        "message": "Try to fetch request after seconds estimated",
        "fetch_result": f"{call.base}{surface}/video/fetch/{job.id}",
        "id": int(job.id),
        "output": [],
        "meta": echo(job, call, is_done=False),
        "future_links": [link(job, call)],
    }


def fetched(job: Job[Asked], seen: Snapshot, call: Call) -> Answer:
    """Return the answer to a fetch; a failure has HTTP 200 under every style."""
    if seen.state is State.SUCCEEDED:
        links = [link(job, call)]
        return Answer(200, {"status": "success", "id": int(job.id), "output": links, "proxy_links": links})
    if seen.state is State.FAILED:
        return Answer(200, {"status": "failed", "id": "", "message": _why(seen), "output": ""})
    return Answer(200, {"status": "processing", "message": "try again later.", "output": "", "tip": UPSELL})


def clip_spec(job: Job[Asked], _call: Call) -> ClipSpec:
    """Return the clip of a job."""
    asked = job.request
    return ClipSpec(
        width=asked.width,
        height=asked.height,
        frames=asked.num_frames,
        fps=Fraction(asked.fps),
        form=asked.output_type,
        seed=job.seed,
        title=f"ModelsLab {asked.model_id}",
        caption=asked.prompt or "",
        image=asked.picture,
    )


def webhook_url(job: Job[Asked]) -> str:
    """Return the request's `webhook`, empty when it has none."""
    return job.request.webhook or ""


def webhook_payload(job: Job[Asked], seen: Snapshot) -> Payload | None:
    """Return the payload when the video is done or has failed; None before."""
    if not seen.state.is_terminal:
        return None
    is_done = seen.state is State.SUCCEEDED
    return Payload(webhook_url(job), _done_payload(job, seen) if is_done else _failed_payload(job, seen))


def _done_payload(job: Job[Asked], seen: Snapshot) -> dict[str, object]:
    asked = job.request
    return {
        "status": "success",
        "id": int(job.id),
        "output": [_link(job, files_of(job), job.profile, seen.since)],
        "generationTime": _took(job, seen),
        "track_id": asked.track_id,
        "meta": {
            "prompt": asked.prompt,
            "model_id": asked.model_id,
            "width": asked.width,
            "height": asked.height,
        },
    }


def _failed_payload(job: Job[Asked], seen: Snapshot) -> dict[str, object]:
    return {
        "status": "failed",
        "id": int(job.id),
        "message": _why(seen),
        "track_id": job.request.track_id,
    }


def encode(body: object, call: Call) -> bytes:
    r"""Return a body as JSON; under `escaped-slashes` with `\/` for every slash, as PHP writes it."""
    plain = orjson.dumps(body)
    return plain.replace(b"/", rb"\/") if "escaped-slashes" in call.profile else plain
