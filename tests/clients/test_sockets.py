"""What only sockets show: connections."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.clients.test_check import ROOT, check, results

PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.clients.reference import __main__ as reference

class Fresh(reference.Sockets):
    def send(self, *given):
        try:
            return super().send(*given)
        finally:
            while self._open:
                self._open.popitem()[1].close()

reference.Sockets = Fresh
reference.main()
"""


def test_a_connection_for_each_call_breaks_one_law_alone(tmp_path: Path) -> None:
    """HYG-01, which only informs."""
    script, report = tmp_path / "client.py", tmp_path / "report.json"
    script.write_text(PROGRAM)
    assert check("--cmd", f"{sys.executable} {script}", "--case", "polls-many", "--json", str(report)) == 0
    broken = [(row["law"], row["verdict"]) for row in results(report) if row["observed"]]
    assert broken == [("HYG-01", "info")]
