"""One request as it is stored, the statement that stores it, and what the door needs of whatever keeps it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

import asyncpg

from leadtrace.store.connection import Connection
from leadtrace.store.engine import UNAVAILABLE
from leadtrace_ingest.store import NOTIFY_CHANNEL

# What the database says of a statement is never the sender's fault here, so everything is tried again,
TRIED_AGAIN: tuple[type[Exception], ...] = (
    *UNAVAILABLE,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,  # what a connection that broke amid an answer may raise
)
# except what cannot succeed with these values, whoever let them in: one entry must not stop the others.
VALUE_AT_FAULT: tuple[type[Exception], ...] = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)

# A retry after a lost connection may find its rows committed: the ids are the door's own, so it is harmless.
# A row whose idempotency key is taken is not stored either: whoever gave one asks afterwards which it is.
_GIVEN = """
unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::int[], $5::jsonb[], $6::bytea[], $7::bytea[])
  as given (intake_id, sender, received_at, items, headers, body, body_key)
"""
_STORE = f"""
  insert into ingest.intake (intake_id, sender, received_at, items, headers, body, body_key)
  select given.* from {_GIVEN}
"""
_INSERT = f"""
with stored as ({_STORE} on conflict do nothing)
select pg_notify('{NOTIFY_CHANNEL}', '')
"""
_INSERT_KEYED = f"""
with keys as (
  select * from unnest($1::uuid[], $2::text[], $8::text[]) as given (intake_id, sender, key)
), first as (
  insert into ingest.idempotency_keys (sender, key, intake_id)
  select sender, key, intake_id from keys where key is not null
  on conflict do nothing returning intake_id
), stored as (
  {_STORE}
  where intake_id in (select intake_id from first union all select intake_id from keys where key is null)
  on conflict do nothing
)
select pg_notify('{NOTIFY_CHANNEL}', '')
"""


@dataclass(frozen=True, slots=True)
class IntakeEntry:
    """One authenticated request as it is stored; `headers` is a JSON object as text.

    `body` is sealed under `body_key`, with the headers that are part of its items; without a key it is in
    clear.
    """

    intake_id: UUID
    sender: str
    received_at: datetime
    items: int
    headers: str
    body: bytes
    idempotency_key: str | None = None
    body_key: bytes | None = None


class NotDurableError(Exception):
    """Nothing confirmed in time that it keeps the delivery; the sender must deliver again."""


class Kept(Enum):
    """What keeps a delivery: the intake log, or the spill until the database is back."""

    COMMITTED = "committed"
    SPILLED = "spilled"


class Fallback(Protocol):
    """Keeps deliveries that PostgreSQL does not take in time."""

    def submit(self, entry: IntakeEntry) -> "asyncio.Future[None]":
        """A future that is done once the delivery is durable, or fails with `NotDurableError`.

        Raises:
            NotDurableError: nothing can be kept now.
        """


class NoFallback:
    """Keeps nothing: it is PostgreSQL or a refusal."""

    def submit(self, entry: IntakeEntry) -> asyncio.Future[None]:
        """Refuse."""
        del entry
        raise NotDurableError("the database did not commit it in time")


async def insert_entries(connection: Connection, entries: Sequence[IntakeEntry], *, timeout_s: float) -> None:
    """Insert what is not there yet, in one statement that is its own transaction."""
    # In one order, so that two doors with the same keys wait for each other instead of deadlocking.
    entries = sorted(entries, key=lambda one: (one.idempotency_key or "", one.sender))
    columns: list[list[object]] = [
        [one.intake_id for one in entries],
        [one.sender for one in entries],
        [one.received_at for one in entries],
        [one.items for one in entries],
        [one.headers for one in entries],
        [one.body for one in entries],
        [one.body_key for one in entries],
    ]
    statement, keys = _INSERT, [one.idempotency_key for one in entries]
    if any(keys):
        statement = _INSERT_KEYED
        columns.append(list(keys))
    await connection.execute(statement, *columns, timeout=timeout_s)
