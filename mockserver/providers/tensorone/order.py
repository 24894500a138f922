"""TensorOne: the requests. Key, limits and bodies are checked; a call becomes an order or a problem."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from mockserver.domain.chance import Draw
from mockserver.domain.job import Job, Snapshot, State, snapshot
from mockserver.domain.order import Lengths, Names, Order
from mockserver.domain.problem import Problem, ProblemKind, Violation
from mockserver.domain.quota import Limit
from mockserver.provider.call import Answer, Call, ClipBody
from mockserver.provider.defaults import with_defaults
from mockserver.provider.endpoints import Find, by_name
from mockserver.provider.keys import ALL, bearer_key
from mockserver.provider.table import Check
from mockserver.providers.tensorone import wire
from mockserver.providers.tensorone.request import Made, Upscale, Video, enlarged

NAME: Final = "tensorone"
HOUR: Final = timedelta(hours=1)
TIERS: Final = {
    "pro": {"reads": Limit(1000, HOUR), "createVideo": Limit(20, HOUR), "upscaleVideo": Limit(200, HOUR)},
    "free": {"reads": Limit(100, HOUR), "createVideo": Limit(20, HOUR), "upscaleVideo": Limit(20, HOUR)},
    "enterprise": {"reads": Limit(10_000, HOUR), "createVideo": Limit(20, HOUR), "upscaleVideo": Limit(2000, HOUR)},
}
"""The smaller of the tier's limits (reads; writes and AI calls) and the endpoint's, an hour; the default first."""


def credential(call: Call) -> str | None:
    """Return the key in `Authorization: Bearer <key>`."""
    key = bearer_key(call.headers.get(b"authorization"))
    return key.decode("latin-1") if key else None


def keyed(with_key: Check) -> Check:
    """Return the usual key check; under the profile word `keyless` a missing key passes."""

    def check(call: Call) -> Problem | None:
        return None if "keyless" in call.profile and call.key is None else with_key(call)

    return check


def entitled(call: Call) -> Problem | None:
    """Check the rights of the key: a Read key only reads, and videos need the scope `ai`."""
    if call.key is None or call.operation is None or call.operation.is_public:
        return None
    grant = call.keys.grant(call.key) or ALL
    if grant is ALL:
        return None
    needed = "ai:read" if call.operation.method == "GET" else "ai:write"
    rights = [f"{scope}:{right}" for scope in grant.scopes for right in ("read", "write") if _allows(grant.kind, right)]
    if needed in rights:
        return None
    detail = {"required_permission": needed, "current_permissions": rights}
    return Problem(ProblemKind.FORBIDDEN, f"the key lacks {needed}", detail=detail)


def _allows(kind: str, right: str) -> bool:
    return right == "read" or kind != "read"


def bucket_of(call: Call) -> tuple[Hashable, Limit]:
    """Return the hourly limit that a call belongs to, in the tier of the account."""
    operation = call.operation
    tier = TIERS[call.sandbox.tiers.get(NAME, "pro")]
    bucket = operation.id if operation is not None and operation.id in tier else "reads"
    return (NAME, bucket), tier[bucket]


def limit_of(call: Call) -> tuple[Hashable, Limit] | None:
    """Return the limit that a call counts against; a public file counts against none."""
    return None if call.operation is None or call.operation.is_public else bucket_of(call)


def _whole(value: Any) -> int:
    """Return an integer; 64.0 in an integer field is 64."""
    return int(value)


def _names(chance: Draw) -> Names:
    return Names(f"vid_{chance.text(0, 6)}_{chance.text(6, 6)}")


def _upscale_names(chance: Draw) -> Names:
    return Names(f"ups_{chance.text(0, 6)}_{chance.text(6, 6)}")


def _seconds(low: int, high: int, share: float) -> timedelta:
    return timedelta(seconds=int(low + (high - low) * share))


def _documented(chance: Draw) -> Lengths:
    """Return lengths of 2 to 5 minutes, as the page states."""
    waiting = _seconds(10, 30, chance.share(40))
    return waiting, _seconds(120, 300, chance.share(44)) - waiting


def _documented_long(chance: Draw) -> Lengths:
    """Return lengths of up to 10 minutes for clips above 5 seconds, as the page states."""
    waiting = _seconds(10, 30, chance.share(40))
    return waiting, _seconds(300, 600, chance.share(44)) - waiting


def video(call: Call) -> Order[Video]:
    """Return the order in a body that keeps the document."""
    body = with_defaults(call)
    request = Video(
        prompt=body["prompt"],
        model=sys.intern(body["model"]),
        duration=float(body["duration"]),
        fps=_whole(body["fps"]),
        width=_whole(body["width"]),
        height=_whole(body["height"]),
        steps=_whole(body["steps"]),
        guidance=float(body["guidanceScale"]),
    )
    if request.model == "modelscope-t2v" and "modelscope-256" in call.profile:
        request = replace(request, width=256, height=256)
    seed = body.get("seed")
    pace = _documented if request.duration <= 5 else _documented_long
    return Order(NAME, "createVideo", request, _names, pace, None if seed is None else _whole(seed))


def named(call: Call) -> str:
    """Return the id that a path names."""
    return call.params["videoId"]


def stem(call: Call) -> str:
    """Return the id in a file's name."""
    return call.params["name"].rpartition(".")[0]


