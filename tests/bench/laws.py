"""Judging 1,000 exchanges by all laws: the seconds of the processor that it takes, best of twenty.

python tests/bench/laws.py      (make bench runs it too)
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from mockserver.kit.laws.examples import example  # noqa: E402
from mockserver.kit.laws.judging import judge  # noqa: E402
from mockserver.kit.laws.run import Run  # noqa: E402
from mockserver.kit.laws.table import LAWS  # noqa: E402

EXCHANGES = 1000
TIMES = 20


def run_of(exchanges: int) -> Run:
    """A run of jobs of 20 calls each, some of them refused or failed."""
    lines, at = [], 0.0
    for job in range(1, exchanges // 20 + 1):
        lines.append(f'{at + 1} create job={job} body=\'{{"prompt":"{job}"}}\' -> 200 queued .eta=5')
        for poll in range(17):
            answer = {5: "429 +retry-after=1", 9: "500"}.get(poll, f"200 running .progress={poll}")
            lines.append(f"{at + 2.5 + 1.5 * poll} poll job={job} -> {answer}")
        lines += [f"{at + 28} poll job={job} -> 200 done", f"{at + 29} file job={job} -> 200"]
        at += 30
    return example("\n".join(lines))


def measure() -> float:
    """The seconds of the processor for judging once; the run is indexed again each time."""
    run, best = run_of(EXCHANGES), float("inf")
    for _ in range(TIMES):
        fresh = replace(run)
        start = process_time()
        judge(fresh)
        best = min(best, process_time() - start)
    return best


def main() -> None:
    """Measure, and print a line or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true")
    told = {"laws": len(LAWS), "exchanges": EXCHANGES, "seconds": round(measure(), 4)}
    if parser.parse_args().json:
        print(json.dumps(told))
    else:
        print(f"{told['laws']} laws over {told['exchanges']} exchanges: {1000 * float(told['seconds']):.1f} ms")


if __name__ == "__main__":
    main()
