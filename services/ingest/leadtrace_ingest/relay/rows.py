"""Claiming intake rows: chunks of pending deliveries under a row lock, several relays side by side.

Senders share a chunk by items: who has little pending has all of it taken, the rest is divided equally among
those with more. So the backlog of one sender delays no other by more than a chunk.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection
from leadtrace_ingest.personal.raw import opened_delivery
from leadtrace_ingest.senders.sender import ROUTE, Delivery

_FEWEST_ROWS = 50
_HEADERS = msgspec.json.Decoder(dict[str, str])

# Each sender's oldest rows, up to a number of its own. They are counted before bodies are read, so that a
# chunk is bounded by items and by bytes (a length is known without reading the body): first come the rows
# before which their sender has the fewest items, which divides the chunk as evenly as its senders' backlogs
# allow. The rows locked in vain are free again at the commit.
# A range of senders that holds one, and an array of ids: so that whatever the planner believes, it walks the
# index of what is pending and looks rows up by key, and never goes through all that was ever received. What
# may change while a row is pending is read as it was locked: the rest of the statement sees the table as it
# was when the statement began.
_CLAIM = """
with candidates as materialized (
  select pending.* from unnest($1::text[], $2::int[]) named (sender, rows)
  cross join lateral (
    select intake.sender, intake_id, items, octet_length(body) as bytes, outcomes, redo, remap_at
    from ingest.intake
    where state = 'pending'
      and (intake.sender, intake_id) >= (named.sender, '00000000-0000-0000-0000-000000000000'::uuid)
      and intake.sender <= named.sender
    order by intake.sender, intake_id limit named.rows for update skip locked
  ) pending
), counted as (
  select intake_id, items, bytes, outcomes, redo, remap_at,
         sum(items) over (partition by sender order by intake_id) - items as own
  from candidates
), taken as materialized (
  select intake_id, outcomes, redo, remap_at from (
    select intake_id, outcomes, redo, remap_at, sum(items) over taking - items as before,
           sum(bytes) over taking - bytes as bytes_before
    from counted window taking as (order by own, intake_id)
  ) shared where before < $3 and bytes_before < $4
)
select row.intake_id, row.sender, row.received_at, row.items, row.headers, row.body, row.body_key,
       taken.outcomes, taken.redo, taken.remap_at
from ingest.intake row join taken using (intake_id)
where row.intake_id = any (array(select intake_id from taken))
order by row.intake_id
"""

_OLDEST = """
select extract(epoch from now() - min(received_at))::float8 from ingest.intake where state = 'pending'
"""


class IntakeRow(msgspec.Struct, frozen=True, gc=False):
    """One delivery to work through; `outcomes` holds the JSON of an earlier time, None at the first.

    `headers` are the kept ones as JSON. `redo` names the items to do again, None all of them; `remap_at` is
    when somebody ordered that events be put right that the mapping would now make otherwise. `name` is the id
    as text, which every event of the delivery bears.
    """

    intake_id: UUID
    sender: str
    received_at: datetime
    items: int
    headers: str
    body: bytes
    outcomes: str | None
    redo: list[int] | None
    remap_at: datetime | None
    name: str

    def delivery(self) -> Delivery:
        """The delivery as its adapter sees it."""
        headers = _HEADERS.decode(self.headers)
        return Delivery(headers.get(ROUTE, ""), headers, self.body, self.received_at)


def opened_row(wrapper: KeyWrapper, record: Any) -> IntakeRow:
    """The row of a record that has the columns of one, its body in clear.

    Raises:
        UnknownMasterKeyError: its master key is not here.
        UnreadableKeyError: its key is damaged.
        UnreadableError: it is damaged, or belongs to another row.
    """
    row = dict(record)
    intake_id, body_key = row["intake_id"], row.pop("body_key")
    raw = opened_delivery(wrapper, intake_id, row["headers"], row["body"], body_key)
    return IntakeRow(**{**row, "headers": raw.headers, "body": raw.body, "name": str(intake_id)})


class RowClaimer:
    """Claims chunks of about `chunk_items` items or `chunk_bytes` bytes of bodies, whichever is less.

    It learns how many rows of each sender that is.
    """

    def __init__(
        self, senders: Sequence[str], wrapper: KeyWrapper, *, chunk_items: int, chunk_bytes: int
    ) -> None:
        self._wrapper = wrapper
        self._chunk_items = chunk_items
        self._chunk_bytes = chunk_bytes
        self._rows = dict.fromkeys(senders, _FEWEST_ROWS)

    async def claim(self, connection: Connection, *, one_by_one: bool = False) -> list[IntakeRow]:
        """Lock the oldest pending rows of each sender that no other relay holds, for this transaction."""
        limits = [1] * len(self._rows) if one_by_one else list(self._rows.values())
        items = 1 if one_by_one else self._chunk_items
        found = await connection.fetch(_CLAIM, list(self._rows), limits, items, self._chunk_bytes)
        rows = [opened_row(self._wrapper, record) for record in found]
        if not one_by_one:
            self._learn(rows)
        return rows

    def _learn(self, rows: Sequence[IntakeRow]) -> None:
        """Twice the rows that a sender's share of a chunk takes."""
        taken = Counter(row.sender for row in rows)
        items: Counter[str] = Counter()
        for row in rows:
            items[row.sender] += row.items
        # A chunk that was not filled says nothing of shares: the next one may be this sender's alone.
        full = items.total() >= self._chunk_items or sum(len(row.body) for row in rows) >= self._chunk_bytes
        for sender, count in taken.items():
            share = items[sender] if full else self._chunk_items
            wanted = 2 * share * count // max(1, items[sender])
            # Growing step by step bounds how many rows are locked in vain when deliveries become larger.
            self._rows[sender] = max(_FEWEST_ROWS, min(wanted, 2 * self._rows[sender], self._chunk_items))


async def oldest_pending_s(connection: Connection) -> float:
    """Age in seconds of the oldest delivery that is not worked through; 0 when there is none."""
    return float(await connection.fetchval(_OLDEST) or 0.0)
