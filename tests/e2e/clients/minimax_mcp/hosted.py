"""minimax-mcp 0.0.19: everything it needs stands in the environment."""

import re

import requests
from minimax_mcp import server

answer = server.generate_video(model="T2V-01-Director", prompt="A spaceship landing [Pan right]")
said = getattr(answer, "text", str(answer))
link = re.search(r"https://\S+\.mp4", said)
assert link, said
print(link[0], requests.get(link[0]).status_code)
