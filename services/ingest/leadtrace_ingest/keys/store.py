"""The table of API keys. Only a hash is stored; a revoked key is kept, so that its use can be told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection

_INSERT = """
insert into ingest.api_keys (key_id, name, scopes, sender, hash) values ($1, $2, $3, $4, $5)
returning made_at
"""
_LIST = "select key_id, name, scopes, sender, made_at, revoked_at from ingest.api_keys order by key_id"
# Revoking twice keeps the first moment.
_REVOKE = """
update ingest.api_keys set revoked_at = coalesce(revoked_at, now()) where key_id = $1 returning revoked_at
"""


class ListedKey(msgspec.Struct, frozen=True):
    """What is told of a key; what opens with it is not among it."""

    key_id: UUID
    name: str
    scopes: Sequence[str]
    sender: str | None
    made_at: datetime
    revoked_at: datetime | None


async def add_key(
    connection: Connection,
    key_id: UUID,
    *,
    name: str,
    scopes: Sequence[str],
    sender: str | None,
    digest: bytes,
) -> ListedKey:
    """Store a key that was just made."""
    made_at = await connection.fetchval(_INSERT, key_id, name, list(scopes), sender, digest)
    return ListedKey(key_id, name, scopes, sender, made_at, None)


async def list_keys(connection: Connection) -> list[ListedKey]:
    """Every key that was ever made, oldest first."""
    return [ListedKey(*row) for row in await connection.fetch(_LIST)]


async def revoke_key(connection: Connection, key_id: UUID) -> datetime | None:
    """Revoke a key; when that was, or None if there is no such key."""
    revoked_at: datetime | None = await connection.fetchval(_REVOKE, key_id)
    return revoked_at
