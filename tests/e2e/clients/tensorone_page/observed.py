"""The page's samples, as printed but for the id: create by curl, then status and download by Python."""

import json
import subprocess
import tempfile
from pathlib import Path

import requests

SAMPLES = Path(__file__).parents[3] / "providers" / "tensorone" / "seed_000_samples"
made = subprocess.check_output(["sh", "-c", (SAMPLES / "1-create.sh").read_text("utf-8")], cwd=tempfile.mkdtemp())
names = {"requests": requests, "json": json, "video_id": json.loads(made)["videoId"]}
exec((SAMPLES / "3-status.py").read_text("utf-8").replace('"vid_abc123_def456"', "video_id"), names)
