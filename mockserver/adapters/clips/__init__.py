"""Clips that are really there: drawn by Pillow from a seed, encoded by ffmpeg, kept on disk and in memory.

``service`` is what the rest of the server uses. ``scene``, ``sky``, ``city``, ``terrain``, ``looks``, ``camera`` and
``draws`` know what a clip shows, ``caption`` what stands below it, ``pictures`` what it may start from, ``frames`` how
both are packed for the one pipe to ffmpeg, ``encode`` ffmpeg, ``containers`` the bytes of finished files,
``disk_cache`` disk and memory, ``tools`` the versions. Pillow and imageio-ffmpeg are imported on first use, never at
the start.
"""

from mockserver.adapters.clips.service import Clip, Clips

__all__ = ["Clip", "Clips"]
