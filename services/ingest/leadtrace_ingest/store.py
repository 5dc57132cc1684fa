"""How ingest talks to its schema: one name for a connection, and the secret of the installation."""

import secrets
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

# What a pool lends and what `connect` gives are used alike.
Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

NOTIFY_CHANNEL = "leadtrace_ingest_intake"
SECRET_BYTES = 32

_MAKE_ROW = "insert into ingest.installation (secret) values ($1) on conflict do nothing"
_READ_ROW = "select secret from ingest.installation"


async def installation_secret(connection: Connection) -> bytes:
    """The installation's secret, made by whoever asks first and the same for all from then on."""
    secret: bytes | None = await connection.fetchval(_READ_ROW)
    if secret is None:
        await connection.execute(_MAKE_ROW, secrets.token_bytes(SECRET_BYTES))
        secret = await connection.fetchval(_READ_ROW)
    assert secret is not None  # noqa: S101 - the row was just made, by us or by another relay
    return secret
