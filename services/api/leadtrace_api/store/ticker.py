"""Statements on the ticker: tell without a number, number what is committed, keep it for a while, read it.

Whoever tells commits whenever it likes; numbers are given afterwards, by one at a time, to what is committed
by then. So a number that can be read is never followed by a lower one, and none is left out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from leadtrace.store.connection import Connection
from leadtrace_api.projector.ticker import Entry

WAITING_CHANNEL = "leadtrace_ticker_waiting"
NUMBERED_CHANNEL = "leadtrace_ticker_numbered"

# The sequence of ids is handed out row by row: a lead's later entry, told under its lock, has a later id.
_TELL = f"""
with told as (
  insert into api.ticker_waiting (kind, body)
  select kind, body from unnest($1::text[], $2::text[]) with ordinality as u (kind, body, place)
  order by place
)
select pg_notify('{WAITING_CHANNEL}', '')
"""
# Whoever numbers or removes entries holds the row until it commits.
_ALONE = "select 1 from api.ticker_state for update"
_BEGIN = "insert into api.ticker_state default values on conflict do nothing"
_NUMBER = """
with taken as (
  delete from api.ticker_waiting where entry_id in (
    select entry_id from api.ticker_waiting order by entry_id limit $1
  )
  returning entry_id, kind, body, told_at
), numbered as (
  insert into api.ticker_entries (number, entry_id, kind, body, told_at, numbered_at)
  select s.last_number + row_number() over (order by t.entry_id), t.entry_id, t.kind, t.body, t.told_at, $2
  from taken t cross join api.ticker_state s
  returning number, told_at
)
select count(*), max(number), extract(epoch from clock_timestamp() - min(told_at))::float8 from numbered
"""
_LAST = "update api.ticker_state set last_number = $1"
_NUMBERED = f"select pg_notify('{NUMBERED_CHANNEL}', '')"
# What is kept has no gap, even if clocks of several machines differ.
_PRUNE = """
with past as (
  select max(number) as number from api.ticker_entries where numbered_at < $1
), gone as (
  delete from api.ticker_entries where number <= (select number from past)
)
update api.ticker_state set pruned_number = p.number from past p where p.number is not null
"""
_PAGE = (
    "select number, entry_id, kind, body from api.ticker_entries where number > $1 order by number limit $2"
)
_STATE = "select last_number, pruned_number from api.ticker_state"


class Numbered(NamedTuple):
    """An entry as readers get it; it had its id before it had a number."""

    number: int
    entry_id: int
    kind: str
    body: str


class TickerState(NamedTuple):
    """The highest number that was given, and the highest that is kept no longer; 0 for none."""

    last: int
    pruned: int


class Round(NamedTuple):
    """How many entries got a number, and for how long (s) the first of them had waited."""

    numbered: int
    waited_s: float


async def tell(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries in the transaction of what they tell of."""
    if entries:
        await connection.execute(_TELL, [one.kind.value for one in entries], [one.body for one in entries])


async def number(connection: Connection, now: datetime, limit: int) -> Round:
    """Give the next numbers to at most `limit` committed entries, in a transaction of its own."""
    async with connection.transaction():
        # The statement after the lock sees all that was numbered before it was got.
        while await connection.fetchval(_ALONE) is None:
            await connection.execute(_BEGIN)
        count, last, waited_s = await connection.fetchrow(_NUMBER, limit, now) or (0, None, None)
        if count:
            await connection.execute(_LAST, last)
            await connection.execute(_NUMBERED)
    return Round(count, waited_s or 0.0)


async def prune(connection: Connection, before: datetime) -> None:
    """Remove what was numbered before a moment, and all that is below it."""
    async with connection.transaction():
        await connection.execute(_ALONE)
        await connection.execute(_PRUNE, before)


async def page(connection: Connection, after: int, limit: int) -> list[Numbered]:
    """The entries behind a number, ascending."""
    return [Numbered(*row) for row in await connection.fetch(_PAGE, after, limit)]


async def state(connection: Connection) -> TickerState:
    """How far numbers go."""
    row = await connection.fetchrow(_STATE)
    return TickerState(*row) if row is not None else TickerState(0, 0)
