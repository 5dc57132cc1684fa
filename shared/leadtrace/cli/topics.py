"""`leadtrace topics`: list the topics, create what is missing."""

from pathlib import Path

import typer

from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.cli.wiring import make_admin
from leadtrace.embedded.topics import create_topics, topic_specs
from leadtrace.events.topics import Topic, catalogue
from leadtrace.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List the topics of the catalogue, create what is missing.")


@app.command("list")
def list_topics(config: ConfigOption = None) -> None:
    """Show every topic: whether it is there, its partitions, who writes it and what it holds.

    For instance:

    ```
    leadtrace topics list
    ```
    """
    settings = _settings(config)
    there = run(_list(settings))
    table = plain_table(names("topic"), numbers("partitions"), "written by", "holds")
    for spec in topic_specs(settings.kafka, settings.broker_kind):
        partitions = str(there[spec.name]) if spec.name in there else "[red]missing[/]"
        info = catalogue().get(Topic(spec.name)) if spec.name in set(Topic) else None
        holds = info.holds if info else "copies of records that readers could not decode"
        table.add_row(spec.name, partitions, info.writer if info else "its readers", holds)
    console.print(table)


@app.command("create")
def create(config: ConfigOption = None) -> None:
    """Create the missing topics with kafka.partitions and kafka.replication; others stay as they are.

    `leadtrace up` does this by itself for the embedded broker.

    For instance:

    ```
    LEADTRACE_KAFKA__BOOTSTRAP_SERVERS=kafka:9092 LEADTRACE_KAFKA__REPLICATION=3 leadtrace topics create
    ```
    """
    created = run(create_topics(_settings(config), make_admin))
    console.print("\n".join(f"created {name}" for name in created) or "nothing is missing")


def _settings(config: Path | None) -> Settings:
    with explained():
        settings = known_settings(config)
        # Asked for here, so that a missing address is said before anything connects.
        _ = settings.kafka_bootstrap_servers
    return settings


async def _list(settings: Settings) -> dict[str, int]:
    admin = await make_admin(settings)
    try:
        return await admin.list_topics()
    finally:
        await admin.close()
