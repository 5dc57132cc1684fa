"""Where the `leadtrace` command finds ingest's commands."""

import typer

from leadtrace_ingest.commands import mapping

_LOOK = "Look"


def add_to(app: typer.Typer) -> None:
    """Add ingest's commands to the `leadtrace` command."""
    app.add_typer(mapping.app, name="mapping", rich_help_panel=_LOOK)
