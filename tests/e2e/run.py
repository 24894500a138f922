"""Makes the environment of each released client under .e2e/, by the digest of its requirements, so once for each.

`make e2e` runs this, then the tests beside it. Only this needs the network.
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = Path(__file__).parent / "clients"
NAMES = sorted(folder.name for folder in CLIENTS.iterdir() if (folder / "requirements.txt").exists())


def python_of(name: str) -> Path:
    """The Python of a client's environment, whether it is there or not."""
    digest = blake2b((CLIENTS / name / "requirements.txt").read_bytes(), digest_size=6).hexdigest()
    return ROOT / ".e2e" / f"{name}-{digest}" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(name: str) -> bool:
    """Whether a client's environment was made to the end."""
    return (python_of(name).parents[1] / ".ready").exists()


def make(name: str) -> None:
    """Make a client's environment."""
    folder = python_of(name).parents[1]
    print(f"{name}: making its environment")
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    install = [python_of(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
    subprocess.run([*install, CLIENTS / name / "requirements.txt"], check=True)
    (folder / ".ready").touch()


if __name__ == "__main__":
    for each in NAMES:
        if not is_ready(each):
            make(each)
