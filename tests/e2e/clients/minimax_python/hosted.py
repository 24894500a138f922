"""minimax-python 0.2.0: its host is fixed, over httpx; key and group come from the environment."""

import httpx
from minimax import Minimax

client = Minimax()
done = client.text_to_video("A spaceship landing", model="T2V-01")
file = client.retrieve_video(file_id=done.file_id)
print(file.download_url, httpx.get(file.download_url, timeout=120).status_code)
