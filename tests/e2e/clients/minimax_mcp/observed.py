"""minimax-mcp 0.0.19 as it is: one video by its own loop, with its own pauses."""

from minimax_mcp import server

answer = server.generate_video(model="T2V-01-Director", prompt="A spaceship landing [Pan right]")
print(getattr(answer, "text", answer))
