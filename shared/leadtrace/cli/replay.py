"""`leadtrace replay`: do stored deliveries again, or hand dead letters to their reader again."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leadtrace.cli.admin_call import AdminCall, calling
from leadtrace.cli.console import BAD_CONFIGURATION, ConfigOption, console, errors, explained, run
from leadtrace.cli.dead_letters import Letters, drop_letters, replay_letters
from leadtrace.cli.installation import known_settings
from leadtrace.cli.moments import moment_of
from leadtrace.cli.remap import differences, show_differences
from leadtrace.cli.tables import numbers, plain_table
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import Settings

# Live traffic queues behind what is done again, so that only so much of it waits at a time.
_PAGE = 500
_MOST_WAITING = 1_000
_LOOK_AGAIN_S = 0.2


class Origin(StrEnum):
    """What is replayed."""

    INTAKE = "intake"
    DEAD_LETTERS = "dlq"


def replay(
    *,
    origin: Annotated[Origin, typer.Option("--from", help="Stored deliveries, or dead letters.")],
    since: Annotated[
        str | None,
        typer.Option(help="intake: received since 2h, 3d, a day or a moment (UTC).", show_default=False),
    ] = None,
    until: Annotated[str | None, typer.Option(help="intake: received before.", show_default=False)] = None,
    sender: Annotated[str | None, typer.Option(help="intake: of this sender.", show_default=False)] = None,
    topic: Annotated[str | None, typer.Option(help="dlq: of this topic.", show_default=False)] = None,
    service: Annotated[
        str | None, typer.Option(help="dlq: scoring, attribution or projector.", show_default=False)
    ] = None,
    remap: Annotated[
        bool,
        typer.Option("--remap", help="intake: correct events that the mapping would now make otherwise."),
    ] = False,
    drop: Annotated[bool, typer.Option("--drop", help="dlq: drop the letters instead.")] = False,
    why: Annotated[str, typer.Option(help="dlq: the reason to drop them.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the effect, change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = None,
) -> None:
    """Do stored deliveries again by the mapping now in force, or read dead letters again after a fix.

    With `--remap`, each event that would now come out otherwise is corrected by an `event.corrected`, and
    told as it is; nothing is told of those that are equal. Look first with `--dry-run`.

    Safe to run twice: events keep their ids and numbers, items their claims, and discarded items stay
    discarded.

    For instance:

    ```
    leadtrace replay --from intake --since 2d --sender hubspot --dry-run
    leadtrace replay --from intake --since 2026-11-01 --remap --dry-run
    leadtrace replay --from dlq --topic lead-events
    leadtrace replay --from dlq --service scoring --drop --why "a test producer"
    ```
    """
    with explained():
        settings = known_settings(config)
    if remap and origin is Origin.DEAD_LETTERS:
        errors.print("--remap maps stored deliveries again: use it with --from intake")
        raise typer.Exit(BAD_CONFIGURATION)
    if origin is Origin.DEAD_LETTERS:
        letters = Letters(topic, service)
        if drop:
            drop_letters(settings, letters, why, dry_run=dry_run, yes=yes)
        else:
            replay_letters(settings, letters, dry_run=dry_run, yes=yes)
        return
    if since is None:
        errors.print("say from when on: --since 2d, or --since 2026-11-26")
        raise typer.Exit(BAD_CONFIGURATION)
    now = SystemClock().now()
    span = {"since": moment_of(since, now), "until": moment_of(until, now), "sender": sender}
    deliveries = _show_effect(run(_effect(settings, span)))
    if remap and deliveries:
        show_differences(run(differences(settings, span)))
    if dry_run or not deliveries:
        return
    if not yes:
        typer.confirm(f"Do {deliveries:,} deliveries again?", abort=True)
    marked = run(_replay(settings, {**span, "remap": remap}, deliveries))
    console.print(f"{marked:,} deliveries were done again")


def _show_effect(told: dict[str, Any]) -> int:
    table = plain_table("sender", "came to", numbers("items"), "will be")
    for row in told["effect"]:
        kept = row["outcome"] == "discarded"
        left = kept or row["sender"] in told["unconfigured_senders"]
        table.add_row(
            row["sender"], row["outcome"], f"{row['items']:,}", "left alone" if left else "done again"
        )
    if told["effect"]:
        console.print(table)
    deliveries = int(told["deliveries"])
    console.print(f"{deliveries:,} deliveries; discarded items and senders without configuration stay")
    return deliveries


async def _effect(settings: Settings, span: dict[str, str | None]) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.get("/replay", span)


async def _replay(settings: Settings, order: dict[str, object], deliveries: int) -> int:
    columns = (TextColumn("replay"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("replay", total=deliveries)
        async with calling(settings) as door:
            marked, after = 0, ""
            while True:
                page = await door.post("/replay", {**order, "after": after or None, "limit": _PAGE})
                marked, after = marked + int(page["deliveries"]), page["next"] or ""
                last = not after
                left = await _until_below(door, 0 if last else _MOST_WAITING, page["waiting"])
                progress.update(task, completed=max(0, marked - left))
                if last:
                    progress.update(task, total=marked, completed=marked)
                    return marked


async def _until_below(door: AdminCall, most: int, waiting: int) -> int:
    """Wait until the relays have left no more than `most` deliveries to be done again."""
    while waiting > most:
        await asyncio.sleep(_LOOK_AGAIN_S)
        waiting = (await door.get("/replay/waiting"))["waiting"]
    return waiting
