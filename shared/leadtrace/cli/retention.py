"""`leadtrace retention`: what is kept by month and for how long, what waits, and what is gone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.filesize import decimal

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.runtime.settings import Settings


def retention(config: ConfigOption = None) -> None:
    """Show which months of deliveries and events are kept, and what a rebuild can no longer reach.

    How long is set by `retention.intake_months` and `retention.events_months`. What lapses goes by itself,
    a month at a time, unless something of it waits: an item in quarantine, an event that was not read.

    For instance:

    ```
    leadtrace retention
    LEADTRACE_RETENTION__INTAKE_MONTHS=13 leadtrace up
    ```
    """
    with explained():
        settings = known_settings(config)
    for table in run(_asked(settings))["tables"]:
        _show(table)


async def _asked(settings: Settings) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.get("/retention")


def _show(told: Mapping[str, Any]) -> None:
    kept, months = told["kept"], told["months"]
    how_long = "for good" if months is None else f"for {months} month{'s' if months > 1 else ''} after theirs"
    title = f"{kept}, kept {how_long}"
    table = plain_table(names("received"), numbers("about rows"), numbers("size"), "waits for", title=title)
    for one in told["partitions"]:
        rows = "not counted yet" if one["rows"] is None else f"{one['rows']:,}"
        table.add_row(_span(one), rows, decimal(one["bytes"]), ", ".join(one.get("waits", ())))
    console.print(table)
    gone = told["gone"]
    if gone["rows"]:
        console.print(
            f"no longer kept: {gone['rows']:,} {kept} received before {_day(gone['received_before'])}",
            highlight=False,
        )
    if gone["entities"]:
        console.print(
            f"a rebuild can no longer reach them: {gone['entities']:,} leads, deals and accounts keep what "
            "was folded of them",
            highlight=False,
        )


def _span(one: Mapping[str, Any]) -> str:
    since, until = one["received_from"], one["received_before"]
    if until is None:
        return "at other times"
    return f"before {_day(until)}" if since is None else f"in {since[:7]}"


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment).date().isoformat()
