"""Runs the scoring service: `leadtrace-scoring`."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.entry import run_service
from leadtrace_scoring.settings import scoring_settings
from leadtrace_scoring.wiring import wire

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, help="Scores leads from their events."
)


@app.command()
def main(
    config: Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")] = None,
) -> None:
    """Read lead-events, write lead-scores; serve /livez, /readyz and /metrics until SIGTERM."""
    run_service("scoring", config, lambda settings: wire(scoring_settings(settings)).run())


if __name__ == "__main__":
    app()
