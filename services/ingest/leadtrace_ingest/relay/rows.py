"""Claiming intake rows: chunks of pending deliveries under a row lock, several relays side by side."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection
from leadtrace_ingest.senders.sender import ROUTE, Delivery

_FEWEST_ROWS = 50
_HEADERS = msgspec.json.Decoder(dict[str, str])

# Rows are counted before their bodies are read, so that a chunk is bounded by items; the rows locked in
# vain are free again at the commit. What may change while a row is pending is read as it was locked: the
# rest of the statement sees the table as it was when the statement began.
_CLAIM = """
with candidates as materialized (
  select intake_id, items, outcomes, redo from ingest.intake
  where state = 'pending' and sender = any($1::text[])
  order by intake_id limit $2 for update skip locked
), taken as materialized (
  select intake_id, outcomes, redo from (
    select intake_id, outcomes, redo, sum(items) over (order by intake_id) - items as before from candidates
  ) counted where before < $3
)
select row.intake_id, row.sender, row.received_at, row.items, row.headers, row.body, taken.outcomes,
       taken.redo
from ingest.intake row join taken using (intake_id)
order by row.intake_id
"""

_OLDEST = """
select extract(epoch from now() - min(received_at))::float8 from ingest.intake where state = 'pending'
"""


class IntakeRow(msgspec.Struct, frozen=True, gc=False):
    """One delivery to work through; `outcomes` holds the JSON of an earlier time, None at the first.

    `headers` are the kept ones as JSON. `redo` names the items to do again, None all of them. `name` is the
    id as text, which every event of the delivery bears.
    """

    intake_id: UUID
    sender: str
    received_at: datetime
    items: int
    headers: str
    body: bytes
    outcomes: str | None
    redo: list[int] | None
    name: str

    def delivery(self) -> Delivery:
        """The delivery as its adapter sees it."""
        headers = _HEADERS.decode(self.headers)
        return Delivery(headers.get(ROUTE, ""), headers, self.body, self.received_at)


class RowClaimer:
    """Claims chunks of about `chunk_items` items, and learns how many rows that is."""

    def __init__(self, senders: Sequence[str], chunk_items: int) -> None:
        self._senders = list(senders)
        self._chunk_items = chunk_items
        self._rows = _FEWEST_ROWS

    async def claim(self, connection: Connection, *, one_by_one: bool = False) -> list[IntakeRow]:
        """Lock the oldest pending rows that no other relay holds, until the transaction ends."""
        limit = 1 if one_by_one else self._rows
        found = await connection.fetch(_CLAIM, self._senders, limit, self._chunk_items)
        rows = [IntakeRow(**record, name=str(record["intake_id"])) for record in found]
        if not one_by_one:
            self._learn(rows)
        return rows

    def _learn(self, rows: Sequence[IntakeRow]) -> None:
        if not rows:
            return
        items = sum(row.items for row in rows)
        wanted = 2 * self._chunk_items * len(rows) // max(1, items)
        # Growing step by step bounds how many rows are locked in vain when deliveries become larger.
        self._rows = max(_FEWEST_ROWS, min(wanted, 2 * self._rows, self._chunk_items))


async def oldest_pending_s(connection: Connection) -> float:
    """Age in seconds of the oldest delivery that is not worked through; 0 when there is none."""
    return float(await connection.fetchval(_OLDEST) or 0.0)
