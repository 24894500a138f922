"""The provider table. The differences between two providers are the differences between two of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from mockserver.data import contracts
from mockserver.domain.delivery import PayloadFunction
from mockserver.domain.job import AnyJob
from mockserver.domain.problem import Problem
from mockserver.domain.scenario import Scenario
from mockserver.prices import Quantities
from mockserver.provider.call import Answer, Call, Reply

MEGABYTE: Final = 1_000_000

Endpoint = Callable[[Call], Reply]
Check = Callable[[Call], Problem | None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented call. `id` is the document's operationId; `endpoint` gives the answer once the provider's checks
    have passed. A public one asks for no key. `only` names the profile word that opens it. `owner` says which job or
    file its path names, for calls that carry no key.
    """

    id: str
    method: str
    path: str
    endpoint: Endpoint
    is_public: bool = False
    only: str | None = None
    owner: Callable[[Call], str] | None = None
    body_cap: int = MEGABYTE
    has_body: bool = False


def get(id: str, path: str, endpoint: Endpoint, **more: Any) -> Operation:  # noqa: A002  (a document's word)
    """An operation by GET."""
    return Operation(id, "GET", path, endpoint, **more)


def post(id: str, path: str, endpoint: Endpoint, **more: Any) -> Operation:  # noqa: A002  (a document's word)
    """An operation by POST with a JSON body."""
    return Operation(id, "POST", path, endpoint, has_body=True, **more)


class TrailingSlash(Enum):
    """What a provider's router makes of a slash too many at the end of a path."""

    UNKNOWN = "unknown"  # another path, which nobody serves
    TRIMMED = "trimmed"  # the same call
    REDIRECTED = "redirected"  # the client is sent to the path without it


@dataclass(frozen=True, slots=True)
class Word:
    """A word of `--profile`: a style (exactly one holds) or a switch. `says` is one sentence."""

    name: str
    says: str
    is_style: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as a value.

    `site` is the documented origin, which the mock replaces; `base_path` what its clients append to it; `sample` a curl
    line with `{base}` for the start screen; `words` the profile's; `promise` the folder of its documents. `credential`
    finds the key in a call (None: there is none). `checks` run in the provider's own order before an endpoint,
    `unrouted_checks` before an unknown path or method is told so. `refuse` renders a problem in its words,
    `add_headers` adds the headers that every answer carries, `encode` writes JSON where ours will not do.
    `webhook_url` finds the URL to which webhooks about a job go (empty: there are none), and `webhook_payload` writes
    the payload of one of its events; both are pure functions of what the job holds, None where the provider sends no
    webhooks. `billed` names what the price of a request depends on, as prices.json has it (None: nothing). `scenarios`
    are scenarios of its own beside those of `domain.scenario.CORE`, `tiers` the plans that its limits depend on, the
    default first. `requests` are the types of its requests, for the records of its jobs.
    """

    name: str
    title: str
    site: str
    promise: Path
    words: tuple[Word, ...]
    credential: Callable[[Call], str | None]
    checks: tuple[Check, ...]
    operations: tuple[Operation, ...]
    refuse: Callable[[Problem, Call], Answer]
    sample: str
    unrouted_checks: tuple[Check, ...] = ()
    add_headers: Callable[[Answer, Call], None] | None = None
    encode: Callable[[object, Call], bytes] | None = None
    webhook_url: Callable[[AnyJob], str] | None = None
    webhook_payload: PayloadFunction | None = None
    billed: Callable[[Any], Quantities] | None = None
    requests: tuple[type, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    tiers: tuple[str, ...] = ()
    base_path: str = ""
    trailing_slash: TrailingSlash = TrailingSlash.UNKNOWN
    """What its router makes of a slash too many at the end of a path."""
    reads_gzip: bool = False
    """Whether its software inflates a body with `Content-Encoding: gzip`."""
    null_is_absent: bool = False
    """Whether the provider's software takes a member of a body that is null for an absent one, as Go's decoder does."""

    @property
    def style(self) -> str | None:
        """The default style: the first word that is one."""
        return next((word.name for word in self.words if word.is_style), None)

    def profile(self, words: tuple[str, ...] = ()) -> frozenset[str]:
        """The profile that these words make, always with a style; ValueError names an unknown word, or two styles."""
        known = {word.name: word for word in self.words}
        for name in words:
            if name not in known:
                raise ValueError(name)
        styles = [name for name in words if known[name].is_style]
        if len(set(styles)) > 1:
            raise ValueError(" and ".join(styles))
        default = [self.style] if self.style is not None and not styles else []
        return frozenset([*words, *default])


def promise_beside(name: str) -> Path:
    """Return the folder of the promise of one of our own providers: contracts/<name>."""
    return contracts() / name
