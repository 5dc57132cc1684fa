"""Runs the scoring service: `leadtrace-scoring`."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.logging import configure_logging
from leadtrace.runtime.server import run
from leadtrace_scoring.settings import load
from leadtrace_scoring.wiring import wire

app = typer.Typer(add_completion=False, help="Scores leads from their events.")


@app.command()
def main(
    config: Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")] = None,
) -> None:
    """Read lead-events, write lead-scores; serve /livez, /readyz and /metrics until SIGTERM."""
    settings = load(config)
    logging = settings.common.logging
    configure_logging("scoring", level=logging.level, style=logging.format)
    run(wire(settings).run())


if __name__ == "__main__":
    app()
