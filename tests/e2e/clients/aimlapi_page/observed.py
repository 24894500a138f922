"""The loop of the page's Python sample, as tests/providers/aimlapi/pollers has it: asks every ten seconds."""

import json
import os
import runpy
import sys
from pathlib import Path

poller = Path(__file__).parents[3] / "providers" / "aimlapi" / "pollers" / "poller.py"
wanted = json.dumps({"model": "pixverse/v5/text-to-video", "prompt": "A cheerful white raccoon"})
sys.argv = [str(poller), os.environ["MOCK_BASE_URL"], "/v2/video/generations", os.environ["MOCK_API_KEY"], wanted]
runpy.run_path(str(poller), run_name="__main__")
