"""AI/ML API (https://api.aimlapi.com): PixVerse video, two URL forms over one set of jobs, two eras as styles."""

from __future__ import annotations

from typing import Final

from mockserver.provider import signed_links
from mockserver.provider.call import Call, Reply
from mockserver.provider.checks import as_documented, json_only, with_key
from mockserver.provider.endpoints import creates, polls, serves, starts_from
from mockserver.provider.table import Provider, Word, get, post, promise_beside
from mockserver.providers.aimlapi import catalogue, order, refusal, wire
from mockserver.providers.aimlapi.request import Video, billed

UNIVERSAL: Final = "/v2/video/generations"
LEGACY: Final = "/v2/generate/video/pixverse/generation"

_from_words = creates(order.video, wire.created)
_from_picture = starts_from(order.picture, _from_words)
_status = polls(order.polled, wire.status)
_file = serves(order.filed, wire.clip_spec, before=order.unborn)


def create(call: Call) -> Reply:
    """Return a generation; some models look at a picture first."""
    return (_from_picture if order.brings_picture(call) else _from_words)(call)


PROVIDER = Provider(
    name="aimlapi",
    title="AI/ML API",
    site="https://api.aimlapi.com",
    base_path="/v2",
    promise=promise_beside("aimlapi"),
    words=(
        Word(
            "2025-11", "The page of November 2025: uuid:model ids, tokens_used, the old error envelope.", is_style=True
        ),
        Word("2026", "21-character ids, credits_used and usd_spent, problem+json, tracing headers.", is_style=True),
        Word("created-201", "A creation is answered with HTTP 201."),
        Word("short-400", "The message of a refused body is its first line alone (2025-11)."),
        Word("succeeded", "The word for done is succeeded, which no schema lists."),
        Word("meta-on-polls", "Polls repeat the cost of a generation that has not failed."),
        Word("late-1080p", "1080p with 8 seconds is accepted and fails later."),
        Word("unknown-model-404", "The universal URL answers an unknown model with 404."),
        Word("waiting-active", "The older words waiting and active are shown as well."),
        Word("old-failure", "A failed generation passes on the upstream's own error (2025-11)."),
        Word("headers", "The tracing headers of 2026 in style 2025-11 too."),
        Word("january", "Problem bodies of January 2026: no requestId, a question mark at the end of instance."),
        Word(signed_links.WORD, signed_links.SAYS),
    ),
    credential=order.credential,
    checks=(with_key, json_only, as_documented),
    operations=(
        post("createVideo", UNIVERSAL, create),
        get("getVideo", UNIVERSAL, _status, owner=order.asked_for),
        post("createVideoLegacy", LEGACY, create),
        get("getVideoLegacy", LEGACY, _status, owner=order.asked_for),
        get("getFile", wire.EAGLE + "{name}", _file, is_public=True, only="2025-11", owner=order.token),
        get("getPandaFile", wire.PANDA + "{name:rest}", _file, is_public=True, only="2026", owner=order.token),
        get("listModels", "/v1/models", catalogue.listed, is_public=True),
        get("listModelsBare", "/models", catalogue.listed, is_public=True),
        get("listModelsApi", "/api/v1/models", catalogue.listed, is_public=True),
        get("getModel", "/model/{id:rest}", catalogue.looked_up, is_public=True),
        get("getBilling", "/v2/billing", catalogue.balance),
    ),
    refuse=refusal.refuse,
    billed=billed,
    requests=(Video,),
    add_headers=refusal.add_headers,
    sample=(
        f'curl -X POST "{{base}}{UNIVERSAL}" -H "Authorization: Bearer any-key" -H "Content-Type: application/json"'
        """ -d '{{"model": "pixverse/v5/text-to-video", "prompt": "A cheerful white raccoon in a sequoia forest"}}'"""
    ),
)
