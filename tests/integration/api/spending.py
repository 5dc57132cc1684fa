"""Postings of spend as events, and what they come to, recomputed in SQL from the events of ingest."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from leadtrace.bus.protocol import Record
from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.events.spend import SpendKind, SpendRecorded, SpendRow
from leadtrace.testing.builders import DAY_ZERO, event, outgoing
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import Projection

FIRST = date(2026, 1, 1)
# Written for the tests alone: what counts is decided day by day, and divided by arithmetic of its own.
_ORACLE = """
with event as (
  select convert_from(body, 'UTF8')::jsonb as e from ingest.events where topic = 'spend-events'
), correction as (
  select e ->> 'id' as id, e -> 'data' ->> 'event' as of, (e ->> 'recordedtime')::timestamptz as at
  from event where e ->> 'type' like '%event.corrected%'
), counting as (
  select c.of from correction c
  where not exists (select from correction back where back.of = c.id and (back.at, back.id) > (c.at, c.id))
), posting as (
  select e ->> 'id' as id, (e ->> 'recordedtime')::timestamptz as at, e -> 'data' ->> 'account' as account,
         (e -> 'data' ->> 'from')::date as first, (e -> 'data' ->> 'to')::date as last,
         e -> 'data' -> 'rows' as rows
  from event where e ->> 'type' like '%spend.recorded.v1'
    and e ->> 'id' not in (select of from counting)
), newest as (
  select distinct on (account, day) account, day::date as day, id
  from posting, generate_series(first, last, interval '1 day') day
  order by account, day, at desc, id collate "C" desc
), line as (
  select p.account, p.id, r.value as r, (r.value ->> 'from')::date as first, (r.value ->> 'to')::date as last,
         (r.value ->> 'amount')::numeric
           * case r.value ->> 'currency' when 'JPY' then 1 when 'KWD' then 1000 else 100 end as exact
  from posting p, jsonb_array_elements(p.rows) r
), rounded as (
  select *, last - first + 1 as days,
         case when abs(exact - trunc(exact)) = 0.5 then 2 * round(exact / 2) else round(exact) end as minor
  from line
), divided as (
  select l.account, n.day, l.r,
         sign(minor) * (trunc(abs(minor) / days) + ((n.day - first) < abs(minor) % days)::int) as minor
  from rounded l join newest n on n.account = l.account and n.id = l.id and n.day between l.first and l.last
)
select account, day, coalesce(r ->> 'kind', 'media'), r ->> 'channel', r ->> 'campaign', r ->> 'currency',
       sum(minor)::bigint
from divided group by 1, 2, 3, 4, 5, 6 having sum(abs(minor)) <> 0
"""
_KEPT = """
select a.account, day, kind, channel, campaign, currency, sum(amount)::bigint
from api.spend_days d join api.spend_accounts a using (account_id) group by 1, 2, 3, 4, 5, 6
"""


def day(number: int) -> date:
    """The day numbered from the first of January, which is 0."""
    return FIRST + timedelta(days=number)


def posted(
    number: int, days: tuple[int, int], *rows: SpendRow, account: str = "ads", hour: int | None = None
) -> Event:
    """The event of a posting; a later `hour` was received later, by default that of its number."""
    at = DAY_ZERO + timedelta(hours=number if hour is None else hour)
    data = SpendRecorded(account, day(days[0]), day(days[1]), rows)
    return event(data, f"spend/{account}", number, at=at, recorded=at)


def spent(days: tuple[int, int], amount: str, currency: str = "EUR", **where: str) -> SpendRow:
    """A row of media spend."""
    return SpendRow(day(days[0]), day(days[1]), amount, currency, **where)  # type: ignore[arg-type]  # names only


def corrected(number: int, of: int, *, account: str = "ads", hour: int | None = None) -> Event:
    """Says of the event numbered `of` that it did not occur."""
    at = DAY_ZERO + timedelta(hours=number if hour is None else hour)
    data = EventCorrected(f"e{of}", "spend.recorded", Declaration.DID_NOT_OCCUR)
    return event(data, f"spend/{account}", number, at=at, recorded=at)


@st.composite
def spend_worlds(draw: st.DrawFn) -> list[Event]:
    """Postings as ingest lets them in, with corrections of some of them."""
    made: list[Event] = []
    scopes: list[tuple[str, int, int]] = []
    for number in range(1, draw(st.integers(1, 10))):
        account, first = draw(st.sampled_from(("ads", "fairs"))), draw(st.integers(0, 6))
        last = first + draw(st.integers(0, 4))
        if all(_fits((account, first, last), one) for one in scopes):
            scopes.append((account, first, last))
            rows = draw(st.lists(_rows(first, last), max_size=3))
            made.append(posted(number, (first, last), *rows, account=account))
    for number in range(20, 20 + draw(st.integers(0, 3))):
        if made:
            of = draw(st.sampled_from(made))
            account = of.subject.partition("/")[2]
            # Before or after what it corrects was received: it makes no difference.
            made.append(corrected(number, int(of.eventno), account=account, hour=draw(st.integers(0, 40))))
    return made


def _fits(later: tuple[str, int, int], earlier: tuple[str, int, int]) -> bool:
    apart = later[0] != earlier[0] or later[2] < earlier[1] or earlier[2] < later[1]
    return apart or (later[1] <= earlier[1] and earlier[2] <= later[2])


@st.composite
def _rows(draw: st.DrawFn, first: int, last: int) -> SpendRow:
    begin = draw(st.integers(first, last))
    return SpendRow(
        day(begin),
        day(draw(st.integers(begin, last))),
        draw(st.sampled_from(("100.00", "0.01", "-7.5", "0.005", "0.015", "19.999", "0", "1234567.891"))),
        draw(st.sampled_from(("EUR", "USD", "JPY", "KWD"))),
        channel=draw(st.sampled_from((None, "email", "paid_search"))),
        campaign=draw(st.sampled_from((None, "spring"))),
        kind=draw(st.sampled_from(tuple(SpendKind))),
    )


async def store(projection: Projection, events: Sequence[Event]) -> None:
    """Keep events as ingest does."""
    async with projection.owner.acquire() as connection:
        for made in events:
            await store_event(connection, made)


async def forget(projection: Projection) -> None:
    """Leave nothing of spend, in either place."""
    await projection.empty()
    await projection.owner.execute("truncate ingest.events, ingest.lapsed_events, ingest.lapsed_entities")


async def take(projection: Projection, events: Sequence[Event], chance: random.Random | None = None) -> None:
    """Have the projector take events in: one batch; with `chance` cut, in any order, some of them again."""
    records = [record_of(made) for made in events]
    if chance is None:
        await projection.take(records)
        return
    records += [chance.choice(records) for _ in range(chance.randrange(len(records) + 1)) if records]
    chance.shuffle(records)
    while records:
        size = chance.randint(1, 4)
        await projection.take(records[:size])
        records = records[size:]


def record_of(made: Event) -> Record:
    """An event as it is read from its topic."""
    sent = outgoing(made)
    return Record(sent.topic, 0, int(made.eventno), sent.key, sent.value)


async def kept(projection: Projection) -> set[tuple[object, ...]]:
    """What the api keeps of each account and day."""
    return {tuple(row) for row in await projection.pool.fetch(_KEPT)}


async def recomputed(projection: Projection) -> set[tuple[object, ...]]:
    """What it must be by the events."""
    return {tuple(row) for row in await projection.owner.fetch(_ORACLE)}
