"""How the client of `mockserver check` is run: as a command, as an adapter, or as a function of this process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mockserver.kit.adapters import command as commands
from mockserver.kit.adapters import in_process
from mockserver.kit.adapters.lines import AdapterBroken
from mockserver.kit.adapters.stdio import Adapter
from mockserver.kit.adapters.warming import draw
from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.judging import CaseResult, Judging
from mockserver.kit.cases.model import Case
from mockserver.kit.target import CaseServer, ServedCase

RunAll = Callable[[Sequence[Case]], Sequence[CaseResult]]
Surround = Callable[[ServedCase], Mapping[str, str]]


@dataclass(frozen=True)
class Checked:
    """A client: how it is run, and how many cases side by side."""

    kind: ClientKind
    given: Mapping[str, Any]
    """The options --cmd, --adapter, --python, --jobs and --seed by their names."""
    environ: Mapping[str, str]
    folder: Path | None = None
    """Where it is started. None: where we are."""

    @property
    def is_in_process(self) -> bool:
        """Whether it is a function of this process."""
        return self.given["python"] is not None

    @property
    def side_by_side(self) -> int:
        """How many cases are run side by side."""
        return int(self.given["jobs"])

    def key(self, case: str) -> str:
        """Return the API key of a case: new for each, and the same in the next run with the same seed."""
        if self.is_in_process:  # one at a time: the same key gives the same clip, which need not be drawn again
            case = ""
        text = f"{self.given['seed']}/{case}"
        return f"mock-{blake2b(text.encode(), digest_size=12).hexdigest()}"


@contextmanager
def running(checked: Checked, judging: Judging) -> Iterator[RunAll]:
    """What runs cases, for as long as the context lasts. Raises UsageError where the client cannot be run."""
    if checked.is_in_process:
        with _in_process(checked, judging) as run_all:
            yield run_all
        return
    with (
        _served(checked) as (server, surround),
        _one(checked, server, judging, surround) as run,
        ThreadPoolExecutor(checked.side_by_side) as pool,
    ):
        if checked.kind.is_heavy:
            keys = [checked.key(f"clip {number}") for number in range(checked.side_by_side)]
            draw(server, checked.kind, Case("clip", "Its clip is drawn.", ()), keys)
        yield lambda cases: list(pool.map(run, cases))


@contextmanager
def _served(checked: Checked) -> Iterator[tuple[CaseServer, Surround]]:
    """A server for cases, and what goes into the environment of a client beside its case."""
    from mockserver.testing import MockServer
    from mockserver.testing.cases import ListenerCaseServer

    if checked.given["is_proxied"]:
        from mockserver.cli.check_proxy import proxied

        if checked.given["cmd"] is None or checked.given["server"] is not None:
            raise click.UsageError("--proxy goes with --cmd, and with a server of its own")
        with proxied(checked.kind.provider, int(checked.given["seed"]), checked.environ) as pair:
            yield pair
    elif checked.given["server"] is not None:
        yield ListenerCaseServer(attached(checked.given["server"])), _nothing_more
    else:
        with MockServer.process("--seed", str(checked.given["seed"])) as server:
            yield ListenerCaseServer(server), _nothing_more


def _nothing_more(_served: ServedCase) -> Mapping[str, str]:
    return {}


def attached(url: str) -> Any:
    """A mock server that runs at a URL. Raises UsageError, also for the live service: there each case costs money."""
    from urllib.parse import urlsplit

    from mockserver.kit.promise import PROVIDERS, load, names
    from mockserver.testing import MockServer, NoMockServer

    host = urlsplit(url).hostname
    for name in names():
        if host in {urlsplit(one["url"]).hostname for one in load(PROVIDERS / name).document.get("servers", ())}:
            told = f"{host} is the live service of {name}: a check would make many jobs there, and pay for them"
            raise click.UsageError(f"--server: {told}")
    try:
        return MockServer.attach(url, prefix="check-")
    except (NoMockServer, ValueError) as problem:
        raise click.UsageError(f"--server: {problem}") from None


@contextmanager
def _one(
    checked: Checked, server: CaseServer, judging: Judging, surround: Surround
) -> Iterator[Callable[[Case], CaseResult]]:
    """How the client is put through one case."""
    kind = checked.kind
    try:
        if checked.given["cmd"] is not None:
            command = commands.Command(checked.given["cmd"], checked.environ, checked.folder, surround)
            yield lambda case: commands.run(server, command, judging, kind, case, checked.key(case.id))
            return
        adapter = Adapter(checked.given["adapter"], checked.environ, checked.folder)
        adapter.start()
        try:
            yield lambda case: adapter.run(server, judging, kind, case, checked.key(case.id))
        finally:
            adapter.stop()
    except commands.CommandBroken as broken:
        raise click.UsageError(f"--cmd: {broken}") from None
    except AdapterBroken as broken:
        raise click.UsageError(f"--adapter: {broken}") from None


@contextmanager
def _in_process(checked: Checked, judging: Judging) -> Iterator[RunAll]:
    """A function of this process, one case at a time, in virtual time."""
    from mockserver.testing.virtual import VirtualServer

    client = function(checked.given["python"])
    with VirtualServer(seed=int(checked.given["seed"])) as server:
        yield lambda cases: [
            in_process.run(server, client, judging, checked.kind, case, checked.key(case.id)) for case in cases
        ]


def function(spelling: str) -> in_process.Client:
    """Return the function that MODULE:FUNCTION names. Raises UsageError."""
    module, colon, name = spelling.partition(":")
    if not colon or not module or not name:
        raise click.UsageError(f"--python: expected MODULE:FUNCTION such as my_client:make_clip, got {spelling[:80]!r}")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(import_module(module), name)
    except ImportError as error:
        raise click.UsageError(f"--python: {module} cannot be imported: {error}") from None
    except AttributeError:
        raise click.UsageError(f"--python: {module} has no {name}") from None
    finally:
        sys.path.pop(0)
    if not callable(found):
        raise click.UsageError(f"--python: {spelling} is no function")
    client: in_process.Client = found
    return client
