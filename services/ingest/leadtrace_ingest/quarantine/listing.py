"""Reads of the quarantine: how much is held, which items, and everything about one of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.personal.raw import opened_item
from leadtrace_ingest.quarantine.selection import MATCHES, Selection

# An item that is to be done again is still held, until a relay has come to it.
_RETRYING = "row.state = 'pending' and (row.redo is null or held.item = any(row.redo))"
_COLUMNS = f"""
held.quarantine_id, held.sender, held.intake_id, held.item, held.reason, held.detail, held.mapping,
held.first_seen_at, held.last_seen_at, {_RETRYING}
"""
_PAGE = f"""
select {_COLUMNS}
from ingest.quarantine held join ingest.intake row using (intake_id)
where {MATCHES} and held.quarantine_id > $5 order by held.quarantine_id limit $6
"""
_COUNTS = f"""
select sender, reason, count(*)::int, min(first_seen_at) from ingest.quarantine held
where {MATCHES} group by sender, reason order by sender, reason
"""
_ONE = f"""
select {_COLUMNS}, held.raw, held.raw_key
from ingest.quarantine held join ingest.intake row using (intake_id) where held.quarantine_id = $1
"""
_DISCARDED = """
select quarantine_id, sender, intake_id, item, reason, detail, mapping, first_seen_at, last_seen_at, false,
       why, discarded_by, discarded_at
from ingest.quarantine_discards where quarantine_id = $1
"""


class HeldCount(msgspec.Struct, frozen=True):
    """How many items of a sender are held for one reason, and since when the oldest is."""

    sender: str
    reason: str
    items: int
    oldest_first_seen_at: datetime


class Held(msgspec.Struct, frozen=True):
    """One held item; `retrying` means that a relay will do it again."""

    quarantine_id: UUID
    sender: str
    intake_id: UUID
    item: int
    reason: str
    detail: str
    mapping: str
    first_seen_at: datetime
    last_seen_at: datetime
    retrying: bool


class Discarded(msgspec.Struct, frozen=True):
    """How a held item was given up."""

    why: str
    discarded_by: str
    discarded_at: datetime


async def page(connection: Connection, selection: Selection, after: UUID, limit: int) -> Sequence[Held]:
    """The held items that follow `after`, in the order in which they were held."""
    found = await connection.fetch(_PAGE, *selection.arguments(), after, limit)
    return [Held(*row) for row in found]


async def counts(connection: Connection, selection: Selection) -> list[HeldCount]:
    """How much is held, by sender and reason."""
    return [HeldCount(*row) for row in await connection.fetch(_COUNTS, *selection.arguments())]


async def held_item(
    connection: Connection, quarantine_id: UUID, wrapper: KeyWrapper
) -> tuple[Held, bytes] | None:
    """One held item and its bytes."""
    row = await connection.fetchrow(_ONE, quarantine_id)
    if row is None:
        return None
    *told, raw, raw_key = row
    held = Held(*told)
    return held, opened_item(wrapper, held.intake_id, held.item, raw, raw_key)


async def discarded_item(connection: Connection, quarantine_id: UUID) -> tuple[Held, Discarded] | None:
    """An item that was held under this id until it was discarded."""
    row = await connection.fetchrow(_DISCARDED, quarantine_id)
    if row is None:
        return None
    *told, why, by, at = row
    return Held(*told), Discarded(why, by, at)
