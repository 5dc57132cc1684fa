"""Runs ingest's two processes: `leadtrace-ingest door` and `leadtrace-ingest relay`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Protocol

import typer

from leadtrace.runtime.logging import configure_logging
from leadtrace.runtime.server import run
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace_ingest.senders.hubspot.mapping_file import MappingError
from leadtrace_ingest.wiring import make_door, make_relay

app = typer.Typer(no_args_is_help=True, help="Takes webhooks durably and turns them into canonical events.")

Config = Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")]


class Process(Protocol):
    """What runs until SIGTERM."""

    async def run(self) -> None:
        """Serve, then drain."""


@app.command()
def door(config: Config = None) -> None:
    """Take webhooks into the intake log; serve health, metrics and admin routes until SIGTERM."""
    _run("ingest-door", make_door, config)


@app.command()
def relay(config: Config = None) -> None:
    """Publish what the intake log holds as canonical events; serve health and metrics until SIGTERM."""
    _run("ingest-relay", make_relay, config)


def _run(service: str, make: Callable[[Settings], Process], config: Path | None) -> None:
    try:
        settings = load_settings(config)
        configure_logging(service, level=settings.logging.level, style=settings.logging.format)
        process = make(settings)
    except (SettingsError, MappingError) as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    run(process.run())


if __name__ == "__main__":
    app()
