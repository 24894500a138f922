"""The options of `mockserver serve`. Each is an environment variable too: --port is MOCKSERVER_PORT."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mockserver.cli import keyfile, profiles, quotas, values
from mockserver.domain.builtin_scenarios import SUCCESS
from mockserver.engine.pace import LONGEST_HOLD
from mockserver.timings import TIMINGS

if TYPE_CHECKING:
    from mockserver.cli.config import Config

PREFIX: Final = "MOCKSERVER_"


class Option(click.Option):
    """An option that is also a variable of the environment in `ctx.obj`, which never is this process's own."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the variable's text; an empty one counts as none."""
        environ: Mapping[str, str] = ctx.find_root().obj
        return environ.get(self.variable) or None

    @property
    def variable(self) -> str:
        """The name of the variable."""
        return PREFIX + (self.name or "").upper()

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return where the value came from: the variable, the option, or the line of the file."""
        name = self.name or ""
        source = ctx.get_parameter_source(name) if ctx is not None else None
        if ctx is not None and source is click.core.ParameterSource.DEFAULT_MAP:
            return f"--config: {ctx.params['config'].places[name]}"
        return self.variable if source is click.core.ParameterSource.ENVIRONMENT else self.opts[0]


class OwnOption(Option):
    """An option of one command alone, which stands in no TOML file."""


def option(name: str, metavar: str, says: str, read: Callable[[Any], Any] = str, **more: Any) -> Callable[..., Any]:
    """Return a row of the table. `read` reads the text of the value; its ValueError says what is wrong with it."""

    def callback(ctx: click.Context, param: click.Parameter, value: str | Sequence[str] | None) -> Any:
        if value is None:
            return None
        try:
            return read(value)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from None

    more = {"cls": Option, "show_default": "default" in more, **more}
    return click.option(name, type=str, metavar=metavar, help=says, callback=callback, **more)


_choice = partial("|".join)


def _from_file(ctx: click.Context, _param: click.Parameter, value: str | None) -> Config | None:
    """Make the options of a TOML file the defaults."""
    if value is None:
        return None
    from mockserver.cli.config import read

    known = {
        one.name.replace("_", "-")
        for one in ctx.command.params
        if type(one) is Option and one.name not in (None, "config")
    }
    try:
        found = read(Path(value), known)
    except ValueError as error:
        raise click.UsageError(f"--config: {error}") from None
    ctx.default_map = {**found.options}
    for one in ctx.command.params:
        given = found.options.get(one.name or "")
        if given is not None and isinstance(given, list) is not one.multiple:
            if not one.multiple:
                raise click.UsageError(f"--config: {found.places[one.name or '']}: expected one value, got a list")
            ctx.default_map[one.name or ""] = [given]
    return found


