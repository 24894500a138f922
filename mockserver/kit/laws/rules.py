"""What laws know of a provider: what its document and its `laws.json` say, under one profile.

`laws.json` stands in the provider's folder beside its document and is written by hand: features, hints in bodies,
refusals that hide under HTTP 200, and the severities that its own page gives to laws. All of it may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mockserver.kit.laws.law import AnyLaw, Basis, Ground, Severity
from mockserver.kit.laws.view import View
from mockserver.kit.promise.provider import Promise

FILE: Final = "laws.json"
FEATURES: Final = {
    "cancel": "documents no way to cancel a job",
    "error in a 200": "documents no error under HTTP 200",
    "expiring links": "documents no lifetime of links",
    "hint in the body": "documents no hint in seconds in a body",
    "idempotency key": "documents no idempotency key",
    "jobs": "documents no jobs that are polled",
    "moderation": "documents no word for content that is refused",
    "quota headers": "documents no headers of a quota",
    "status link": "documents no address of a job in the answer to its creation",
    "signature": "documents no signature of webhooks",
    "version header": "documents no header for a version",
    "webhooks": "documents no webhooks under this profile",
}
"""What a provider may have, and the reason why a law that needs it does not apply to one without."""


@dataclass(frozen=True)
class Rules:
    """What laws know of a provider, whatever the profile."""

    promise: Promise
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The value of laws.json."""
    _views: dict[tuple[str, ...], View] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.promise.name

    def under(self, profile: Iterable[str]) -> View:
        """Return the provider under profile words; the same words give the same view."""
        words = tuple(sorted(profile))
        if words not in self._views:
            self._views[words] = View(self.promise.under(words), _under(self.raw, words))
        return self._views[words]

    def severity(self, law: AnyLaw, profile: Iterable[str]) -> tuple[Severity, Ground]:
        """Return how bad a breach of the law is at this provider, and why: what its page says, or the law's own.

        A law whose ground is a habit only informs where no page of the provider asks for it.
        """
        own = self.under(profile).extra.get("laws", {}).get(law.id)
        page = self.raw.get("page", "")
        if own is not None:
            return Severity(own.get("severity", law.severity)), Ground(Basis.PAGE, own["says"], own.get("source", page))
        if law.ground.basis is Basis.PAGE:
            return law.severity, Ground(Basis.PAGE, law.ground.says, page)
        return (Severity.MAY if law.ground.basis is Basis.HABIT else law.severity), law.ground

    def reason_against(self, law: AnyLaw, profile: Iterable[str]) -> str | None:
        """Return why the law does not apply here: something is missing, or the provider's own page breaks it.

        None: it applies.
        """
        view = self.under(profile)
        missing = [name for name in law.needs if name not in view.features]
        excused: str | None = view.extra.get("laws", {}).get(law.id, {}).get("excused")
        return f"{self.name} {FEATURES[missing[0]]}" if missing else excused


def rules_of(promise: Promise, folder: Path | None = None) -> Rules:
    """Return what laws know of a provider; `folder` is that of its contract, which may hold laws.json."""
    path = folder / FILE if folder is not None else None
    if path is None or not path.is_file():
        return Rules(promise)
    return Rules(promise, json.loads(path.read_bytes()))


def _under(raw: Mapping[str, Any], words: Sequence[str]) -> Mapping[str, Any]:
    """The members under profile words: `with` adds to lists and tables, and replaces the rest, word by word."""
    found: dict[str, Any] = {name: value for name, value in raw.items() if name != "with"}
    for word in words:
        for name, more in raw.get("with", {}).get(word, {}).items():
            base = found.get(name)
            if isinstance(more, dict):
                found[name] = {**(base or {}), **more}
            else:
                found[name] = [*(base or []), *more] if isinstance(more, list) else more
    return found
