"""What may come from the real services and must break nobody: each variant that a fact calls tolerated."""

from __future__ import annotations

from typing import Any, Final

import pytest

from mockserver.kit import promise
from mockserver.kit.facts import load_all
from mockserver.kit.promise import PROVIDERS, schema
from mockserver.kit.promise.validation import complaints

LINK: Final = "https://files.example.com/a%2Fb.mp4?Expires=1&Signature=abc"
OK: Final = {"status_code": 0, "status_msg": "success"}
FILE: Final = {"bytes": 0, "created_at": 1700469398, "purpose": "video_generation", "download_url": LINK}
ENVELOPE: Final = {"requestId": "a", "statusCode": 500, "timestamp": "2025-12-05T13:46:30.569Z", "path": "/x"}
# By fact: the schemas that have to take them (a head without a dot is that head's tolerated one), and the bodies.
VARIANTS: Final[dict[str, tuple[list[str], list[Any]]]] = {
    "aimlapi.created.generation-id": (["createVideo"], [{"generation_id": "234954179076239"}]),
    "aimlapi.created.credits-without-usd": (
        ["createVideo"],
        [
            {"id": "60ac7c34-3224-4b14-8e7d-0aa0db708325:pixverse/v5/text-to-video", "status": "queued",
             "meta": {"usage": {"credits_used": 840000}}},
        ],
    ),
    "aimlapi.created.no-meta": (["createVideo"], [{"id": "cgt-20250601-abc", "status": "queued"}]),
    "aimlapi.poll.other-forms": (
        ["getVideo"],
        [
            {"status": "completed", "id": "123456789012345678", "video": {"url": LINK}},
            {"id": "a", "status": "completed", "video": [{"url": LINK}]},
            {"id": "a", "status": "completed", "video": [LINK]},
            {"id": "a", "status": "queued", "video": None, "error": None, "duration": None},
            {"id": "a", "status": "completed", "video": {"url": LINK, "duration": 8}, "duration": 8},
        ],
    ),
    "aimlapi.file.animals": (
        ["getVideo"], [{"id": "a", "status": "completed", "video": {"url": "https://cdn.aimlapi.com/whale/a/b.mp4"}}],
    ),
    "aimlapi.errors.message-list": (["error"], [{**ENVELOPE, "statusCode": 400, "message": ["a", "b"]}]),
    "aimlapi.errors.upstream-500": (["error"], [{**ENVELOPE, "message": "400 {\"error\":{}}"}]),
    "gately.minimax.further-codes": (
        ["createVideo", "queryVideo", "retrieveFile"], [{"base_resp": {"status_code": 2061, "status_msg": "plan"}}],
    ),
    "gately.minimax.code-table": (
        ["createVideo", "queryVideo", "retrieveFile"], [{"base_resp": {"status_code": 1039, "status_msg": "TPM"}}],
    ),
    "gately.minimax.other-gateways": (
        ["createVideo", "queryVideo", "retrieveFile"],
        [{"error": {"code": "model_not_found", "message": "a (request id: 1)", "type": "new_api_error"}}],
    ),
    "gately.minimax.failed-word": (
        ["queryVideo"],
        [{"task_id": "1", "status": "Failed", "file_id": "", "video_width": 0, "video_height": 0, "base_resp": OK}],
    ),
    "gately.minimax.backup-link": (
        ["retrieveFile"],
        [
            {"file": {"file_id": 1, **FILE, "filename": "output.mp4", "backup_download_url": LINK}, "base_resp": OK},
            {"file": {"file_id": "1", **FILE, "filename": "output_aigc.mp4"}, "base_resp": OK},
        ],
    ),
    "modelslab.v6.prompt.missing.text": (
        ["text2video"],
        [
            {"status": "error", "message": "The prompt field is required."},
            {"status": "error", "message": {"prompt": ["The prompt field is required."]}},
        ],
    ),
    "modelslab.create.processing.loose": (
        ["text2video"],
        [
            {"status": "processing", "id": 12345678, "eta": 60, "message": "Your video is being generated"},
            {"status": "processing", "id": "abc123-def456", "eta": 30, "message": "Your request is being processed"},
        ],
    ),
    "modelslab.fetch.v3": (["fetchVideo"], [{"status": "success", "id": 65704373, "tip": "", "output": [LINK]}]),
    "modelslab.fetch.sibling": (
        ["fetchVideo"], [{"status": "success", "id": 263, "output": [LINK], "tip": "Get 20x", "proxy_links": None}],
    ),
    "modelslab.fetch.placeholder": (["fetchVideo"], [{"status": "error", "message": "Error message"}]),
    "modelslab.management.generic": (
        ["restartServer", "clearCache", "clearQueue", "updateServer", "systemDetails"],
        [
            {"status": "success", "message": "Operation completed successfully"},
            {"status": "error", "message": "Error message"},
        ],
    ),
    "modelslab.error.messege": (["text2video", "fetchVideo"], [{"status": "error", "messege": "Invalid Api Key"}]),
    "modelslab.webhook.other-shape": (
        ["webhook"],
        [
            {"status": "success", "id": 1, "output": [LINK], "track_id": "a", "meta": {"prompt": "a", "seed": 7}},
            {"status": "success", "id": "abc123-def456", "output": [LINK], "generationTime": 45.2, "track_id": None},
        ],
    ),
    "modelslab.tolerated.literals": (
        ["text2video"],
        [
            {"status": "processing", "tip": "for faster speed, keep resolution upto 512x512", "eta": 13.067986918399999,
             "message": "Try to fetch request after given estimated time", "id": 1, "output": ""},
        ],
    ),
    "modelslab.tolerated.monthly-limit": (
        ["text2video"],
        [{"status": "error", "message": "Your monthly limit exceeded, upgrade subscription now on https://a.example"}],
    ),
}  # fmt: skip


def test_every_fact_that_claims_it_has_its_variants_here() -> None:
    claimed = {
        fact.id for rows in load_all().values() for fact in rows if "tolerated schema" in (fact.not_emulated or "")
    }
    assert claimed == VARIANTS.keys()


@pytest.mark.parametrize("fact", VARIANTS)
def test_a_variant_is_tolerated(fact: str) -> None:
    """By the default profile's schema; what is no object is not."""
    document = promise.load(PROVIDERS / fact.partition(".")[0]).under(())
    heads, bodies = VARIANTS[fact]
    for tolerant in (schema(document, f"{head}.tolerated") for head in heads):
        for body in bodies:
            assert complaints(body, tolerant) == [], body
        assert complaints([bodies], tolerant)
