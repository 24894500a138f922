"""What a search found: a case for each law, kept in a file that is replayed first and may be committed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mockserver.kit.cases.model import Case, case_of, cases_of

GENERATED = "mockserver check --search"


@dataclass(frozen=True)
class Finding:
    """The smallest scenario that was found to break a law."""

    law: str
    case: Case
    observed: str = ""


def named(law: str, provider: str, raw: Mapping[str, Any]) -> Case:
    """Return a drawn case under a name of its own: the law, and a digest of the scenario."""
    text = json.dumps(raw["scenario"], sort_keys=True)
    mark = blake2b(text.encode(), digest_size=4).hexdigest()
    return case_of({**raw, "id": f"found-{law.lower()}-x{mark}", "laws": [law], "providers": [provider]})


def known(path: Path) -> Sequence[Case]:
    """Return the cases of the file of an earlier search; none where there is no such file. Raises CaseBroken."""
    return cases_of(path.read_bytes(), str(path)) if path.is_file() else []


def kept(path: Path, before: Sequence[Case], findings: Sequence[Finding]) -> int:
    """Write findings beside those of before, and return how many are new."""
    ids = {one.id for one in before}
    new = [one.case for one in findings if one.case.id not in ids]
    if new:
        cases = [dict(one.raw) for one in (*before, *new)]
        path.write_text(json.dumps({"generated": GENERATED, "cases": cases}, indent=1) + "\n", "utf-8")
    return len(new)
