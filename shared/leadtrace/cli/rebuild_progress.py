"""Begins a rebuild over the admin routes, or follows one that is running, and shows what it came to."""

from dataclasses import dataclass
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leadtrace.cli.admin_call import AdminCall, AdminProblemError, calling
from leadtrace.cli.console import console, errors
from leadtrace.cli.look_again import look_again
from leadtrace.cli.tables import numbers, plain_table
from leadtrace.runtime.settings import Settings

# Enough to see that two are the same, in a table that fits a terminal.
_HASH_SHOWN = 12
_PATH = "/rebuild"
_RUNNING = "running"
_GOOD = ("done", "compared")


@dataclass(frozen=True, slots=True)
class Told:
    """What a process says of its rebuild."""

    process: str
    told: dict[str, Any]

    @property
    def good(self) -> bool:
        """Whether it came to its end."""
        return self.told["state"] in _GOOD


async def follow_rebuild(settings: Settings, process: str, *, check: bool) -> Told:
    """Begin a rebuild, or follow the one that is running, until it ends."""
    columns = (
        TextColumn("{task.fields[process]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console) as progress:
        async with calling(settings, process) as call:
            told = await _begun(call, check=check)
            task = progress.add_task("", total=told["total"], process=process)
            while told["state"] == _RUNNING:
                done = min(told["done"], told["total"])
                progress.update(task, description=told["step"], total=told["total"], completed=done)
                told = await look_again(call, _PATH)
            if told["state"] in _GOOD:
                progress.update(task, description=told["state"], total=told["done"], completed=told["done"])
    return Told(process, told)


async def cancel_rebuild(settings: Settings, process: str) -> bool:
    """End the rebuild that is running; whether there was one."""
    async with calling(settings, process) as call:
        return bool((await call.delete(_PATH))["cancelled"])


async def _begun(call: AdminCall, *, check: bool) -> dict[str, Any]:
    try:
        running = await call.get(_PATH)
    except AdminProblemError:
        running = {"state": None}
    if running["state"] != _RUNNING:
        return await call.post(_PATH, {"check": check})
    began = f"{running['started_at'][:19]} by {running['started_by']}"
    console.print(f"{call.process}: following the rebuild that was begun at {began}")
    return running


def show_rebuild(told: Told) -> None:
    """Print a row for each table, the rows that differ, and what became of it."""
    report = told.told
    if report["tables"]:
        table = plain_table(
            "rebuilt", "table", numbers("rows"), "hash before", "hash after", numbers("differing")
        )
        for row in report["tables"]:
            table.add_row(
                told.process,
                row["table"],
                f"{row['rows']:,}",
                row["live_hash"][:_HASH_SHOWN],
                row["rebuilt_hash"][:_HASH_SHOWN],
                f"{row['differing']:,}",
            )
        console.print(table)
    for row in report["tables"]:
        if row["differing"]:
            named = ", ".join(row["rows_differing"])
            console.print(f"{row['table']} that differ: {named}", highlight=False)
    if report["lapsed"]:
        console.print(
            f"{report['lapsed']:,} events that came before {report['lapsed_before']} are kept no longer:"
            " what was folded of them was taken over",
            highlight=False,
        )
    if report["undecodable"]:
        console.print(f"{report['undecodable']:,} records could not be read, and are in no row; see replay")
    _show_end(told)


def _show_end(told: Told) -> None:
    report, process = told.told, told.process
    match report["state"]:
        case "done":
            console.print(f"{process}: the rebuilt rows are live; {report['published']:,} are published anew")
        case "compared":
            console.print(f"{process}: compared only; the live rows stayed")
        case state:
            errors.print(f"[red]{process}:[/] {state}. {report['error'] or ''}", highlight=False)
