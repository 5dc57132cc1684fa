"""Runs the api: `leadtrace-api serve` answers questions, `leadtrace-api project` keeps the read models."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.entry import run_service
from leadtrace_api.wiring import serve_api, wire_projector

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers questions about leads.",
)
ConfigOption = Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")]


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Answer /v1/… and serve /livez, /readyz and /metrics until SIGTERM."""
    run_service("api", config, serve_api)


@app.command()
def project(config: ConfigOption = None) -> None:
    """Read snapshots into read models and rollups; serve /livez, /readyz and /metrics until SIGTERM."""
    run_service("projector", config, lambda settings: wire_projector(settings).run())


if __name__ == "__main__":
    app()
