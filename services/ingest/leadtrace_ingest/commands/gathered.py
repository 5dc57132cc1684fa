"""Where the `leadtrace` command finds ingest's commands."""

import typer

from leadtrace_ingest.commands import mapping
from leadtrace_ingest.commands.import_file import import_file

_RUN = "Run"
_LOOK = "Look"


def add_to(app: typer.Typer) -> None:
    """Add ingest's commands to the `leadtrace` command."""
    app.command(name="import", rich_help_panel=_RUN)(import_file)
    app.add_typer(mapping.app, name="mapping", rich_help_panel=_LOOK)
