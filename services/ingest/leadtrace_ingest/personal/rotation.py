"""Brings everything under the current master key, page by page, and seals what stands in clear.

A page is one transaction, so that nobody waits for it long; it may be stopped and begun again.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.personal.raw import sealed_item, sealed_raw

_KEYS_PAGE = 1_000
_CLEAR_PAGE = 100

# What was under another master key, and what has no key at all.
_REWRAPPED = """
select {id} as id, {key} as wrapped from ingest.{table}
where {key} is not null and substr({key}, 1, 8) <> $1 and {id} > $2 order by {id} limit $3 for update
"""
_REWRAP = """
update ingest.{table} row set {key} = given.wrapped
from unnest($1::uuid[], $2::bytea[]) given (id, wrapped) where row.{id} = given.id
"""
_CLEAR_BODIES = """
select intake_id, headers, body from ingest.intake
where body_key is null and raw_erased_at is null and intake_id > $1 order by intake_id limit $2 for update
"""
_SEAL_BODY = "update ingest.intake set body = $2, body_key = $3 where intake_id = $1"
_CLEAR_ITEMS = """
select quarantine_id, intake_id, item, raw from ingest.quarantine
where raw_key is null and quarantine_id > $1 order by quarantine_id limit $2 for update
"""
_SEAL_ITEM = "update ingest.quarantine set raw = $2, raw_key = $3 where quarantine_id = $1"
_RETIRE = """
update ingest.master_keys set retired_at = now() where master_id <> $1 and retired_at is null
"""
_FIRST = UUID(int=0)
_TABLES = (
    ("personal_keys", "subject_key", "wrapped"),
    ("intake", "intake_id", "body_key"),
    ("quarantine", "quarantine_id", "raw_key"),
    ("erasures", "erasure_id", "search_key"),
)


class Rotated(NamedTuple):
    """How many keys were wrapped anew, and how many bodies and items that stood in clear were sealed."""

    rewrapped: int
    sealed: int


async def rotate(pool: Pool, wrapper: KeyWrapper) -> Rotated:
    """Bring everything under the current master key; the others are in use no more.

    Raises:
        UnknownMasterKeyError: something is under a master key that is not here.
    """
    rewrapped = 0
    for table, id_, key in _TABLES:
        rewrapped += await _rewrap(pool, wrapper, table, id_, key)
    sealed = await _in_pages(pool, wrapper, _seal_bodies) + await _in_pages(pool, wrapper, _seal_items)
    await pool.execute(_RETIRE, wrapper.current)
    return Rotated(rewrapped, sealed)


async def _rewrap(pool: Pool, wrapper: KeyWrapper, table: str, id_: str, key: str) -> int:
    names = {"table": table, "id": id_, "key": key}
    count, after = 0, _FIRST
    while True:
        async with pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_REWRAPPED.format(**names), wrapper.current, after, _KEYS_PAGE)
            if not rows:
                return count
            anew = [wrapper.wrap(wrapper.unwrap(row["wrapped"])) for row in rows]
            await connection.execute(_REWRAP.format(**names), [row["id"] for row in rows], anew)
        count += len(rows)
        after = rows[-1]["id"]


Page = Callable[[Connection, KeyWrapper, UUID], Awaitable[list[UUID]]]


async def _in_pages(pool: Pool, wrapper: KeyWrapper, page: Page) -> int:
    count, after = 0, _FIRST
    while True:
        async with pool.acquire() as connection, connection.transaction():
            done = await page(connection, wrapper, after)
        if not done:
            return count
        count += len(done)
        after = done[-1]


async def _seal_bodies(connection: Connection, wrapper: KeyWrapper, after: UUID) -> list[UUID]:
    rows = await connection.fetch(_CLEAR_BODIES, after, _CLEAR_PAGE)
    for row in rows:
        sealed = sealed_raw(wrapper, row["intake_id"], row["headers"], "{}", row["body"])
        await connection.execute(_SEAL_BODY, row["intake_id"], sealed.body, sealed.body_key)
    return [row["intake_id"] for row in rows]


async def _seal_items(connection: Connection, wrapper: KeyWrapper, after: UUID) -> list[UUID]:
    rows = await connection.fetch(_CLEAR_ITEMS, after, _CLEAR_PAGE)
    for row in rows:
        sealed = sealed_item(wrapper, row["intake_id"], row["item"], row["raw"])
        await connection.execute(_SEAL_ITEM, row["quarantine_id"], sealed.body, sealed.key)
    return [row["quarantine_id"] for row in rows]