def _scenario(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Return the spelling of an existing scenario; the default one is known without a search for providers."""
    if value == SUCCESS.name:
        return value
    from mockserver.app import PLACES
    from mockserver.provider.discovery import discover, scenarios

    config: Config | None = ctx.params["config"]
    try:
        scenarios(discover(PLACES), () if config is None else config.scenarios).parse(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    return value


TABLE: Final = (
    click.option(
        "--config", metavar="FILE", cls=Option, callback=_from_file, is_eager=True,
        help="Options, scenarios and sandboxes from a TOML file; what stands on the command line wins.",
    ),
    option("--host", "HOST", "Where to listen; localhost means both families.", values.host, default="127.0.0.1"),
    option("--port", "PORT", "The port; 0 takes any free one.", values.whole(0, 65535), default="8000"),
    option(
        "--timing", _choice(TIMINGS), "How long jobs take: 2 to 4 s, the documented minutes, or nothing.",
        values.word(*TIMINGS), default="quick",
    ),
    option("--seed", "N", "Makes the run repeatable; drawn and shown when not given.", values.whole(0, 2**63 - 1)),
    option(
        "--profile", "PROVIDER=WORD,...", "A provider's style and switches (repeatable); see `mockserver providers`.",
        multiple=True, read=profiles.requested,
    ),
    option(
        "--keys", "FILE|A,B", "The good keys: a file (one per line, perhaps with rights) or a list. "
        "Default: every key that does not begin with `invalid`.", keyfile.keys,
    ),
    click.option(
        "--scenario", metavar="NAME", cls=Option, callback=_scenario, default=SUCCESS.name, show_default=True,
        help="What happens to every job; see `mockserver scenarios`.",
    ),
    option(
        "--limits", "off|documented", "Whether the documented rate limits refuse.",
        values.word("off", "documented"), default="off",
    ),
    option(
        "--limit", "OPERATION=CALLS/SECONDS", "A rate limit of your own, such as createVideo=2/60 at each provider, "
        "or gately.createVideo=2/60 (repeatable); see `mockserver routes`.", quotas.limits, multiple=True,
    ),
    option(
        "--tier", "PROVIDER=TIER", "The plan of the account, on which documented limits depend (repeatable).",
        quotas.tiers, multiple=True,
    ),
    option(
        "--clock", "live|frozen", "Whether the clocks of sandboxes run, or stand until they are moved over /_mock.",
        values.word("live", "frozen"), default="live",
    ),
    option("--rate", "N", "How many seconds pass on those clocks in a real one.", values.rate, default="1"),
    option(
        "--start", "INSTANT", "Where those clocks begin, such as 2026-01-31T12:00:00Z. Default: now.", values.start,
    ),
    option(
        "--hold", "SECONDS", "How long a creation that waits is held. Default: what --timing says.",
        values.seconds(LONGEST_HOLD),
    ),
    option("--max-jobs", "N", "The most jobs to keep, over all keys.", values.whole(1, 10**9), default="100000"),
    option("--public-url", "URL", "Where links lead, perhaps with the path under which a proxy offers the server. "
        "Default: the address that the client used.", values.public_url),
    option("--certfile", "FILE", "Serve https with this certificate (PEM).", Path),
    option("--keyfile", "FILE", "The certificate's key, when it is in a file of its own.", Path),
    option(
        "--cors", "ORIGIN", "A web origin that may call the providers, beside those of this machine (repeatable).",
        values.each(values.page_origin), multiple=True,
    ),
    option(
        "--allow-host", "HOST", "A host name under which the control API may be called, beside localhost (repeatable).",
        values.each(values.host), multiple=True,
    ),
    option(
        "--webhook-host", "HOST", "A host that webhooks may go to, beside this machine; `any` for all (repeatable).",
        values.each(values.host), multiple=True,
    ),
    option(
        "--webhook-secret", "SECRET", "Signs webhooks as Standard Webhooks has it: whsec_ and base64 (repeatable).",
        values.each(values.webhook_secret), multiple=True,
    ),
    option(
        "--budget", "DOLLARS", "What the jobs of each key may cost at documented prices. Default: any number.",
        values.budget,
    ),
    option(
        "--control-token", "TOKEN", "Lets other machines use the control API, with the header X-Mock-Token.",
        values.token,
    ),
    option(
        "--journal", "on|off", "Whether what is received and answered is recorded, for /_mock/.../journal.json.",
        values.word("on", "off"), default="on",
    ),
    option("--cache-dir", "FOLDER", "Where clips are kept. Default: among the user's caches.", Path),
    option("--cache-bytes", "SIZE", "The most that clips may take there.", values.size, default="1GB"),
    option("--ready-file", "FILE", "Write url and pid there as JSON when ready; removed at the end.", Path),
    option(
        "--log-format", "text|json", "How to log, on stderr.", values.word("text", "json"), default="text",
    ),
)  # fmt: skip


def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all rows of the table, in their order."""
    return reduce(lambda made, row: row(made), reversed(TABLE), command)
