"""What the projector keeps, as tests look at it, and an oracle that recomputes the rollups in SQL."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Record
from leadtrace.domain.calendar import Days
from leadtrace.domain.rates import rates_of
from leadtrace.runtime.handler import Applied
from leadtrace.store.connection import Pool
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from tests.integration.api import step_aged

# Written for this test alone: it shares nothing with the projector but the stored bodies and their meaning.
_ORACLE = """
with lead as (
  select definition_version as version, convert_from(outcome_body, 'UTF8')::jsonb as body,
         array[channel, source, medium, campaign, content, outlet, form, partner, owner, team,
               segment, industry, region] as keys
  from api.leads where outcome_body is not null and redirect_to is null and captured_at is not null
), ladder as (
  select stage, rung from unnest(array['inquiry','lead','mql','sal','sql','opportunity','customer'])
    with ordinality as l (stage, rung)
), reached as (
  select version, keys, body, low.stage, min(first.value::bigint) as at
  from lead, jsonb_each_text(coalesce(body -> 'first_reached', '{}')) first
  join ladder high on high.stage = first.key
  join ladder low on low.rung <= high.rung
  group by version, keys, body, low.stage
), listed as (
  select version, keys, body, one ->> 'stage' as stage, (one ->> 'at')::bigint as at
  from lead, jsonb_array_elements(coalesce(body -> 'transitions', '[]')) one
), omitted as (
  select version, keys, body, total.key as stage,
         coalesce((body -> 'first_reached' ->> total.key)::bigint, (body ->> 'captured_at')::bigint) as at,
         total.value::int - (
           select count(*) from jsonb_array_elements(coalesce(body -> 'transitions', '[]')) one
           where one ->> 'stage' = total.key
         ) as times
  from lead, jsonb_each_text(coalesce(body -> 'entries', '{}')) total
), standing as (
  select version, keys, body, body ->> 'stage' as stage,
         coalesce((body ->> 'stage_since')::bigint, (body ->> 'captured_at')::bigint) as at
  from lead
  where body ->> 'stage' is not null and coalesce(body ->> 'status', 'visitor') <> 'deleted'
), share as (
  select version, keys, body, one ->> 'currency' as currency, coalesce((one ->> 'share')::bigint, 0) as share,
         coalesce((one ->> 'closed_at')::bigint, (body ->> 'captured_at')::bigint) as at,
         0::bigint as recurring
  from lead, jsonb_array_elements(coalesce(body -> 'deals', '[]')) one
  where one ->> 'status' = 'won' and one ->> 'currency' is not null and one -> 'bookings' is null
  union all
  select version, keys, body, step ->> 5, (step ->> 4)::bigint, (step ->> 0)::bigint,
         case when step ->> 1 in ('win', 'refund') then 0 else (step ->> 4)::bigint end
  from lead, jsonb_array_elements(coalesce(body -> 'deals', '[]')) one,
       jsonb_array_elements(one -> 'bookings') step
  where one ->> 'status' = 'won'
), step as (
  select version, keys, body, stage, at, 1 as entered, 0 as reached, 0 as current from listed
  union all select version, keys, body, stage, at, times, 0, 0 from omitted where times > 0
  union all select version, keys, body, stage, at, 0, 1, 0 from reached
  union all select version, keys, body, stage, at, 0, 0, 1 from standing
), earned as (
  select version, keys, body, currency, at, 0 as customers, share, recurring from share
  union all select version, keys, body, currency, min(at), 1, 0, 0 from share
  group by version, keys, body, currency
)
"""
_DIMENSION = """
  cross join lateral (
    select '' as dimension, '' as key
    union all
    select name, keys[n] from unnest(array['channel','source','medium','campaign','content','outlet','form',
      'partner','owner','team','segment','industry','region']) with ordinality as d (name, n)
    where keys[n] is not null
    union all
    select name, char_length(coalesce(one, '')) || ':' || coalesce(one, '') || coalesce(other, '')
    from (values ('channel,segment', keys[1], keys[11]), ('channel,campaign', keys[1], keys[4]))
      as pair (name, one, other)
    where one is not null or other is not null
  ) dimension
  cross join lateral (
    select 'cohort' as basis, (body ->> 'captured_at')::bigint as counted_at union all select 'activity', at
  ) basis
"""
_DAY = "(to_timestamp(counted_at / 1000000) at time zone 'Europe/Berlin')::date"
_EXPECTED_FUNNEL = f"""{_ORACLE}
select version, basis, dimension, {_DAY} as day, key, stage,
       sum(entered)::bigint, sum(reached)::bigint, sum(current)::bigint
