"""How checks of `leadtrace doctor` look into the database, which may be away or have no schema yet."""

import asyncpg

from leadtrace.runtime.settings import Settings
from leadtrace.store.engine import UNAVAILABLE, connect


async def rows_of(settings: Settings, query: str) -> list[asyncpg.Record]:
    """What the database answers; nothing where it or its schema is not there: other checks say so."""
    if settings.postgres.url is None:
        return []
    try:
        connection = await connect(settings.postgres_url)
    except UNAVAILABLE:
        return []
    try:
        return await connection.fetch(query)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return []
    finally:
        await connection.close()
