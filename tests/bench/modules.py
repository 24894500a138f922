"""Which modules of mockserver a request passes through: `python -m tests.bench.modules`.

One request of each kind goes through the application, after a first one that loads and compiles what is loaded once.
A module counts when a function of it is called; those that only define values do not.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mockserver.app import create_app
from mockserver.settings import Settings
from tests.web.direct import Direct

HEADERS = {"Authorization": "Bearer modules-key", "Content-Type": "application/json"}
BODY = b'{"prompt": "A majestic eagle over snow-capped mountains", "duration": 2, "fps": 8, "width": 64, "height": 64}'
ASIDE = {
    "mockserver.domain": "values",
    "mockserver.providers": "the provider's own",
    "mockserver.adapters": "behind ports",
}
"""What lies beside the way: called from it, without leading any further."""


def traced(call: Callable[[], Any]) -> Counter[str]:
    """How often functions of each module of mockserver are called, in the order of the first call."""
    found: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            module = frame.f_globals.get("__name__", "")
            if module.startswith("mockserver.") and not module.startswith("mockserver.kit"):
                found[module] += 1

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found


def requests(direct: Direct) -> dict[str, Counter[str]]:
    """The modules of a creation and of a poll."""

    def create() -> Any:
        return direct.call("POST", "/v2/ai/text-to-video", HEADERS, BODY)

    job = create().json()["videoId"]

    def poll() -> Any:
        return direct.call("GET", f"/v2/ai/videos/{job}/status", HEADERS)

    poll()
    return {"creation": traced(create), "poll": traced(poll)}


def main() -> None:
    """Print them."""
    with tempfile.TemporaryDirectory() as folder:
        direct = Direct(create_app(Settings(cache=Path(folder))))
        for name, found in requests(direct).items():
            aside = {module: ASIDE.get(".".join(module.split(".")[:2]), "") for module in found}
            passed = [module for module in found if not aside[module]]
            print(f"{name}: {len(passed)} modules, {len(found) - len(passed)} beside them (calls)")
            for module in [*passed, *(module for module in found if aside[module])]:
                print(f"  {module:45} {found[module]:3}  {aside[module]}".rstrip())
        direct.runner.run(asyncio.sleep(0))
        direct.close()


if __name__ == "__main__":
    main()
