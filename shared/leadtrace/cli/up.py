"""`leadtrace up`: start everything, keep it running, stop it in order."""

from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import run_installation
from leadtrace.cli.tables import names, numbers, plain_table, words
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.supervisor import Running
from leadtrace.runtime.logging import configure_logging, mask_url
from leadtrace.runtime.rates import configured_rates
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.shutdown import StopSignal

WHAT_IT_DOES = {
    "door": "takes webhooks: /v1/webhooks/…",
    "relay": "maps them and publishes events",
    "scoring": "scores leads",
    "attribution": "outcomes, stages, revenue",
    "webhooks": "tells others, signed",
    "projector": "builds the read models",
    "api": "answers: /v1/funnel, /v1/leads, /docs",
}


def up(config: ConfigOption = None) -> None:
    """Start PostgreSQL, the broker and the four services, and keep them running until Ctrl-C.

    With kafka.bootstrap_servers and postgres.url set, only the services are started.

    For instance:

    ```
    leadtrace up
    LEADTRACE_SENDERS__HUBSPOT__SECRETS='["client secret"]' leadtrace up
    LEADTRACE_EMBEDDED__DATA_DIR=/srv/leadtrace leadtrace up
    ```
    """
    with explained():
        settings = load_settings(config)
        # Read here as well, so that a mistake in it is said once, before anything starts.
        configured_rates(settings)
    configure_logging("up", level=settings.logging.level, style=settings.logging.format)
    run(_up(settings))


async def _up(settings: Settings) -> None:
    stop = StopSignal()
    console.print(f"starting leadtrace ({settings.profile.value}); data in {settings.embedded.data_dir}")
    await run_installation(settings, stop, show)
    console.print("stopped")


def show(running: Running) -> None:
    """Print where everything is."""
    folder = DataFolder(running.settings.embedded.data_dir)
    table = plain_table(
        names("process"), names("address"), numbers("pid"), words("what it does"), title="leadtrace is ready"
    )
    for service in running.services:
        pid = str(running.pids.get(service.name) or "")
        table.add_row(service.name, service.url, pid, WHAT_IT_DOES.get(service.name, ""))
    console.print(table)
    # Outside the table, whole: these are for copying.
    console.print(f"PostgreSQL: {mask_url(running.settings.postgres_url)}", highlight=False, soft_wrap=True)
    console.print(f"broker: {running.settings.kafka_bootstrap_servers}", highlight=False, soft_wrap=True)
    if running.settings.keys.bootstrap is None:
        console.print(f"admin key: {folder.path / 'bootstrap-key'}   logs: {folder.logs}")
    if not running.settings.senders:
        console.print("[yellow]no sender is configured yet: see \\[senders.hubspot] in leadtrace.toml[/]")
    console.print("Ctrl-C drains and stops everything")
