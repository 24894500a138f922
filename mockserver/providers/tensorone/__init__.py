"""TensorOne v2 (https://api.tensorone.ai/v2): key in a header, camelCase bodies, snake_case errors."""

from __future__ import annotations

from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario import Scenario
from mockserver.provider import signed_links
from mockserver.provider.checks import as_documented, json_only, with_key, within
from mockserver.provider.endpoints import Find, creates, polls, serves
from mockserver.provider.table import Endpoint, Provider, Word, get, post, promise_beside
from mockserver.providers.tensorone import order, refusal, wire
from mockserver.providers.tensorone.request import Made, Upscale, Video, billed


def files(find: Find[Made]) -> Endpoint:
    """Return the endpoint of public files, in the form that their name states."""
    return serves(find, wire.clip_spec, before=order.unborn)


PROVIDER = Provider(
    name="tensorone",
    title="TensorOne v2",
    site="https://api.tensorone.ai",
    base_path="/v2",
    promise=promise_beside("tensorone"),
    words=(
        Word("created-201", "A creation is answered with HTTP 201."),
        Word("created-202", "A creation is answered with HTTP 202."),
        Word("eta-processing-only", "estimatedCompletionTime is sent while processing only, as the field table says."),
        Word("progress-float", "progress is a float instead of an integer."),
        Word("short-errors", "Error bodies leave out request_id and timestamp, as the per-status examples do."),
        Word("retry-after-always", "Every answer carries Retry-After, as the page's example of a 200 does."),
        Word("reject-unknown", "Fields that are on no page are refused with 400."),
        Word("modelscope-256", "modelscope-t2v answers and renders 256x256, whatever was asked."),
        Word("keyless", "Calls without a key are accepted, as the page's LoRA snippet expects."),
        Word("download-302", "The download redirects to the public file instead of sending bytes."),
        Word("upscale-status", "An upscale's id also works on the status and download paths (an extension)."),
        Word(signed_links.WORD, signed_links.SAYS),
    ),
    credential=order.credential,
    checks=(order.keyed(with_key), order.entitled, within(order.limit_of), json_only, as_documented),
    unrouted_checks=(order.keyed(with_key),),
    operations=(
        post("createVideo", "/v2/ai/text-to-video", creates(order.video, wire.created, ended=wire.status)),
        get("getVideoStatus", "/v2/ai/videos/{videoId}/status", polls(order.polled, wire.status), owner=order.named),
        get("downloadVideo", "/v2/ai/videos/{videoId}/download", order.download, owner=order.named),
        post("upscaleVideo", "/v2/ai/video-upscale", creates(order.upscale, wire.created)),
        get("getVideoFile", "/generated/{name}", files(order.filed), is_public=True, owner=order.stem),
        get("getThumbnail", "/thumbnails/{name}", files(order.pictured), is_public=True, owner=order.stem),
    ),
    tiers=tuple(order.TIERS),
    refuse=refusal.refuse,
    billed=billed,
    requests=(Video, Upscale),
    add_headers=refusal.add_headers,
    scenarios=(
        Scenario(
            refusal.CARD_DECLINED,
            "The submission is refused: the card is declined.",
            refuses=ProblemKind.OUT_OF_CREDITS,
        ),
        Scenario(
            "insufficient-resources",
            "The submission is well formed and cannot be met (422).",
            refuses=ProblemKind.REFUSED,
        ),
    ),
    sample=(
        'curl -X POST "{base}/v2/ai/text-to-video" -H "Authorization: Bearer any-key"'
        """ -H "Content-Type: application/json" -d '{{"prompt": "A majestic eagle over snow-capped mountains"}}'"""
    ),
)
