"""Gives held items up: moved from quarantined to discarded wherever that is counted, in one transaction.

So accepted = the sum of the outcomes at each moment. The bytes stay in the intake log.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.outcome import Outcome
from leadtrace_ingest.quarantine.selection import MATCHES, Selection

_DELIVERIES_AT_ONCE = 1_000
_FIRST = UUID(int=0)

_FIND = f"""
select distinct held.intake_id from ingest.quarantine held
where {MATCHES} and held.intake_id > $5 order by held.intake_id limit $6
"""
_LOCK = """
select intake_id, outcomes from ingest.intake where intake_id = any($1::uuid[]) order by intake_id for update
"""
# What is about to be done again has a fate to come; it is left alone.
_MOVE = f"""
with given_up as (
  select held.* from ingest.quarantine held join ingest.intake row using (intake_id)
  where {MATCHES} and held.intake_id = any($5::uuid[])
    and not (row.state = 'pending' and (row.redo is null or held.item = any(row.redo)))
  order by held.intake_id, held.item for update of held
), kept as (
  insert into ingest.quarantine_discards (intake_id, item, quarantine_id, sender, reason, detail, mapping,
                                          first_seen_at, last_seen_at, why, discarded_by, discarded_at)
  select intake_id, item, quarantine_id, sender, reason, detail, mapping, first_seen_at, last_seen_at,
         $6, $7, $8
  from given_up
)
delete from ingest.quarantine held using given_up
where held.quarantine_id = given_up.quarantine_id
returning held.intake_id, held.item, held.sender
"""
_TELL = """
update ingest.intake row set outcomes = told.outcomes
from unnest($1::uuid[], $2::jsonb[]) told (intake_id, outcomes) where row.intake_id = told.intake_id
"""
_TOTAL = """
update ingest.item_totals set quarantined = quarantined - $2, discarded = discarded + $2 where sender = $1
"""


class Decision(NamedTuple):
    """Who gives items up, when, and why."""

    why: str
    by: str
    at: datetime


class GivenUp(NamedTuple):
    """How many items of how many deliveries were discarded."""

    deliveries: int
    items: int


async def discard(pool: Pool, selection: Selection, decision: Decision) -> GivenUp:
    """Discard the selected items, but for those that are about to be done again."""
    deliveries, items, after = 0, 0, _FIRST
    while True:
        async with pool.acquire() as connection, connection.transaction():
            found = [
                intake_id
                for (intake_id,) in await connection.fetch(
                    _FIND, *selection.arguments(), after, _DELIVERIES_AT_ONCE
                )
            ]
            if not found:
                return GivenUp(deliveries, items)
            moved = await _discard_in(connection, selection, decision, found)
        deliveries += len(moved)
        items += sum(map(len, moved.values()))
        after = found[-1]


async def _discard_in(
    connection: Connection, selection: Selection, decision: Decision, found: Sequence[UUID]
) -> dict[UUID, set[int]]:
    said = {row["intake_id"]: row["outcomes"] for row in await connection.fetch(_LOCK, found)}
    rows = await connection.fetch(_MOVE, *selection.arguments(), found, *decision)
    by_sender: Counter[str] = Counter()
    moved: dict[UUID, set[int]] = {}
    for intake_id, item, sender in rows:
        by_sender[sender] += 1
        moved.setdefault(intake_id, set()).add(item)
    told = [_retold(said[intake_id], items, decision) for intake_id, items in moved.items()]
    await connection.execute(_TELL, list(moved), told)
    # Totals come last, since every relay contends for them.
    for sender in sorted(by_sender):
        await connection.execute(_TOTAL, sender, by_sender[sender])
    return moved


def _retold(outcomes: str, items: set[int], decision: Decision) -> str:
    """The outcomes of a delivery with these items discarded."""
    told: dict[str, Any] = msgspec.json.decode(outcomes)
    counts = Counter({name: count for name, count in told.items() if name != "items"})
    counts[Outcome.QUARANTINED] -= len(items)
    counts[Outcome.DISCARDED] += len(items)
    discarded = {
        "outcome": Outcome.DISCARDED.value,
        "why": decision.why,
        "by": decision.by,
        "at": decision.at,
    }
    listed = [one | discarded if one["item"] in items else one for one in told["items"]]
    left = {str(name): count for name, count in counts.items() if count}
    return msgspec.json.encode({**left, "items": listed}).decode()
