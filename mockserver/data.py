"""The place of the contracts, which are data for every language."""

from __future__ import annotations

from pathlib import Path


def contracts() -> Path:
    """Return the folder of the contracts: in the installed package, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "contracts"
    return installed if installed.is_dir() else package.parent / "contracts"
