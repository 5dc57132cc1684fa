"""The partitions that there are, and making those of the months to come.

A table is made first and attached afterwards, so that nobody who writes has to wait for more than a moment.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace_ingest.retention.months import Month, first_id, moment_of
from leadtrace_ingest.store import SCHEMA

MONTHS_AHEAD = 2
_BOUND = re.compile(r"FOR VALUES FROM \((?:MINVALUE|'([0-9a-f-]+)')\) TO \('([0-9a-f-]+)'\)")
_MOST_MONTHS = 120

_PARTITIONS = """
select c.relname::text, pg_get_expr(c.relpartbound, c.oid), pg_total_relation_size(c.oid), c.reltuples::bigint
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = $1::regclass
order by 2
"""


class Kept(StrEnum):
    """What is kept by month."""

    DELIVERIES = "intake"
    EVENTS = "events"

    @property
    def table(self) -> str:
        """The table, with its schema."""
        return f"{SCHEMA}.{self.value}"


class Partition(NamedTuple):
    """One partition: `until` is the first moment after it, None for the default, which is of no month.

    `since` is None for the first. `rows` is what the last analysis counted, None before the first.
    """

    kept: Kept
    name: str
    since: datetime | None
    until: datetime | None
    bytes: int
    rows: int | None

    @property
    def table(self) -> str:
        """The table, with its schema."""
        return f"{SCHEMA}.{self.name}"

    @property
    def bounds(self) -> tuple[UUID, UUID]:
        """The lowest id of it, and the lowest after it."""
        assert self.until is not None  # noqa: S101 - asked of months only
        return UUID(int=0) if self.since is None else first_id(self.since), first_id(self.until)


async def partitions(connection: Connection, kept: Kept) -> list[Partition]:
    """The partitions of a table, oldest first, the default last."""
    rows = await connection.fetch(_PARTITIONS, kept.table)
    found = [
        Partition(kept, name, *_span(bound), size, count if count >= 0 else None)
        for name, bound, size, count in rows
    ]
    return sorted(found, key=lambda one: (one.until is None, one.until))


async def make_ahead(connection: Connection, now: datetime) -> list[str]:
    """Make the partitions of this month and the next ones that are missing; call it within a transaction.

    What the default holds of a month moves into its partition.
    """
    made = []
    for kept in Kept:
        known = [one.until for one in await partitions(connection, kept) if one.until is not None]
        last = Month.of(now).later(MONTHS_AHEAD)
        month = Month.of(max(known)) if known else Month.of(now)
        for _ in range(_MOST_MONTHS):
            if month > last:
                break
            made.append(await _make(connection, kept, month))
            month = month.later(1)
    return made


async def _make(connection: Connection, kept: Kept, month: Month) -> str:
    name = f"{kept.value}_{month.suffix}"
    table, low, high = f"{SCHEMA}.{name}", first_id(month.start), first_id(month.end)
    await connection.execute(
        f"create table {table} "
        f"(like {kept.table} including defaults including constraints including storage including indexes)"
    )
    await connection.execute(
        f"with moved as (delete from {kept.table}_default where intake_id >= $1 and intake_id < $2 "
        f"returning *) insert into {table} select * from moved",
        low,
        high,
    )
    await connection.execute(
        f"alter table {kept.table} attach partition {table} for values from ('{low}') to ('{high}')"
    )
    return name


def _span(bound: str) -> tuple[datetime | None, datetime | None]:
    found = _BOUND.fullmatch(bound)
    if found is None:
        return None, None
    since, until = found.groups()
    return moment_of(UUID(since)) if since else None, moment_of(UUID(until))
