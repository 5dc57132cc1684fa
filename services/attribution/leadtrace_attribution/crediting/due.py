"""Which leads and deals are to be credited anew: marked by the fold that changed them, in its transaction.

Marking locks the mark until that transaction ends, so that whoever takes a mark reads what it was set for.
A mark set again keeps its moment: what never stands still would wait for ever behind what does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import asyncpg

from leadtrace.store.connection import Connection


class Kind(StrEnum):
    """Of what a unit of work is."""

    DEAL = "deal"
    LEAD = "lead"


_MARK = """
insert into attribution.credit_due (kind, entity_id)
select * from unnest($1::text[], $2::uuid[])
on conflict (kind, entity_id) do update set marked_at = credit_due.marked_at
"""
# Written as a subquery of the condition it would be run again for every mark there is.
_TAKE = """
with oldest as materialized (
  select kind, entity_id from attribution.credit_due order by marked_at, entity_id limit $1
  for update skip locked
)
delete from attribution.credit_due d using oldest o
where d.kind = o.kind and d.entity_id = o.entity_id
returning d.kind, d.entity_id
"""
_MISSING = """
insert into attribution.credit_due (kind, entity_id)
select '{kind}', o.{kind}_id from attribution.{kind}s o
left join attribution.journeys j on j.unit_id = o.{kind}_id
where o.body is not null and (j.revision is null or j.revision < o.revision or j.judged_by <> $1)
order by 2
on conflict do nothing
"""
_JUDGED_OTHERWISE = """
select exists (select from attribution.journeys where judged_by < $1)
    or exists (select from attribution.journeys where judged_by > $1)
"""
# What no other moment makes right: the values of one unit.
VALUE_AT_FAULT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)


@dataclass(slots=True)
class Due:
    """What was taken from the marks."""

    deals: set[UUID] = field(default_factory=set)
    leads: set[UUID] = field(default_factory=set)

    def units(self) -> Iterator[tuple[Kind, UUID]]:
        """Each of them."""
        yield from ((Kind.DEAL, one) for one in sorted(self.deals))
        yield from ((Kind.LEAD, one) for one in sorted(self.leads))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.deals) + len(self.leads)


async def mark(connection: Connection, *, deals: Iterable[UUID], leads: Iterable[UUID]) -> None:
    """Have deals and leads credited anew."""
    # In one order, so that two transactions with the same marks wait for each other instead of deadlocking.
    rows = [*((Kind.DEAL, one) for one in sorted(deals)), *((Kind.LEAD, one) for one in sorted(leads))]
    if rows:
        await connection.execute(_MARK, [kind.value for kind, _ in rows], [one for _, one in rows])


async def take(connection: Connection, limit: int) -> Due:
    """Take marks, the oldest first; they come back if the transaction is rolled back."""
    due = Due()
    for kind, entity in await connection.fetch(_TAKE, limit):
        (due.deals if kind == Kind.DEAL else due.leads).add(entity)
    return due


async def judged_otherwise(connection: Connection, judged_by: int) -> bool:
    """Whether anything is credited by other terms, as by a process of an earlier release that still ran."""
    found: bool = await connection.fetchval(_JUDGED_OTHERWISE, judged_by)
    return found


async def mark_missing(connection: Connection, judged_by: int) -> None:
    """Mark whatever was never credited, or not as it stands now, or by other terms."""
    for kind in Kind:
        await connection.execute(_MISSING.format(kind=kind.value), judged_by)
