"""One answer is one read-only transaction: everything in it was true at one moment."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.store.connection import Connection
from leadtrace.store.in_force import Ask
from leadtrace_api.room import Room

# One turn for all that most answers begin with.
_NOW = text("""
select now(), coalesce((select array_agg(array[slot, raised] order by slot) from api.changes), '{}'),
       array(select version from api.in_force order by ordinal),
       (select contribution_version from api.projections where name = 'step_ages'),
       (select timezone from api.projections where name = 'step_ages')
""")


@dataclass(frozen=True, slots=True)
class Reading:
    """An open snapshot of the database: its moment, and by which definitions its numbers are.

    `state` tells its read models from those of any other snapshot: equal ones hold equal numbers. `steps`
    says by which way of counting, and in days of which time zone, ages of steps were counted last.
    """

    connection: AsyncConnection
    at: datetime
    schedule: Schedule
    state: tuple[tuple[int, int], ...]
    steps: tuple[int | None, str | None]

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
            at, changes, versions, *steps = (await connection.execute(_NOW)).one()
            schedule = room.schedules.made(versions) or await room.schedules.in_force(asking(connection))
            yield Reading(connection, at, schedule, tuple(map(tuple, changes)), tuple(steps))


def asking(connection: AsyncConnection) -> Ask:
    """Statements with numbered parameters within the transaction of a connection, once it has begun."""

    async def ask(statement: str, *values: object) -> Sequence[Any]:
        return await (await _driver(connection)).fetch(statement, *values)

    return ask


async def _driver(connection: AsyncConnection) -> Connection:
    return cast(Connection, (await connection.get_raw_connection()).driver_connection)


async def driver_of(reading: Reading) -> Connection:
    """The driver's own connection, for answers so large that SQLAlchemy would take longer than they do."""
    return await _driver(reading.connection)


async def fetched(reading: Reading, statement: str, *values: object) -> list[Any]:
    """What the driver answers; by the definitions in force, which are $1."""
    return await (await driver_of(reading)).fetch(statement, reading.version, *values)
