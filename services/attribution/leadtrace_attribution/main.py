"""Runs the attribution service: `leadtrace-attribution`."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.logging import configure_logging
from leadtrace.runtime.server import run
from leadtrace_attribution.settings import load
from leadtrace_attribution.wiring import wire

app = typer.Typer(add_completion=False, help="Derives outcomes of leads and deals from their events.")


@app.command()
def main(
    config: Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")] = None,
) -> None:
    """Read lead-events, deal-events and lead-scores, write lead-outcomes and deal-outcomes.

    Serves /livez, /readyz and /metrics until SIGTERM.
    """
    settings = load(config)
    logging = settings.common.logging
    configure_logging("attribution", level=logging.level, style=logging.format)
    run(wire(settings).run())


if __name__ == "__main__":
    app()
