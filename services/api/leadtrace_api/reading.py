"""One answer is one read-only transaction: everything in it was true at one moment."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.store.in_force import Ask
from leadtrace_api.room import Room

_NOW = text(
    "select now(), coalesce((select array_agg(array[slot, raised] order by slot) from api.changes), '{}')"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """An open snapshot of the database: its moment, and by which definitions its numbers are.

    `state` tells its read models from those of any other snapshot: equal ones hold equal numbers.
    """

    connection: AsyncConnection
    at: datetime
    schedule: Schedule
    state: tuple[tuple[int, int], ...]

    @property
    def version(self) -> int:
        """The version of the definitions in force."""
        return self.schedule.version


@asynccontextmanager
async def reading(room: Room) -> AsyncIterator[Reading]:
    """A snapshot that stands still until the block ends."""
    async with room.engine.connect() as raw:
        connection = await raw.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            at, changes = (await connection.execute(_NOW)).one()
            state = tuple((slot, raised) for slot, raised in changes)
            yield Reading(connection, at, await room.schedules.in_force(asking(connection)), state)


def asking(connection: AsyncConnection) -> Ask:
    """Statements with numbered parameters on a connection."""

    async def ask(statement: str, *values: object) -> Sequence[Any]:
        return (await connection.exec_driver_sql(statement, values)).all()

    return ask
