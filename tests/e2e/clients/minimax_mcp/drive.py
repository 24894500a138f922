"""minimax-mcp 0.0.19: submit, query and fetch, with the link and with the file, unchanged but for its base URL."""

import os
import tempfile
from pathlib import Path

folder = tempfile.mkdtemp()
os.environ |= {
    "MINIMAX_API_HOST": os.environ["E2E_URL"], "MINIMAX_API_KEY": os.environ["E2E_KEY"],
    "MINIMAX_API_RESOURCE_MODE": os.environ.get("E2E_MODE", "url"), "MINIMAX_MCP_BASE_PATH": folder,
}  # fmt: skip

from minimax_mcp import server  # noqa: E402  (it reads the environment when it is imported)


def text(answer: object) -> str:
    """What a tool said."""
    return getattr(answer, "text", str(answer))


said = text(server.generate_video(model="T2V-01-Director", prompt="A spaceship landing [Pan right]"))
assert "Success" in said, said
assert os.environ["E2E_URL"] in said or list(Path(folder).rglob("*.mp4")), said
print("ok: a video in one call")

said = text(server.generate_video(model="T2V-01", prompt="A spaceship landing", async_mode=True))
assert "Task ID: " in said, said
task = said.split("Task ID: ")[1].split(".")[0]
said = text(server.query_video_generation(task_id=task))
assert "Success" in said, said
print("ok: a video in two calls")

said = text(server.query_video_generation(task_id="1"))
assert "invalid params" in said, said
print("ok: an unknown task is told")
