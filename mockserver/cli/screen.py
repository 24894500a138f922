"""The start screen: what a person needs for the first call, on one screen of 80 columns and 24 lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.provider.table import Provider

Paint = Callable[[str, str], str]

ANY_KEY = "any-key"
"""The key in the samples."""

_STYLES = {"strong": "1", "name": "1;36", "quiet": "2", "warning": "33"}


def plain(text: str, _style: str) -> str:
    """Return the text without colours."""
    return text


def painted(text: str, style: str) -> str:
    """Return the text in a style of `_STYLES`, for a terminal."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


@dataclass(frozen=True, slots=True)
class Shown:
    """The contents of the screen.

    `warnings` are lines of their own, such as who can reach the server; `sandboxes` are those of the TOML file, as in
    the ready file; `more` are lines after everything else.
    """

    version: str
    url: str
    seed: int
    seed_is_drawn: bool
    timing: str
    providers: Sequence[Provider]
    cache: str
    asks_for_keys: bool = False
    warnings: tuple[str, ...] = ()
    sandboxes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    more: tuple[str, ...] = ()


def screen(shown: Shown, paint: Paint = plain) -> list[str]:
    """Return the lines of the screen."""
    seed = f"seed {shown.seed}" + (f" (drawn; --seed {shown.seed} repeats the run)" if shown.seed_is_drawn else "")
    lines = [
        paint(f"mockserver {shown.version} is ready at {shown.url}", "strong"),
        f"timing {shown.timing}, {seed}",
        *(paint(line, "warning") for line in shown.warnings),
        "",
    ]
    for one in shown.providers:
        lines.append(f"{paint(one.title, 'name')}  {shown.url}{one.base_path}")
        lines.append(f"  {sample(one, shown.url, asks_for_keys=shown.asks_for_keys)}")
    if shown.asks_for_keys:
        lines.append("Put one of your keys for YOUR-KEY.")
    for name, box in shown.sandboxes.items():
        files = [f"files at {box['files_url']}"] if box["files_url"] else []
        lines.append("  ".join([paint(f"sandbox {name}", "name"), box["sandbox"], *box["listeners"], *files]))
    lines += [
        "",
        f"Clips are cached in {shown.cache}",
        *shown.more,
        paint("Ctrl-C stops. `mockserver providers` says what each stands for.", "quiet"),
    ]
    return lines


def sample(provider: Provider, url: str, *, asks_for_keys: bool = False) -> str:
    """Return a provider's curl command for this address; with https it accepts any certificate."""
    line = provider.sample.format(base=url)
    if url.startswith("https:"):
        line = line.replace("curl ", "curl -k ", 1)
    return line.replace(ANY_KEY, "YOUR-KEY") if asks_for_keys else line
