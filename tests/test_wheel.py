"""The wheel by itself: built here, installed outside the checkout, and served from there.

The environment is empty but for the wheel. Its dependencies are lent by this one through a .pth file, so that the test
needs no network; of a lent folder no .pth is read, so this checkout's editable install stays out of sight.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.provider.discovery import discover
from tests.adapters.clip_files import read_mp4

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120
HEADERS = {"Authorization": "Bearer any-key", "Content-Type": "application/json"}


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints; the test fails with what it said on stderr."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as `make wheel` does."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that has the wheel."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    folder = home / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", folder / "python", "--disable-pip-version-check", "--quiet"]
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=home)
    packages = Path(
        run(folder / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    )
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


class Served:
    """A server that was started from the installed program."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, value: object = None) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        connection.request(method, path, None if value is None else json.dumps(value), HEADERS)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheader("content-type", ""), content


@pytest.fixture(scope="module")
def served(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`mockserver serve` in a process of its own, outside the checkout, until its ready file is gone again."""
    folder = tmp_path_factory.mktemp("served")
    ready = folder / "ready.json"
    options = ["--port", "0", "--timing", "instant", "--cache-dir", folder / "clips", "--ready-file", ready]
    environ = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    process = subprocess.Popen(
        [programs / "mockserver", "serve", *options],
        cwd=folder, env={**environ, "HOME": str(folder)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert any("Ctrl-C stops." in line for line in process.stdout), "it ended before it was ready"
        yield Served(json.loads(ready.read_text())["url"])
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert (process.returncode, ready.exists()) == (0, False)


def test_it_holds_what_the_server_reads_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (licence,) = (name for name in names if name.endswith(".dist-info/licenses/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert {name.partition("/")[0] for name in names} == {"mockserver", licence.partition("/")[0]}
    assert [name for name in names if "tests" in name.split("/") or name.endswith(".pyc")] == []
    wanted = {"mockserver/py.typed", "mockserver/contracts/control.openapi.json"}
    for folder in (ROOT / "contracts", ROOT / "mockserver" / "web" / "reference"):
        present = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        wanted |= {f"mockserver/{path.relative_to(ROOT).as_posix().removeprefix('mockserver/')}" for path in present}
    for provider in discover():
        folder_name = f"mockserver/contracts/{provider}"
        assert f"{folder_name}/generated/document.json" in wanted
        assert any(name.startswith(f"{folder_name}/schemas/requests/") for name in wanted)
    assert wanted - names == set()


def test_what_runs_is_the_wheel_and_not_the_checkout(programs: Path) -> None:
    code = "import mockserver.data, mockserver.kit; print(mockserver.kit.__file__); print(mockserver.data.contracts())"
    for line in run(programs / "python", "-c", code, cwd=programs).splitlines():
        assert Path(line).is_relative_to(programs.parent)


USERS = """
import contracts

from mockserver.kit.facts import checks, load_all, run
from mockserver.kit.promise import PROVIDERS, load, names
from mockserver.provider.discovery import discover

def test_it(mock_target, mock_sandbox):
    assert contracts.WHOSE == "the user"
    assert mock_sandbox.jobs() == []
    assert names() == sorted(discover())
    for name in names():
        assert load(PROVIDERS / name).operations
    fact = next(checks(load_all()))
    run(fact, mock_target)
"""


def test_a_package_contracts_of_the_user_stands_beside_it(programs: Path, tmp_path: Path) -> None:
    """The user's package and the whole kit work in one run of pytest, with the wheel's own files."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "__init__.py").write_text('WHOSE = "the user"\n')
    (tmp_path / "test_it.py").write_text(USERS)
    told = run(programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "1 passed" in told


def test_a_clip_is_made(served: Served) -> None:
    asked = {"prompt": "a cat", "width": 64, "height": 64, "fps": 8, "duration": 1}
    status, _, content = served.call("POST", "/v2/ai/text-to-video", asked)
    assert status == 200, content
    done = json.loads(served.call("GET", f"/v2/ai/videos/{json.loads(content)['videoId']}/status")[2])
    assert done["status"] == "completed"
    status, kind, content = served.call("GET", done["videoUrl"].removeprefix(served.url))
    assert (status, kind) == (200, "video/mp4")
    mp4 = read_mp4(content)
    assert (mp4.width, mp4.height, mp4.frames) == (64, 64, 8)


@pytest.mark.parametrize("path", ["/_mock/openapi.json", *(f"/_mock/openapi/{name}.json" for name in discover())])
def test_a_document_is_served(served: Served, path: str) -> None:
    status, _, content = served.call("GET", path)
    assert (status, json.loads(content)["openapi"][:3]) == (200, "3.1")


def test_the_schemas_and_the_reference_page_are_served(served: Served) -> None:
    listed = json.loads(served.call("GET", "/_mock/schemas")[2])["schemas"]
    assert served.call("GET", listed[0])[0] == 200
    assert served.call("GET", "/_mock/reference/tensorone")[:2] == (200, "text/html; charset=utf-8")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert served.call("GET", f"/_mock/reference/assets/{asset}")[0] == 200
