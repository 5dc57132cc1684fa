"""Takes the bytes of items out of deliveries that the relay is done with, and out of quarantine.

What became of an item stays told; one that was held is stopped instead, since it can never be done again. An
item whose bytes are gone is not done again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.erasure.rewriting import items_of, rewritten
from leadtrace_ingest.erasure.searching import Row, delivery_of
from leadtrace_ingest.erasure.tools import Tools
from leadtrace_ingest.outcome import Outcome, Reason
from leadtrace_ingest.personal.raw import sealed_delivery

_PAGE = 100

_ROWS = """
select intake_id, sender, received_at, items, headers, body, body_key, outcomes, redacted, raw_erased_at
from ingest.intake
where intake_id in (
  select distinct waiting.intake_id from ingest.redactions waiting
  join ingest.intake row using (intake_id) where row.state = 'done' limit $1
) and state = 'done'
order by intake_id for update skip locked
"""
_WAITING = """
select intake_id, item, erasure_id from ingest.redactions where intake_id = any($1::uuid[])
"""
_DROP = """
update ingest.intake set body = '', body_key = null, headers = '{}', raw_erased_at = $2, redacted = $3
where intake_id = $1
"""
_REWRITE = """
update ingest.intake set body = $2, body_key = $3, headers = $4, redacted = $5 where intake_id = $1
"""
_HELD = """
delete from ingest.quarantine where intake_id = $1 and item = any($2::int[]) returning item
"""
_TELL = "update ingest.intake set outcomes = $2 where intake_id = $1"
_TOTAL = """
update ingest.item_totals set quarantined = quarantined - $2, suppressed = suppressed + $2 where sender = $1
"""
_COUNT = """
update ingest.erasures set counts = counts || jsonb_build_object(
  'items', coalesce((counts ->> 'items')::bigint, 0) + $2::bigint,
  'deliveries_rewritten', coalesce((counts ->> 'deliveries_rewritten')::bigint, 0) + $3::bigint,
  'deliveries_dropped', coalesce((counts ->> 'deliveries_dropped')::bigint, 0) + $4::bigint,
  'held_items', coalesce((counts ->> 'held_items')::bigint, 0) + $5::bigint)
where erasure_id = $1
"""
_FINISH = """
delete from ingest.redactions waiting using unnest($1::uuid[], $2::int[]) done (intake_id, item)
where waiting.intake_id = done.intake_id and waiting.item = done.item
"""
_NOWHERE = """
delete from ingest.redactions waiting
where not exists (select from ingest.intake row where row.intake_id = waiting.intake_id)
"""
_ANY = "select 1 from ingest.erasures where state <> 'done' limit 1"
_UNFINISHED = """
update ingest.erasures erasure set state = 'done', finished_at = $1
where state = 'searching' and search is null
  and not exists (select from ingest.redactions waiting where waiting.erasure_id = erasure.erasure_id)
"""


async def redact_page(tools: Tools, now: datetime) -> int:
    """Take the bytes of waiting items out of a page of deliveries; how many deliveries that were."""
    async with tools.pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_ROWS, _PAGE)
        ids = [row["intake_id"] for row in rows]
        waiting: dict[UUID, dict[int, UUID | None]] = {}
        for intake_id, item, erasure_id in await connection.fetch(_WAITING, ids) if ids else ():
            waiting.setdefault(intake_id, {})[item] = erasure_id
        stopped: Counter[str] = Counter()
        for row in rows:
            given = waiting.get(row["intake_id"], {})
            stopped[row["sender"]] += await _redact(connection, row, given, tools, now)
        done = [(intake_id, item) for intake_id, items in waiting.items() for item in items]
        if done:
            await connection.execute(_FINISH, [one for one, _ in done], [item for _, item in done])
        # Totals come last, since every relay contends for them.
        for sender in sorted(+stopped):
            await connection.execute(_TOTAL, sender, stopped[sender])
    return len(rows)


async def finish_erasures(pool: Pool, now: datetime) -> None:
    """Close what was searched and has no items left to take out."""
    if await pool.fetchval(_ANY):
        await pool.execute(_NOWHERE)
        await pool.execute(_UNFINISHED, now)


async def _redact(
    connection: Connection, row: Row, waiting: Mapping[int, UUID | None], tools: Tools, now: datetime
) -> int:
    """How many held items of the delivery are held no more."""
    intake_id = row["intake_id"]
    gone = sorted({*(row["redacted"] or ()), *waiting})
    dropped = False
    if row["raw_erased_at"] is None:
        dropped = await _take_out(connection, row, gone, tools, now)
    held = [item for (item,) in await connection.fetch(_HELD, intake_id, list(waiting))]
    if held:
        await connection.execute(_TELL, intake_id, _retold(row["outcomes"], set(held)))
    for erasure_id in {one for one in waiting.values() if one is not None}:
        items = [item for item, one in waiting.items() if one == erasure_id]
        own_held = len(set(items) & set(held))
        counts = (len(items), int(not dropped), int(dropped), own_held)
        await connection.execute(_COUNT, erasure_id, *counts)
    return len(held)


async def _take_out(
    connection: Connection, row: Row, gone: Sequence[int], tools: Tools, now: datetime
) -> bool:
    """Whether nothing of the delivery's bytes is left."""
    intake_id, sender = row["intake_id"], tools.senders.get(row["sender"])
    delivery = delivery_of(row, tools.wrapper)
    raws = items_of(delivery, sender, row["items"])
    body = None
    if raws is not None and sender is not None and len(gone) < row["items"]:
        body = rewritten(delivery, sender, raws, gone)
    if body is None or sender is None:
        await connection.execute(_DROP, intake_id, now, list(gone))
        return True
    prefixes = sender.adapter_for(delivery).kept_prefixes
    sealed = sealed_delivery(tools.wrapper, intake_id, msgspec.structs.replace(delivery, body=body), prefixes)
    await connection.execute(_REWRITE, intake_id, sealed.body, sealed.body_key, sealed.headers, list(gone))
    return False


def _retold(outcomes: str, held: set[int]) -> str:
    """The outcomes of a delivery with these held items stopped."""
    told: dict[str, Any] = msgspec.json.decode(outcomes)
    counts = Counter({name: count for name, count in told.items() if name != "items"})
    counts[Outcome.QUARANTINED] -= len(held)
    counts[Outcome.SUPPRESSED] += len(held)
    stopped = {"outcome": Outcome.SUPPRESSED.value, "reason": Reason.ERASED.value}
    listed = [one | stopped if one["item"] in held else one for one in told["items"]]
    left = {str(name): count for name, count in counts.items() if count}
    return msgspec.json.encode({**left, "items": listed}).decode()
