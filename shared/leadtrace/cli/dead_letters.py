"""The dead letters of all reading services, seen from the command line: one row a service and topic."""

from dataclasses import dataclass
from typing import Any

import typer

from leadtrace.cli.admin_call import AdminProblemError, calling
from leadtrace.cli.console import BAD_CONFIGURATION, console, errors, run
from leadtrace.cli.tables import numbers, plain_table
from leadtrace.runtime.settings import Settings

# The processes that read topics; each keeps its own letters.
READERS = ("scoring", "attribution", "projector")
_PATH = "/dead-letters"


@dataclass(frozen=True, slots=True)
class Letters:
    """Which letters are meant: of a topic, of a service, of both."""

    topic: str | None
    service: str | None

    def readers(self) -> tuple[str, ...]:
        """The processes to ask.

        Raises:
            AdminProblemError: there is no such process.
        """
        if self.service is None:
            return READERS
        if self.service not in READERS:
            raise AdminProblemError(f"{self.service} reads no topics; name one of {', '.join(READERS)}")
        return (self.service,)


def replay_letters(settings: Settings, letters: Letters, *, dry_run: bool, yes: bool) -> None:
    """Show what waits and what can be read now, ask, and have it read."""
    if not _show_waiting(run(_waiting(settings, letters))):
        return
    tried = run(_post(settings, letters, "replay", {"dry_run": True}))
    can = sum(one["read"] for one in tried.values())
    console.print(f"{can:,} of {sum(one['letters'] for one in tried.values()):,} can be read now")
    if dry_run or not can:
        return
    if not yes:
        typer.confirm("Hand them to their readers?", abort=True)
    done = run(_post(settings, letters, "replay", {}))
    read, dead = (sum(one[key] for one in done.values()) for key in ("read", "still_dead"))
    console.print(f"{read:,} were read, {dead:,} are still dead")


def drop_letters(settings: Settings, letters: Letters, why: str, *, dry_run: bool, yes: bool) -> None:
    """Show what waits, ask, and settle it unread."""
    if not why.strip():
        errors.print("say why they are dropped: --why …")
        raise typer.Exit(BAD_CONFIGURATION)
    if not _show_waiting(run(_waiting(settings, letters))) or dry_run:
        return
    if not yes:
        typer.confirm("Drop them for good?", abort=True)
    done = run(_post(settings, letters, "drop", {"why": why}))
    console.print(f"{sum(one['dropped'] for one in done.values()):,} were dropped")


def _show_waiting(waiting: dict[str, Any]) -> bool:
    table = plain_table("service", "topic", "reason", numbers("letters"), "oldest")
    rows = [(service, row) for service, told in waiting.items() for row in told["counts"]]
    for service, row in rows:
        oldest = row["oldest_dead_at"][:19]
        table.add_row(service, row["topic"], row["reason"], f"{row['letters']:,}", oldest)
    console.print(table if rows else "no dead letter waits")
    return bool(rows)


async def _waiting(settings: Settings, letters: Letters) -> dict[str, Any]:
    told = {}
    for reader in letters.readers():
        async with calling(settings, reader) as process:
            told[reader] = await process.get(_PATH, {"topic": letters.topic, "limit": 1})
    return told


async def _post(settings: Settings, letters: Letters, action: str, body: dict[str, object]) -> dict[str, Any]:
    told = {}
    for reader in letters.readers():
        async with calling(settings, reader) as process:
            told[reader] = await process.post(f"{_PATH}/{action}", {"topic": letters.topic, **body})
    return told
