"""hermes-minimax-media 0.3.0 as it is: one video by its own loop, of the model that Gately has too.

What its host program gives to plugins stands here.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path
from types import ModuleType

host = ModuleType("agent.video_gen_provider")
host.DEFAULT_ASPECT_RATIO, host.DEFAULT_RESOLUTION = "16:9", "1080P"
host.VideoGenProvider = object
host.error_response = host.success_response = dict


def save_bytes_video(raw: bytes, prefix: str, extension: str) -> Path:
    """Keep a video."""
    path = Path(tempfile.mkdtemp()) / f"{prefix}.{extension}"
    path.write_bytes(raw)
    return path


host.save_bytes_video = save_bytes_video
sys.modules |= {"agent": ModuleType("agent"), "agent.video_gen_provider": host}
package = Path(importlib.util.find_spec("hermes_minimax_media").submodule_search_locations[0])
spec = importlib.util.spec_from_file_location("minimax_video", package / "plugins/video_gen/minimax/__init__.py")
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)
FACE = "https://example.com/face.png"
print(plugin.MiniMaxVideoGenProvider().generate("A spaceship landing", model="S2V-01", reference_image_urls=[FACE]))
