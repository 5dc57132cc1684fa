"""The `leadtrace` command: one file for each subcommand, gathered here; services add their own."""

import typer

from leadtrace.cli import definitions, identity, keys, models, quarantine, rates, topics, webhooks
from leadtrace.cli.config import config
from leadtrace.cli.correct import correct
from leadtrace.cli.demo import demo
from leadtrace.cli.doctor import doctor
from leadtrace.cli.erase import erase
from leadtrace.cli.migrate import migrate
from leadtrace.cli.plugins import add_plugins
from leadtrace.cli.rebuild import rebuild
from leadtrace.cli.reconcile import reconcile
from leadtrace.cli.replay import replay
from leadtrace.cli.republish import republish
from leadtrace.cli.retention import retention
from leadtrace.cli.status import status
from leadtrace.cli.up import up

app = typer.Typer(
    name="leadtrace",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    # A traceback with local variables would print secrets.
    pretty_exceptions_enable=False,
    help="Tracks sales leads end to end: webhooks in, a true funnel out. Begin with `leadtrace up`.",
)

_RUN = "Run"
_LOOK = "Look"
_MEND = "Mend"

app.command(rich_help_panel=_RUN)(up)
app.command(rich_help_panel=_RUN)(demo)
app.command(rich_help_panel=_RUN)(migrate)
app.add_typer(topics.app, name="topics", rich_help_panel=_RUN)
app.add_typer(keys.app, name="keys", rich_help_panel=_RUN)
app.command(rich_help_panel=_LOOK)(status)
app.command(rich_help_panel=_LOOK)(doctor)
app.command(rich_help_panel=_LOOK)(config)
app.command(rich_help_panel=_LOOK)(retention)
app.add_typer(definitions.app, name="definitions", rich_help_panel=_LOOK)
app.add_typer(models.app, name="models", rich_help_panel=_LOOK)
app.add_typer(rates.app, name="rates", rich_help_panel=_LOOK)
app.command(rich_help_panel=_MEND)(reconcile)
app.command(rich_help_panel=_MEND)(republish)
app.command(rich_help_panel=_MEND)(rebuild)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=_MEND)
app.command(rich_help_panel=_MEND)(replay)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=_MEND)
app.add_typer(identity.app, name="identity", rich_help_panel=_MEND)
app.command(rich_help_panel=_MEND)(correct)
app.command(rich_help_panel=_MEND)(erase)
add_plugins(app)

if __name__ == "__main__":
    app()
