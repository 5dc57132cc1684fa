"""Runs the attribution service: `leadtrace-attribution`."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.entry import run_service
from leadtrace_attribution.settings import attribution_settings
from leadtrace_attribution.wiring import wire

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Derives outcomes of leads and deals from their events.",
)


@app.command()
def main(
    config: Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")] = None,
) -> None:
    """Read lead-events, deal-events and lead-scores, write lead-outcomes and deal-outcomes.

    Serves /livez, /readyz and /metrics until SIGTERM.
    """
    run_service("attribution", config, lambda settings: wire(attribution_settings(settings)).run())


if __name__ == "__main__":
    app()
