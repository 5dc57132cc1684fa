"""From raw events to velocity: time in stage and rework are what SQL makes of `ingest.events` alone."""

import random
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.envelope import Event
from leadtrace.testing.worlds import worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

HOURS_LATE = (0, 0, 1, -1, 72, 80)

# Written for this test alone, from the rules and not from the code. No lead is linked to a deal here.
# A lead begins with its capture, else with the first event of its record, and a touch or an activity is no
# record of anybody; then every claim is taken in time order, what was only read off a record behind what
# changed at the same moment.
_REFERENCE = """
with recursive ladder (stage, rung) as (
  select stage, rung from unnest(array['inquiry', 'lead', 'mql', 'sal', 'sql', 'opportunity', 'customer'])
    with ordinality as l (stage, rung)
), told as (
  select entity_id as lead, split_part(type, '.', 4) as verb, id,
         case when occurred_at > recorded_at + interval '5 minutes' then recorded_at
              else occurred_at end as at,
         recorded_at, convert_from(body, 'UTF8')::jsonb as body
  from ingest.events where subject like 'contact/%'
    and split_part(type, '.', 3) not in ('touchpoint', 'activity') and type !~ '[.]lead[.](erased|watched)[.]'
), born as (
  select lead, coalesce(min(at) filter (where verb = 'captured'), min(at)) as at from told group by lead
), claim as (
  select lead, at, recorded_at, body -> 'data' ->> 'stage' as stage,
         coalesce((body -> 'data' ->> 'asserted')::bool, false) as asserted,
         coalesce((body -> 'data' ->> 'bulk')::bool, false) as bulk,
         row_number() over (
           partition by lead
           order by at, coalesce((body -> 'data' ->> 'asserted')::bool, false),
                    body ->> 'sequence' collate "C", id collate "C"
         ) * 2 as place
  from told where verb = 'stage_changed'
), line as (
  select lead, at, recorded_at, stage, true as claimed, asserted, bulk, place from claim
  union all
  select lead, at, at, 'inquiry', false, false, false, coalesce(
    (select min(c.place) - 1 from claim c
     where c.lead = b.lead and (c.at > b.at or (c.at = b.at and c.stage <> 'inquiry'))),
    (select coalesce(max(c.place), 0) + 1 from claim c where c.lead = b.lead)
  )
  from born b
), step as (
  select *, row_number() over (partition by lead order by place) as number from line
), walk as (
  select lead, 0::bigint as number, null::timestamptz as at, null::text as stage, null::text as entered,
         0::bigint as rung, array[]::text[] as path, false as changed, null::text as kind,
         false as looping, false as edit, false as bulk, false as backdated
  from born
  union all
  select w.lead, s.number, s.at,
         case when news.is then s.stage else w.stage end,
         case when news.is then s.stage end,
         case when news.is and rung.of is not null then rung.of else w.rung end,
         case when news.is then w.path || s.stage else w.path end,
         case when news.is then edit.is else w.changed or (edit.is and s.stage = w.stage) end,
         case when rung.of is null or rung.of = w.rung then 'beside' when rung.of < w.rung then 'backward'
              when rung.of = w.rung + 1 then 'forward' else 'skipped' end,
         s.stage = any (w.path), edit.is, edit.is and s.bulk,
         edit.is and s.recorded_at - s.at > interval '3 days'
  from walk w
  join step s on s.lead = w.lead and s.number = w.number + 1
  cross join lateral (select s.claimed and not s.asserted as is) edit
  cross join lateral (select (select rung from ladder where stage = s.stage) as of) rung
  cross join lateral (select case
    when w.stage is null then true
    when s.stage = w.stage then false
    when not s.claimed then false
    when not s.asserted then true
    when s.stage = any (w.path) then false
    when w.changed and w.stage not in (select stage from ladder) then false
    when rung.of is null then w.rung < 7
    else rung.of > w.rung end as is) news
), visit as (
  select lead, entered as stage, at, kind, looping, edit, bulk, backdated,
         lead(at) over (partition by lead order by number) as left_at,
         row_number() over (partition by lead order by number) as place
  from walk where entered is not null
), deleted as (
  select lead, (array_agg(verb order by at desc, body ->> 'sequence' collate "C" desc))[1] = 'deleted' as is
  from told where verb in ('deleted', 'restored') group by lead
)
select v.lead, v.place - 1, v.stage, v.kind, v.at, v.left_at, v.left_at - v.at,
       v.left_at is null and coalesce(d.is, false),
       array_remove(array[
         case when v.looping then 'looping' end,
         case when v.bulk then 'bulk' end,
         case when v.backdated then 'backdated' end,
         case when v.edit and exists (
           select from visit o where o.lead = v.lead and o.place <> v.place and o.edit
             and abs(extract(epoch from o.at - v.at)) < 1
         ) then 'same_second' end], null)
from visit v left join deleted d using (lead)
order by 1, 2
"""
_VISITS = """
select lead_id, place, stage, kind, entered_at, left_at, left_at - entered_at, gone_at is not null, marks
from api.visits order by 1, 2
"""


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(world=worlds(max_events=60, hours_late=HOURS_LATE, hours=8), seed=st.integers(0, 2**32))
async def test_dwell_and_rework_are_what_sql_makes_of_the_raw_events(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], seed: int
) -> None:
    events = [made for made in world if made.type != "io.leadtrace.deal.linked.v1"]
    random.Random(seed).shuffle(events)
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(events, size=random.Random(seed).randint(1, 9))
    expected = [tuple(row) for row in await projection.owner.fetch(_REFERENCE)]
    assert [tuple(row) for row in await projection.pool.fetch(_VISITS)] == expected
    told = (await client.get("/v1/velocity")).json()["total"]
    assert told["leads"] == len({row[0] for row in expected})
    assert told["rework"]["loops"] == sum("looping" in row[8] for row in expected)
    assert told["rework"]["looped_leads"]["n"] == told["leads"]
    for row in told["stages"]:
        visits = [one for one in expected if one[2] == row["stage"]]
        finished = sorted(one[6].total_seconds() for one in visits if one[6] is not None)
        assert (row["visits"], row["time"]["censored"]) == (len(visits), len(visits) - len(finished))
        assert row["open"] == sum(one[5] is None and not one[7] for one in visits)
        if len(finished) == len(visits):
            assert row["time"]["p50_s"] == _half(finished)
    assert sum(row["visits"] for row in told["stages"]) == len(expected)


def _half(finished: list[Any]) -> Any:
    """Of visits that all are over, the time by which half were."""
    return finished[(len(finished) - 1) // 2]
