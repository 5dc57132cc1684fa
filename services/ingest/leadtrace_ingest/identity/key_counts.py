"""How many records hold a key, which decides whether it joins them."""

from collections.abc import Collection
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.store.ids import as_texts

_COUNTS = """
select key, count(*) from ingest.identity_keys
where key = any($1::text[]::uuid[]) and refusal is null group by key
"""


async def key_counts(connection: Connection, keys: Collection[UUID]) -> dict[UUID, int]:
    """The records that hold each key; a key that nobody holds is left out."""
    return {row[0]: row[1] for row in await connection.fetch(_COUNTS, as_texts(keys))}
