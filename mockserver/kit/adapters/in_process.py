"""A client that is a function in this process, in virtual time."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from mockserver.kit.adapters.command import GRACE_SECONDS, KILLED, SHOWN, asked, setting
from mockserver.kit.cases.clients import ClientKind
from mockserver.kit.cases.judging import CaseResult, Ended, Judging, judged
from mockserver.kit.cases.model import Case
from mockserver.kit.cases.report import NoReport, artifact_of, attempts_of, left_behind, reported
from mockserver.kit.laws.run import Artifact, Clock
from mockserver.kit.target import VirtualCase, VirtualCaseServer


class Stopped(BaseException):
    """The client has not ended long after its deadline. No `except Exception` of the client stops this."""


class Unsupported(Exception):
    """A client raises this where it does not support a case; the text says why."""


@dataclass(frozen=True)
class ClientCase:
    """What a client in this process is handed."""

    provider: str
    """The name that `mockserver check` takes."""
    case: str
    """The id of the case."""
    base_url: str
    api_key: str
    prompt: str
    options: dict[str, Any]
    """Options in the provider's own field names."""
    deadline: float
    """Seconds that the client may take."""
    poll_seconds: float
    """The shortest pause between two polls."""
    served: VirtualCase

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.served.sleep(seconds)

    def monotonic(self) -> float:
        """Return seconds of virtual time."""
        return self.served.monotonic()

    def now(self) -> datetime:
        """Return the instant of virtual time, aware, in UTC."""
        return self.served.now()

    def transport(self) -> Any:
        """Return an httpx transport that leads to the server, whatever the host."""
        return self.served.transport()

    def async_transport(self) -> Any:
        """Return the same for httpx.AsyncClient, where the client is a coroutine function."""
        return self.served.async_transport()

    def mount(self, session: Any) -> None:
        """Lead all of a requests.Session to the server, whatever the host."""
        self.served.mount(session)

    def virtual_time(self) -> AbstractContextManager[None]:
        """Replace time.sleep, time.time, time.monotonic and asyncio's loops in this thread, while the context lasts.

        For a client that cannot be handed `sleep` and a clock.
        """
        return self.served.virtual_time()


Client = Callable[[ClientCase], Any]
"""Returns the outcome, or a coroutine of it: an object as contracts/case.schema.json has it under `report`, where
`clip` may be the bytes of the clip or the path of its file."""


def run(
    server: VirtualCaseServer, client: Client, judging: Judging, kind: ClientKind, case: Case, key: str
) -> CaseResult:
    """Put a function through a case and judge what came of it."""
    served = server.serve(setting(kind, case, key))
    try:
        ended = _ended(client, kind, case, served)
        return judged(judging, kind, case, served.journal(), key, ended)
    finally:
        served.close()


def _ended(client: Client, kind: ClientKind, case: Case, served: VirtualCase) -> Ended:
    wanted = asked(kind, case)
    handed = ClientCase(
        kind.name, case.id, served.base_url, served.key, wanted["prompt"], wanted["options"], case.deadline_seconds,
        case.poll_seconds, served,
    )  # fmt: skip
    served.stop_after(case.deadline_seconds + GRACE_SECONDS, Stopped())
    printed = StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            told = client(handed)
        if inspect.iscoroutine(told):
            told = served.run(told)
        value, artifact = _taken(told)
        ended = Ended(reported(value, artifact), attempts=attempts_of(value))
    except Unsupported as reason:
        return Ended(unsupported=str(reason) or "it gave no reason")
    except Stopped:
        ended = Ended(crashed=KILLED, is_killed=True)
    except Exception as error:
        ended = Ended(crashed=_how(error))
    return replace(ended, printed=printed.getvalue(), clock=Clock.SANDBOX)


def _how(error: Exception) -> str:
    return str(error) if isinstance(error, NoReport) else f"{type(error).__name__}: {error}"[:SHOWN]


def _taken(told: Any) -> tuple[Any, Artifact | None]:
    """What a client returned, and the clip in it."""
    if not isinstance(told, dict) or "clip" not in told:
        return told, None
    value = {name: member for name, member in told.items() if name != "clip"}
    clip = told["clip"]
    if isinstance(clip, bytes):
        return value, _artifact(clip)
    return value, None if clip is None else left_behind(Path(clip))


_artifact = lru_cache(maxsize=4)(artifact_of)