from step {_DIMENSION} group by 1, 2, 3, 4, 5, 6
having sum(entered) <> 0 or sum(reached) <> 0 or sum(current) <> 0
"""
_EXPECTED_REVENUE = f"""{_ORACLE}
select version, basis, dimension, {_DAY} as day, key, currency,
       sum(customers)::bigint, sum(share)::bigint, sum(recurring)::bigint
from earned {_DIMENSION} group by 1, 2, 3, 4, 5, 6
having sum(customers) <> 0 or sum(share) <> 0 or sum(recurring) <> 0
"""
_FUNNEL = """
select definition_version, basis, dimension, day, key, stage, entered, reached, current from api.funnel_daily
where entered <> 0 or reached <> 0 or current <> 0
"""
_REVENUE = """
select definition_version, basis, dimension, day, key, currency, customers, revenue, recurring_revenue
from api.revenue_daily where customers <> 0 or revenue <> 0 or recurring_revenue <> 0
"""


# What goes out of one pair of hands comes into another one; the first came from outside.
_EXPECTED_POSTINGS = f"""{_ORACLE}
, hand as (
  select version, ordinality as n, (one ->> 'at')::bigint as at, one ->> 'account' as account,
         coalesce(one ->> 'team', '') as team, coalesce(one ->> 'owner', '') as owner,
         coalesce(one ->> 'partner', '') as partner, body
  from lead, jsonb_array_elements(coalesce(body -> 'holdings', '[]')) with ordinality as h (one, ordinality)
), posting as (
  select version, at, account, team, owner, partner, 1 as amount from hand
  union all
  select version, at, 'outside', '', '', '', -1 from hand where n = 1
  union all
  select h.version, f.at, h.account, h.team, h.owner, h.partner, -1
  from hand h join hand f on f.body ->> 'lead_id' = h.body ->> 'lead_id' and f.version = h.version
    and f.n = h.n + 1
)
select version, at, account, team, owner, partner, sum(amount)::bigint from posting
group by 1, 2, 3, 4, 5, 6 having sum(amount) <> 0
"""
_POSTINGS = """
select definition_version, (extract(epoch from at) * 1000000)::bigint, account, team, owner, partner,
       sum(amount)::bigint
from api.postings group by 1, 2, 3, 4, 5, 6 having sum(amount) <> 0
"""
# Deals of the first two days have a rate for their dollars; those of later days come too late for it.
RATES = rates_of("EUR", [(date(2025, 12, 26), "USD", Decimal("1.0815"))], Days(ZoneInfo("Europe/Berlin")))


class Projection:
    """A projector over a real database; `owner` is a pool that may write every schema."""

    def __init__(self, pool: Pool, owner: Pool, zone: ZoneInfo) -> None:
        self.pool = pool
        self.owner = owner
        self.projector = Projector(Relearner(zone, RATES))

    async def take(self, records: Sequence[Record]) -> Applied:
        """One batch in one transaction, as the loop does it."""
        async with self.pool.acquire() as connection, connection.transaction():
            return await self.projector.apply(connection, records, frozenset())

    async def rollups(self) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
        """The rows of the funnel and of the revenue that say anything."""
        assert await self._rows(_POSTINGS) == await self._rows(_EXPECTED_POSTINGS)
        await self.check_step_ages()
        return await self._rows(_FUNNEL), await self._rows(_REVENUE)

    async def recomputed(self) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
        """What these rows must be, computed from the stored outcomes by SQL alone."""
        return await self._rows(_EXPECTED_FUNNEL), await self._rows(_EXPECTED_REVENUE)

    async def check_step_ages(self, zone: str = "Europe/Berlin") -> None:
        """The ages of steps are what SQL makes of the stored outcomes, with days of a time zone."""
        assert await self.pool.fetchval(step_aged.UNSOUND) == 0
        held = await self._rows(step_aged.HELD)
        assert held == await self._rows(step_aged.EXPECTED, zone)

    async def _rows(self, statement: str, *values: object) -> set[tuple[object, ...]]:
        rows = await self.pool.fetch(statement, *values)
        distinct = {tuple(row) for row in rows}
        assert len(distinct) == len(rows)
        return distinct

    async def empty(self) -> None:
        """Forget everything."""
        await self.pool.execute(
            "truncate api.leads, api.deals, api.lead_days, api.funnel_daily, api.revenue_daily, "
            "api.step_ages, "
            "api.funnel_known, api.revenue_known, api.known_leads, api.judgements, api.visits, "
            "api.postings, api.offers, api.spend_accounts, api.spend_events, api.spend_days"
        )
