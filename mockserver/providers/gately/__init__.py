"""Gately (https://api.gately.ai/v1), formerly Taam Cloud: MiniMax's video calls behind a gateway of another make."""

from __future__ import annotations

from mockserver.domain.problem import ProblemKind
from mockserver.domain.scenario import Scenario
from mockserver.provider import signed_links
from mockserver.provider.checks import as_documented, json_only, within
from mockserver.provider.endpoints import creates, polls, serves
from mockserver.provider.table import Operation, Provider, TrailingSlash, Word, get, post, promise_beside
from mockserver.providers.gately import order, refusal, wire
from mockserver.providers.gately.request import Video

CONTENT = serves(order.filed, wire.clip_spec, before=order.missing)
LINK = serves(order.linked, wire.clip_spec, before=order.gone)

PROVIDER = Provider(
    name="gately",
    title="Gately",
    site="https://api.gately.ai",
    base_path="/v1",
    null_is_absent=True,
    reads_gzip=True,
    trailing_slash=TrailingSlash.REDIRECTED,
    promise=promise_beside("gately"),
    words=(
        Word("gateway", "Problems are HTTP codes with an error object, as the provider's pages say.", is_style=True),
        Word("minimax", "Problems are HTTP 200 with base_resp, as the upstream's recorded answers are.", is_style=True),
        Word("chinese", "The gateway's own messages are the Chinese ones of its public code."),
        Word("pass-through", "The upstream's wider request is honoured: one more model, duration, resolution ..."),
        Word("image-rules", "The first frame must keep the upstream's rules: format, 20 MB, 301 pixels, ratio."),
        Word("i2v-without-image", "The I2V models are accepted without first_frame_image."),
        Word("s2v-needs-subject", "S2V-01 without subject_reference is refused, as the upstream does."),
        Word("queueing-first", "A task goes from Queueing to Preparing instead of the other way round."),
        Word("fail-0", "A failed task says Fail with base_resp 0, so that only the status word tells."),
        Word("fail-1026", "A failed task says 1026, input new_sensitive, instead of 1027."),
        Word("unknown-404", "An unknown task_id or file_id is HTTP 404 with an error object."),
        Word("integer-file-id", "files/retrieve tells file.file_id as a number."),
        Word("callbacks", "callback_url is honoured: a challenge at creation, then a report at each change."),
        Word("retrieve-content", "GET /v1/files/retrieve_content serves the bytes instead of 501."),
        Word("link-1h", "Download links live one hour instead of nine."),
        Word("size-1080p", "Every clip is 1920x1080, as in the upstream's example."),
        Word(signed_links.WORD, signed_links.SAYS),
    ),
    credential=order.credential,
    checks=(order.keyed, within(order.limit_of), json_only, as_documented, order.entitled),
    operations=(
        post(
            "createVideo",
            "/v1/video_generation",
            order.creation(creates(order.ordered, wire.created)),
            body_cap=order.LARGEST_BODY,
        ),
        get("queryVideo", "/v1/query/video_generation", polls(order.polled, wire.status)),
        get("retrieveFile", "/v1/files/retrieve", polls(order.filed, wire.retrieved)),
        get("retrieveFileContent", "/v1/files/retrieve_content", order.only_under("retrieve-content", CONTENT)),
        Operation("uploadFile", "POST", "/v1/files", order.not_implemented, is_public=True),
        get("downloadFile", "/download/{ticket}/{name}", LINK, is_public=True, owner=order.owned),
        get("downloadFile", "/download/{link}", LINK, is_public=True, owner=order.owned, only="minimax"),
    ),
    refuse=refusal.refuse,
    requests=(Video,),
    add_headers=refusal.add_headers,
    webhook_url=wire.webhook_url,
    webhook_payload=wire.webhook_payload,
    scenarios=(
        Scenario(
            refusal.QUOTA,
            "The submission is refused: the key has used up its quota.",
            refuses=ProblemKind.UNAUTHENTICATED,
        ),
        Scenario(
            "model-forbidden", "The submission is refused: the key may not use it.", refuses=ProblemKind.FORBIDDEN
        ),
    ),
    sample=(
        'curl -X POST "{base}/v1/video_generation" -H "Authorization: Bearer any-key"'
        """ -H "Content-Type: application/json" -d '{{"model": "T2V-01-Director","""
        """ "prompt": "A spaceship landing on a distant planet [Pan right]"}}'"""
    ),
)
