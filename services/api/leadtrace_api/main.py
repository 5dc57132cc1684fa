"""Runs the api: `leadtrace-api serve` answers questions, `leadtrace-api project` keeps the read models."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.logging import configure_logging
from leadtrace.runtime.server import run
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace_api.wiring import serve_api, wire_projector

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Answers questions about leads.")
ConfigOption = Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")]


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Answer /v1/… and serve /livez, /readyz and /metrics until SIGTERM."""
    run(serve_api(_settings("api", config)))


@app.command()
def project(config: ConfigOption = None) -> None:
    """Read snapshots into read models and rollups; serve /livez, /readyz and /metrics until SIGTERM."""
    run(wire_projector(_settings("projector", config)).run())


def _settings(process: str, config: Path | None) -> Settings:
    settings = load_settings(config)
    configure_logging(process, level=settings.logging.level, style=settings.logging.format)
    return settings


if __name__ == "__main__":
    app()
