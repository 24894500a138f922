"""`clock.advance` of the Python handle returns when every attempt that is due was made, over every way to a server."""

from __future__ import annotations

import json

from mockserver.testing import MockServer
from tests.providers.gately.test_callbacks import Hook, hook

__all__ = ["hook"]

RUNS = 100


def test_a_webhook_that_comes_twice_has_come_twice(handle: MockServer, hook: Hook) -> None:
    """Of so many runs none finds one alone: shared/found/W1."""
    hook.answering = lambda _value: (200, b"")
    for _ in range(RUNS):
        hook.came.clear()
        sandbox = handle.sandbox()
        sandbox.freeze()
        sandbox.scenario.queue("webhook-again")
        asked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "webhook": hook.url}
        headers = {"Content-Type": "application/json"}
        handle.request("POST", "/api/v6/video/text2video", headers, json.dumps(asked).encode())
        sandbox.clock.advance(10)
        assert len(hook.came) == 2


def test_a_replay_is_one_more_attempt(handle: MockServer, hook: Hook) -> None:
    """The provider's own payload comes again, and the webhook tells of it."""
    hook.answering = lambda _value: (200, b"")
    sandbox = handle.sandbox()
    sandbox.freeze()
    asked = {"key": sandbox.key, "model_id": "cogvideox", "prompt": "a cat", "webhook": hook.url}
    handle.request("POST", "/api/v6/video/text2video", {"Content-Type": "application/json"}, json.dumps(asked).encode())
    (delivery,) = sandbox.clock.advance(10)
    shown = sandbox.replay(delivery)
    assert [(one["number"], one["is_replay"], one["status"]) for one in shown["attempts"]] == [
        (1, False, 200), (2, True, 200),
    ]  # fmt: skip
    assert hook.came[0] == hook.came[1]
    assert len(hook.came) == 2
