"""The pytest plugin: `mock_server`, `mock_sandbox`, `mock_target`, and `sandbox` where that name is free.

Nothing of the server and nothing of the kit is imported before a fixture asks for it.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from mockserver.prices import Bill
    from mockserver.pytest_plugin.judged import JudgedSandbox
    from mockserver.settings import Settings
    from mockserver.testing import MockServer
    from mockserver.testing.process_lock import ProcessLock
    from mockserver.testing.target import ServerTarget
    from mockserver.testing.virtual import VirtualServer

SHARED, EACH = "shared", "each"
FOLDER: Final = "mock-server"
"""In the run's folder: what the processes of a run share."""
OBSERVING: Final = "MOCK_SERVER"
"""The variable in which `mockserver observe` says the URL of its server."""
_USED: Final = pytest.StashKey[str]()
_HERE: Final[pytest.StashKey[ProcessLock]] = pytest.StashKey()
_BILL: Final[pytest.StashKey[Bill]] = pytest.StashKey()
_FIXTURES: Final = frozenset({"mock_server", "mock_sandbox", "mock_target"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options of the command line, three of the ini file."""
    group = parser.getgroup("mock server", "a local stand-in for text-to-video APIs")
    group.addoption(
        "--mock-server", metavar="shared|each|URL", default=os.environ.get(OBSERVING) or SHARED, type=_mode,
        help="under pytest-xdist: one mock server for all workers (default), or one for each; or the URL of one "
        "that runs",
    )  # fmt: skip
    strict = "fail each test whose mock_sandbox shows that the client broke a law that is a must"
    group.addoption("--mock-strict", action="store_true", help=strict)
    parser.addini("mock_strict_ignore", "ids of laws that --mock-strict does not judge by, such as POL-03", type="args")
    parser.addini("mock_server_timing", "quick, documented or instant: how long the jobs of mock_sandbox take")
    parser.addini("mock_server_options", "options of `mockserver serve` for the server of the tests", type="args")


def _mode(text: str) -> str:
    if text in (SHARED, EACH) or re.match(r"https?://.", text):
        return text
    raise ArgumentTypeError(f"expected shared, each or a URL, got {text!r}")


@pytest.fixture(scope="session")
def mock_server(request: pytest.FixtureRequest) -> Iterator[MockServer]:
    """A mock server for the whole run; its seed is 0. Tests take `mock_sandbox`, a part of it of their own."""
    config = request.config
    with _server(config, request.getfixturevalue("tmp_path_factory")) as server:
        config.stash[_USED] = _describe(config, server.url)
        if hasattr(config, "workeroutput"):
            config.workeroutput["mock_server"] = config.stash[_USED]
        yield server


@pytest.fixture
def mock_sandbox(mock_server: MockServer, request: pytest.FixtureRequest) -> Iterator[JudgedSandbox]:
    """A sandbox of the test's own, as new: no other test meets it. Its key is made from the test's node id."""
    from mockserver.pytest_plugin.judged import JudgedSandbox, tell_name

    sandbox = JudgedSandbox(mock_server, key_of(request.node.nodeid))
    sandbox.reset(configuration=True)
    tell_name(sandbox.digest, request.node.nodeid)
    timing = request.config.getini("mock_server_timing")
    if timing:
        sandbox.configure(timing=timing)
    yield sandbox
    with suppress(OSError, ValueError):  # a server that the test has ended
        _add_spend(request.config, sandbox.spend())


@pytest.fixture(scope="session")
def mock_case_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualServer]:
    """The mock in this process and in virtual time, for the tests that `mockserver.kit.conformance` makes."""
    from mockserver.testing.virtual import VirtualServer

    with VirtualServer(cache=tmp_path_factory.getbasetemp().parent / "mock-clips") as server:
        yield server


@pytest.fixture(scope="session")
def mock_target(mock_server: MockServer) -> ServerTarget:
    """The mock server as a target of the kit: what `mockserver.kit.facts.run` and its kind take."""
    from mockserver.kit.target import Response
    from mockserver.testing.target import ServerTarget

    return ServerTarget(mock_server, Response)


class SandboxAlias:
    """`sandbox` as another name of `mock_sandbox`."""

    @pytest.fixture
    def sandbox(self, mock_sandbox: JudgedSandbox) -> JudgedSandbox:
        """The same as `mock_sandbox`."""
        return mock_sandbox


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Under --mock-strict a test fails, after it has passed, where its sandbox shows a client that broke a must."""
    yield
    if not item.config.getoption("--mock-strict"):
        return
    sandbox = getattr(item, "funcargs", {}).get("mock_sandbox")
    if sandbox is None:
        return
    from mockserver.pytest_plugin.judged import what_broke

    why = what_broke(sandbox, item.config.getini("mock_strict_ignore"))
    if why:
        pytest.fail(f"--mock-strict: the client broke laws{why}", pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse ids in mock_strict_ignore that are no law."""
    if config.getoption("--mock-strict") and config.getini("mock_strict_ignore"):
        from mockserver.kit.laws.table import without

        try:
            without(config.getini("mock_strict_ignore"))
        except ValueError as wrong:
            raise pytest.UsageError(f"mock_strict_ignore: {wrong}") from None


def key_of(nodeid: str) -> str:
    """The API key of a test: readable, and unlike that of any other test."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", nodeid.rpartition("::")[2]).strip("-")[:40]
    return f"mock-{name}-{blake2b(nodeid.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"


@contextmanager
def _server(config: pytest.Config, folders: pytest.TempPathFactory) -> Iterator[MockServer]:
    """The server that --mock-server asks for."""
    from mockserver.testing import MockServer

    mode = config.getoption("--mock-server")
    if mode not in (SHARED, EACH):
        yield _attached(mode, f"{_worker(config)}-")
    elif _is_shared(config):
        from mockserver.testing.shared import Shared

        settings_of(config)  # what is wrong with the options is said in one line, and not by a process that ends
        options = config.getini("mock_server_options")
        shared = Shared(folders.getbasetemp().parent / FOLDER, _worker(config), options)
        try:
            yield shared.enter()
        finally:
            shared.leave()
    else:
        with MockServer(settings_of(config)) as server:
            yield server


def _attached(url: str, prefix: str) -> MockServer:
    """The server that runs at a URL."""
    from mockserver.testing import MockServer, NoMockServer

    try:
        return MockServer.attach(url, prefix=prefix)
    except NoMockServer as nobody:
        why = str(nobody)
    pytest.fail(f"--mock-server: {why}", pytrace=False)


def settings_of(config: pytest.Config) -> Settings:
    """The ini file's options as settings."""
    import click

    from mockserver.cli.commands import complaint
    from mockserver.cli.plan import plan
    from mockserver.cli.serve import serve
    from mockserver.testing.process import unkeyed

    options = config.getini("mock_server_options")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    try:
        with serve.make_context("mockserver serve", ["--seed", "0", *options], obj=environ) as context:
            return plan(context.params, environ, sys.platform, lambda: 0).settings
    except click.ClickException as error:
        why = complaint(error)
    pytest.fail(f"mock_server_options = {shlex.join(unkeyed(options))}: {why}", pytrace=False)


def _worker(config: pytest.Config) -> str:
    return str(config.workerinput["workerid"]) if hasattr(config, "workerinput") else "main"


def _is_shared(config: pytest.Config) -> bool:
    """Whether this is a worker that shares its server with others."""
    if config.getoption("--mock-server") != SHARED or not hasattr(config, "workerinput"):
        return False
    return "mock_server_each" not in config.workerinput


def _describe(config: pytest.Config, url: str = "") -> str:
    """Return the line of pytest's header about the server."""
    mode = config.getoption("--mock-server")
    at = f", at {url}" if url else ""
    if mode not in (SHARED, EACH):
        return f"mock server: the one that runs at {mode}"
    if _is_shared(config):
        return f"mock server: one process for all workers, seed 0{at}"
    if hasattr(config, "workerinput"):
        return "mock server: one in each worker, seed 0"
    return f"mock server: in a thread of this process, seed 0{at}"


def _add_spend(config: pytest.Config, spend: Mapping[str, Any]) -> None:
    """Add what the jobs of a test, or of a worker, would have cost."""
    from mockserver.prices import Bill, shown

    bill = config.stash[_BILL] = config.stash.get(_BILL, Bill()) + Bill.read(spend)
    if hasattr(config, "workeroutput"):
        sums = {"amount": shown(bill.amount), "made": bill.made, "unpriced": bill.unpriced}
        config.workeroutput["mock_spend"] = {**sums, "repeated": {"amount": shown(bill.repeated)}}


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Offer `sandbox` too, unless a plugin or conftest of the project has a fixture of that name.

    One in a conftest that is read later, or in a test module, wins where it stands, as everywhere in pytest. Plugins
    have no such order; hence the look into what is known by now.
    """
    try:
        known = session._fixturemanager.getfixturedefs("sandbox", session)  # noqa: SLF001  (pytest has no other way)
    except (AttributeError, TypeError):  # another pytest, of which we do not know how to ask
        return
    if not known:
        session.config.pluginmanager.register(SandboxAlias(), "mockserver-sandbox")


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Which server is used, when a test is to use it."""
    asked = any(not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ())) for item in items)
    return [_describe(config)] if asked and config.getoption("verbose") >= 0 else []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist is made: the shared server lives as long as its controller is there.

    Under `--dist each` every worker runs every test, under the same keys: each needs a server of its own.
    """
    config = node.config
    folders = getattr(config, "_tmp_path_factory", None)
    if config.getoption("dist", None) == EACH:
        node.workerinput["mock_server_each"] = True
    elif config.getoption("--mock-server") == SHARED and folders is not None and _HERE not in config.stash:
        from mockserver.testing.process_lock import ProcessLock

        config.stash[_HERE] = ProcessLock(folders.getbasetemp() / FOLDER, "controller")
        config.stash[_HERE].begin()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist ended: what it said of its server."""
    output = getattr(node, "workeroutput", {})
    if output.get("mock_server"):
        node.config.stash[_USED] = output["mock_server"]
    if output.get("mock_spend"):
        _add_spend(node.config, output["mock_spend"])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what the jobs would have cost. Under pytest-xdist only the workers know which server was used: say it too."""
    told, bill = config.stash.get(_USED, None), config.stash.get(_BILL, None)
    if bill is not None and bill.made and config.getoption("verbose") >= 0:
        terminalreporter.write_line(f"mock server: {bill.sentence()}")
    if told is not None and config.pluginmanager.hasplugin("dsession") and config.getoption("verbose") >= 0:
        terminalreporter.write_line(told)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run is over: no server stays behind, also when the workers died that used it.

    pytest calls the youngest plugin first: pytest-xdist has ended its workers by now, and the folder is still there.
    """
    config = session.config
    if not config.pluginmanager.hasplugin("dsession"):
        return
    here = config.stash.get(_HERE, None)
    if here is None:
        return
    here.end()
    folder = config._tmp_path_factory.getbasetemp() / FOLDER  # type: ignore[attr-defined]  # noqa: SLF001
    if (folder / "gate").exists():  # somebody was there
        from mockserver.testing.shared import Shared

        Shared(folder, "main").end()
