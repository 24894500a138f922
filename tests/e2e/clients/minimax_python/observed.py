"""minimax-python 0.2.0 as it is: one video by its own loop, with its own pauses."""

from minimax import Minimax

print(Minimax().text_to_video("A spaceship landing", model="T2V-01"))
