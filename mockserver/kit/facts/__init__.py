"""The facts about a provider, and how a target is checked for them."""

from __future__ import annotations

from mockserver.kit.facts.model import Fact, FactsBroken, checks, load, load_all, load_defaults, parse
from mockserver.kit.facts.runner import FactBroken, run

__all__ = ["Fact", "FactBroken", "FactsBroken", "checks", "load", "load_all", "load_defaults", "parse", "run"]
