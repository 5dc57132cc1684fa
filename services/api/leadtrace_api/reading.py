"""One answer is one read-only transaction: everything in it was true at one moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace_api.room import Room

_NOW = select(func.now())


@dataclass(frozen=True, slots=True)
class Reading:
    """An open snapshot of the database: its moment, and the version of the definitions in force."""

    connection: AsyncConnection
    at: datetime
    version: int


@asynccontextmanager
async def reading(room: Room) -> AsyncIterator[Reading]:
    """A snapshot that stands still until the block ends."""
    async with room.engine.connect() as raw:
        connection = await raw.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            at = (await connection.execute(_NOW)).scalar_one()
            yield Reading(connection, at, room.definition_version)
