"""Receipts: what was erased, when, by whom and how much of it in each store, without a personal value."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection

_COLUMNS = """
erasure_id, lead_id, state, erased_until, requested_by, requested_at, counts, finished_at
"""
_ONE = f"select {_COLUMNS} from ingest.erasures where erasure_id = $1"
_PAGE = f"""
select {_COLUMNS} from ingest.erasures
where erasure_id > $1 and ($2::uuid is null or lead_id = $2) order by erasure_id limit $3
"""
_COUNTS = msgspec.json.Decoder(dict[str, int])
# What an erasure does to each store, so that a receipt can be read without this code.
STORES: Mapping[str, str] = {
    "personal_keys": "the keys of the lead's subjects are destroyed: what is sealed under them stays sealed",
    "search_words": "digests of the words that found the lead's subjects are deleted with their keys",
    "events": "kept as published; their personal blocks can be opened by nobody",
    "topics": "as events",
    "dead_letters": "as events",
    "intake": "items that name the person are taken out of deliveries, or the whole body with its key",
    "quarantine": "held items that name the person are taken out and count as suppressed",
    "spill": "what waits is sealed; once filed it is suppressed and taken out, and its file is removed",
    "aggregates": "unchanged: no fold reads a personal field",
}


class Receipt(msgspec.Struct, frozen=True):
    """One erasure; `counts` grow until its state is `done`."""

    erasure_id: UUID
    lead_id: UUID
    state: str
    erased_until: datetime
    requested_by: str
    requested_at: datetime
    counts: Mapping[str, int]
    finished_at: datetime | None
    stores: Mapping[str, str]


async def receipt(connection: Connection, erasure_id: UUID) -> Receipt | None:
    """The receipt of one erasure."""
    row = await connection.fetchrow(_ONE, erasure_id)
    return None if row is None else _receipt(row)


async def receipts(
    connection: Connection, after: UUID, limit: int, lead_id: UUID | None
) -> Sequence[Receipt]:
    """The receipts that follow `after`, in the order of the requests."""
    return [_receipt(row) for row in await connection.fetch(_PAGE, after, lead_id, limit)]


def _receipt(row: Any) -> Receipt:
    told = {name: row[name] for name in Receipt.__struct_fields__ if name not in {"counts", "stores"}}
    return Receipt(**told, counts=_COUNTS.decode(row["counts"]), stores=STORES)
