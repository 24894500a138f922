"""Real clips: drawn by Pillow from a seed, encoded by ffmpeg, kept on disk and in memory.

The rest of the server uses ``service``. ``scene``, ``sky``, ``city``, ``terrain``, ``looks``, ``camera`` and ``draws``
decide what a clip shows, ``caption`` the text below it, ``pictures`` the picture from which it starts. ``frames`` packs
both for the one pipe to ffmpeg, ``encode`` runs ffmpeg, ``containers`` edits the bytes of finished files,
``disk_cache`` keeps them, ``tools`` knows the versions. Pillow and imageio-ffmpeg are imported on first use, never at
the start.
"""

from mockserver.adapters.clips.service import Clip, Clips

__all__ = ["Clip", "Clips"]
