"""`make e2e`: each released client in an environment of its own, unchanged but for its base URL, against one server.

Environments are kept under .e2e/ by the digest of their requirements, so that a second run needs no network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = Path(__file__).parent / "clients"
SETTINGS: dict[str, list[dict[str, object]]] = {
    "minimax_mcp": [{"timing": "instant"}, {"timing": "instant", "profiles": {"gately": ["minimax"]}}],
    "langchain_aimlapi": [{}, {"profiles": {"aimlapi": ["2026"]}}],
    "taam_cloud": [{}],
    "modelslab_py": [{}],
}
"""What the sandbox of each client is set to, one run for each."""


def environment(name: str) -> Path:
    """The Python of a client's environment, made when it is new."""
    requirements = CLIENTS / name / "requirements.txt"
    folder = ROOT / ".e2e" / f"{name}-{blake2b(requirements.read_bytes(), digest_size=6).hexdigest()}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / ".ready").exists():
        print(f"{name}: making its environment")
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        subprocess.run(install, check=True)
        (folder / ".ready").touch()
    return python


def configured(url: str, key: str, settings: dict[str, object]) -> None:
    """Set the sandbox of a key."""
    for method, path, value in (
        ("POST", "/sandboxes", {"key": key}),
        ("PATCH", f"/sandboxes/{key}", settings),
    ):
        headers = {"content-type": "application/json"}
        urlopen(Request(f"{url}/_mock{path}", json.dumps(value).encode(), headers, method=method)).close()


def driven(name: str, url: str, number: int, settings: dict[str, object]) -> bool:
    """Run a client's drive; whether it passed."""
    key = f"e2e-{name.replace('_', '-')}-{number}"
    configured(url, key, settings)
    environ = {"E2E_URL": url, "E2E_KEY": key, "PATH": os.environ.get("PATH", ""), "HOME": tempfile.gettempdir()}
    done = subprocess.run(
        [environment(name), CLIENTS / name / "drive.py"], env=environ, capture_output=True, text=True, timeout=180
    )
    told = "passed" if done.returncode == 0 else "FAILED"
    print(f"{name} {settings or ''} {told}")
    print(
        "".join(f"  {line}\n" for line in (done.stdout + (done.stderr if done.returncode else "")).splitlines()), end=""
    )
    return done.returncode == 0


def main() -> int:
    """Run all; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--seed", "1", "--ready-file", ready]
        server = subprocess.Popen(
            [*command, "--cache-dir", Path(folder) / "clips"], cwd=ROOT, stdout=subprocess.DEVNULL
        )
        try:
            while not ready.exists():
                if server.poll() is not None:
                    raise SystemExit("the server did not start")
                time.sleep(0.02)
            url = json.loads(ready.read_text())["url"]
            results = [
                driven(name, url, number, settings)
                for name, runs in SETTINGS.items()
                for number, settings in enumerate(runs)
            ]
        finally:
            server.terminate()
            server.wait()
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
