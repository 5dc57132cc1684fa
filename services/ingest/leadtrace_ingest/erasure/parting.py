"""Parts who was erased from whoever comes later: nobody joins them by an address or a number any more.

Their records were one by the keys that they share, and stay one: each key is replaced by a random one where
they hold it, the same everywhere. So no binding moves, and no number with it.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from leadtrace.runtime.vault.sealing import new_key
from leadtrace.store.connection import Connection
from leadtrace_ingest.erasure.keys import SUBJECT, Identifying
from leadtrace_ingest.identity.key_counts import key_counts

_UUID_BYTES = 16

# A key of many joins nobody as it is; were it taken from some, the others might be few enough to be joined.
_HELD = """
select distinct claim.key from ingest.identity_claims claim
where claim.subject_key = any($1::uuid[]) and claim.key is not null
"""
_REPLACE = """
update ingest.{table} claim set key = given.instead
from unnest($1::uuid[], $2::uuid[]) given (key, instead)
where claim.subject_key = any($3::uuid[]) and claim.key = given.key
"""
_TABLES = ("identity_claims", "identity_keys")


async def part(connection: Connection, subjects: Sequence[UUID], fan_in: int) -> None:
    """Replace the keys of these records; the caller holds the lock that keeps relays out."""
    keys = [key for (key,) in await connection.fetch(_HELD, subjects)]
    crowded = await _crowded(connection, keys, fan_in)
    given = [key for key in keys if key not in crowded]
    instead = [UUID(bytes=new_key()[:_UUID_BYTES]) for _ in given]
    for table in _TABLES:
        await connection.execute(_REPLACE.format(table=table), given, instead, subjects)


async def shared_by_many(
    connection: Connection, identities: Collection[Identifying], fan_in: int
) -> set[Identifying]:
    """Those that more records share than one person has: they stop nobody."""
    keys = {UUID(hex=one.value): one for one in identities if one.kind != SUBJECT}
    return {keys[key] for key in await _crowded(connection, keys, fan_in)}


async def _crowded(connection: Connection, keys: Collection[UUID], fan_in: int) -> set[UUID]:
    return {key for key, count in (await key_counts(connection, keys)).items() if count > fan_in}
