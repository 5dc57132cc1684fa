"""Runs ingest's two processes: `leadtrace-ingest door` and `leadtrace-ingest relay`."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.entry import Main, run_service
from leadtrace_ingest.senders.mapping.file import MappingError
from leadtrace_ingest.wiring import make_door, make_relay

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Takes webhooks durably and turns them into canonical events.",
)

Config = Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")]


@app.command()
def door(config: Config = None) -> None:
    """Take webhooks into the intake log; serve health, metrics and admin routes until SIGTERM."""
    _run("ingest-door", config, lambda settings: make_door(settings).run())


@app.command()
def relay(config: Config = None) -> None:
    """Publish what the intake log holds as canonical events; serve health and metrics until SIGTERM."""
    _run("ingest-relay", config, lambda settings: make_relay(settings).run())


def _run(service: str, config: Path | None, main: Main) -> None:
    run_service(service, config, main, mistakes=(MappingError,))


if __name__ == "__main__":
    app()
