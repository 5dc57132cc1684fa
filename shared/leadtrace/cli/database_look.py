"""How checks of `leadtrace doctor` look into the database, which may be away or have no schema yet."""

import asyncpg

from leadtrace.cli.connection_remedies import NO_CONNECTION
from leadtrace.runtime.settings import Settings
from leadtrace.store.engine import connect


async def rows_of(settings: Settings, query: str) -> list[asyncpg.Record]:
    """What the database answers; nothing where it, its schema or the right to look is not there.

    Other checks say so then.
    """
    if settings.postgres.url is None:
        return []
    try:
        connection = await connect(settings.postgres_url)
    except NO_CONNECTION:
        return []
    try:
        return await connection.fetch(query)
    except (
        asyncpg.UndefinedTableError,
        asyncpg.InvalidSchemaNameError,
        asyncpg.InsufficientPrivilegeError,
    ):
        return []
    finally:
        await connection.close()
