"""minimax-python 0.2.0: its host is fixed, over httpx; key and group come from the environment."""

from pathlib import Path

from minimax import Minimax

client = Minimax()
done = client.text_to_video("A spaceship landing", model="T2V-01")
file = client.retrieve_video(file_id=done.file_id, download_path="video.mp4")
print(file.download_url, 200 if Path("video.mp4").read_bytes()[4:8] == b"ftyp" else 0)
