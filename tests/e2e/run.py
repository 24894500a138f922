"""Makes the environment of each released client under .e2e/, by the digest of its requirements, so once for each.

`make e2e` runs this, then the tests beside it. Only this needs the network. A client with a `requirements.txt` gets a
virtual environment, one with a `package.json` the packages of npm beside it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = Path(__file__).parent / "clients"
FILES = ("requirements.txt", "package.json")
NAMES = sorted({path.parent.name for file in FILES for path in CLIENTS.glob(f"*/{file}")})


def folder_of(name: str) -> Path:
    """The folder of a client's environment, whether it is there or not."""
    content = b"".join(path.read_bytes() for file in FILES if (path := CLIENTS / name / file).exists())
    return ROOT / ".e2e" / f"{name}-{blake2b(content, digest_size=6).hexdigest()}"


def python_of(name: str) -> Path:
    """The Python of a client's environment."""
    return folder_of(name) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(name: str) -> bool:
    """Whether a client's environment was made to the end."""
    return (folder_of(name) / ".ready").exists()


def make(name: str) -> None:
    """Make a client's environment."""
    folder = folder_of(name)
    print(f"{name}: making its environment")
    if (CLIENTS / name / "requirements.txt").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [python_of(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*install, CLIENTS / name / "requirements.txt"], check=True)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(CLIENTS / name / "package.json", folder)
        npm = shutil.which("npm") or "npm"
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
        subprocess.run([npm, "install", *quiet], cwd=folder, check=True)
    (folder / ".ready").touch()


if __name__ == "__main__":
    for each in NAMES:
        if not is_ready(each):
            make(each)
