"""Runs the webhooks worker: `leadtrace-webhooks`."""

from pathlib import Path
from typing import Annotated

import typer

from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.entry import run_service
from leadtrace_attribution.delivery.process import WebhooksProcess

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tells other systems by signed webhooks what happened to leads.",
)


@app.command()
def main(
    config: Annotated[Path | None, typer.Option(help="Path of leadtrace.toml.")] = None,
) -> None:
    """Deliver webhooks to the subscriptions; serve health, metrics and admin routes until SIGTERM."""
    run_service("webhooks", config, lambda settings: WebhooksProcess(settings, SystemClock()).run())


if __name__ == "__main__":
    app()
