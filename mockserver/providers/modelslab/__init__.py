"""ModelsLab (https://modelslab.com): v6 and enterprise v1 in one table; key in the body, errors under HTTP 200."""

from __future__ import annotations

from mockserver.provider import signed_links
from mockserver.provider.checks import as_documented, readable, with_key, within
from mockserver.provider.endpoints import Parse, creates, polls, serves, starts_from
from mockserver.provider.table import MEGABYTE, Endpoint, Provider, TrailingSlash, Word, get, post, promise_beside
from mockserver.providers.modelslab import maintenance, order, quota, refusal, wire
from mockserver.providers.modelslab.request import Asked, Image, Text, Ultra
from mockserver.providers.modelslab.wire import ENTERPRISE, V6

PICTURES = 32 * MEGABYTE


def makes(parse: Parse[Asked]) -> Endpoint:
    """Return the endpoint of a creation, which is held for its video where the client does not ask for an instant
    response.
    """
    return creates(parse, wire.created, hold=order.hold, ended=wire.ended)


FROM_TEXT = makes(order.text)
FROM_IMAGE = starts_from(order.picture, makes(order.image))
FETCH = polls(order.fetched, wire.fetched)
FILE = serves(order.filed, wire.clip_spec, before=order.unborn)
UPDATING = maintenance.says({"message": "server updating", "status": "success"})
STORED = maintenance.says({"status": "success", "message": "Operation completed successfully"})

PROVIDER = Provider(
    name="modelslab",
    title="ModelsLab v6 and enterprise v1",
    site="https://modelslab.com",
    base_path="/api/v6",
    trailing_slash=TrailingSlash.TRIMMED,
    promise=promise_beside("modelslab"),
    words=(
        Word("legacy", "Application errors come with HTTP 200 and a status word, as older clients know them.", True),
        Word("documented", "Application errors have HTTP codes of their own, as the 2026 pages say.", True),
        Word("strict", "Documented ranges are enforced, but for those that the page itself breaks."),
        Word("strict-types", "Numbers and switches written as texts are refused."),
        Word("any-model", "v6 takes any model; an unknown or missing one becomes wan2.2."),
        Word("old-models", "The enterprise surface takes the five models of its older page."),
        Word("defaults-2024", "Fields that are not sent have the values that answers of January 2024 show."),
        Word("always-processing", "A creation is answered with processing, even when the video is done."),
        Word("always-success", "Videos are done at once, and a creation is answered with success."),
        Word("meta-23", "meta of text to video has the 23 fields of 2024 instead of 39."),
        Word("no-future-links", "A text-to-video answer that is success has no future_links."),
        Word("float-eta", "eta is a number with decimals."),
        Word("fetch-by-body", "POST /api/v6/video/fetch fetches by request_id in the body."),
        Word("get-fetch", "GET /api/v6/video/fetch/{id} fetches too, with the key in the body or the query."),
        Word("video-generations", "Links lead to /video_generations/ instead of /generations/."),
        Word("late-files", "A file answers 404 for 5 seconds after its video is done."),
        Word("spam-filter", "The same request within 30 seconds is refused with 429."),
        Word("retry-30", "A full queue always says retry_after 30, as the page does."),
        Word("escaped-slashes", r"Slashes in answers are written as \/."),
        Word(signed_links.WORD, signed_links.SAYS),
    ),
    credential=order.credential,
    checks=(readable, with_key, as_documented, within(quota.throttle), quota.queue, quota.repetition),
    operations=(
        post("text2video", f"{V6}/video/text2video", FROM_TEXT),
        post("img2video", f"{V6}/video/img2video", FROM_IMAGE, body_cap=PICTURES),
        post("text2videoUltra", f"{V6}/video/text2video_ultra", makes(order.ultra)),
        post("fetchVideo", f"{V6}/video/fetch/{{id}}", FETCH, owner=order.named),
        get("fetchVideoByGet", f"{V6}/video/fetch/{{id}}", FETCH, owner=order.named, only="get-fetch"),
        post("fetchVideoByBody", f"{V6}/video/fetch", polls(order.fetched_by_body, wire.fetched), only="fetch-by-body"),
        post("requestCount", f"{V6}/processing/request_count", maintenance.count),
        get("requestCountByGet", f"{V6}/processing/request_count", maintenance.count, has_body=True),
        post("enterpriseText2video", f"{ENTERPRISE}/video/text2video", FROM_TEXT),
        post("enterpriseImg2video", f"{ENTERPRISE}/video/img2video", FROM_IMAGE, body_cap=PICTURES),
        post("enterpriseFetchVideo", f"{ENTERPRISE}/video/fetch/{{id}}", FETCH, owner=order.named),
        post(
            "systemDetails",
            f"{ENTERPRISE}/video/system_details",
            maintenance.says({"model_count": 0, "queue_time": 0, "status": "ok"}),
        ),
        post(
            "restartServer",
            f"{ENTERPRISE}/video/restart_server",
            maintenance.says({"message": "server restarting", "status": "success"}),
        ),
        post("updateServer", f"{ENTERPRISE}/video/update_server", UPDATING),
        post("update", f"{ENTERPRISE}/video/update", UPDATING),
        post(
            "clearCache",
            f"{ENTERPRISE}/video/clear_cache",
            maintenance.says({"status": "success", "message": "Cache cleared successfully"}),
        ),
        post("clearQueue", f"{ENTERPRISE}/video/clear_queue", maintenance.clear_queue),
        post("updateS3", f"{ENTERPRISE}/update_s3", STORED),
        post("resetS3", f"{ENTERPRISE}/reset_s3", STORED),
        get("getGeneration", "/generations/{name}", FILE, is_public=True, owner=order.stem),
        get(
            "getGeneration",
            "/video_generations/{name}",
            FILE,
            is_public=True,
            owner=order.stem,
            only="video-generations",
        ),
    ),
    tiers=tuple(quota.QUEUES),
    refuse=refusal.refuse,
    requests=(Text, Image, Ultra),
    encode=wire.encode,
    webhook_url=wire.webhook_url,
    webhook_payload=wire.webhook_payload,
    sample=(
        'curl -X POST "{base}/api/v6/video/text2video" -H "Content-Type: application/json"'
        """ -d '{{"key": "any-key", "model_id": "cogvideox", "prompt": "Space Station in space"}}'"""
    ),
)