_find_video: Find[Video] = by_name(named, NAME, ["createVideo"], "video")
_find_file: Find[Made] = by_name(stem, NAME, ["createVideo", "upscaleVideo"], "file")
_find_thumbnail: Find[Video] = by_name(stem, NAME, ["createVideo"], "file")
_find_source: Find[Video] = by_name(lambda call: call.members["videoId"], NAME, ["createVideo"], "video")
_find_any: Find[Made] = by_name(named, NAME, ["createVideo", "upscaleVideo"], "video")


def polled(call: Call) -> Job[Made] | Problem:
    """Return the job that a status or download path names; an upscale only under `upscale-status`."""
    return _find_any(call) if "upscale-status" in call.profile else _find_video(call)


def filed(call: Call) -> Job[Made] | Problem:
    """Return the job whose public file this is. WebM and GIF have public names only where downloads
    redirect to them.
    """
    name = call.params["name"]
    suffix = name.rpartition(".")[2]
    known = ("mp4", "webm", "gif") if "download-302" in call.profile else ("mp4",)
    return _find_file(call) if suffix in known else _unknown_file(name)


def pictured(call: Call) -> Job[Video] | Problem:
    """Return the job whose thumbnail this is; an upscale has none."""
    name = call.params["name"]
    return _find_thumbnail(call) if name.endswith(".jpg") else _unknown_file(name)


def _unknown_file(name: str) -> Problem:
    return Problem(ProblemKind.MISSING, f"no file {name[:80]!r}", detail={"resource": "file", "id": name})


def unborn(job: Job[Made], seen: Snapshot) -> Problem:
    """Return the problem of a public link whose video does not exist yet, or never will."""
    return Problem(ProblemKind.MISSING, f"{job.id} is {seen.state.value}", detail={"resource": "file", "id": job.id})


def unfinished(job: Job[Made], seen: Snapshot) -> Problem:
    """Return the problem of a download or upscale of a video that is not completed."""
    current = wire.WORDS[seen.state]
    detail = {"current_state": current, "required_state": "completed"}
    return Problem(ProblemKind.CONFLICT, f"{job.id} is {current}", detail=detail)


def download(call: Call) -> Answer | Problem:
    """Answer with the bytes of a completed video in one of three formats."""
    form = call.query.get("format", "mp4")
    if form not in ("mp4", "webm", "gif"):
        broken = Violation(("format",), "enum", ["mp4", "webm", "gif"], form)
        return Problem(ProblemKind.INVALID, violations=(broken,))
    job = polled(call)
    if isinstance(job, Problem):
        return job
    seen = snapshot(job, call.now)
    if seen.state is not State.SUCCEEDED:
        return unfinished(job, seen)
    if "download-302" in call.profile:
        return Answer(302, b"", [(b"location", wire.file_url(job, call, form).encode())])
    return Answer(200, ClipBody(wire.clip_of(job, form), f"{job.id}.{form}"))


def upscale(call: Call) -> Order[Upscale] | Problem:
    """Return the order to enlarge a completed video."""
    body = with_defaults(call)
    source = _find_source(call)
    if isinstance(source, Problem):
        return source
    seen = snapshot(source, call.now)
    if seen.state is not State.SUCCEEDED:
        return unfinished(source, seen)
    video, target = source.request, body["targetResolution"]
    width, height = enlarged(video, target)
    request = Upscale(
        source.id, video.model, video.prompt, video.frames, video.fps, width, height, target,
        bool(body["enhanceDetails"]), bool(body["stabilizeMotion"]),
    )  # fmt: skip
    return Order(NAME, "upscaleVideo", request, _upscale_names, _documented, source.seed)
