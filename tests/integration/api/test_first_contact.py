"""First contact against SQL over raw events: the earliest genuine one since the offer, however late it is."""

from datetime import timedelta

import httpx
from hypothesis import HealthCheck, Phase, given, settings

from leadtrace.events.envelope import Event
from leadtrace.testing.builders import DAY_ZERO
from leadtrace.testing.worlds import worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

# A clock that runs ahead of the door by more than five minutes is set back to the door's.
_CONTACTS = """
with raw as (
  select entity_id, convert_from(body, 'UTF8')::jsonb as event, occurred_at, recorded_at
  from ingest.events where type = 'io.leadtrace.activity.recorded.v1'
), contact as (
  select entity_id,
         case when occurred_at > recorded_at + interval '5 minutes' then recorded_at
              else occurred_at end as at
  from raw
  where event -> 'data' ->> 'kind' in ('call', 'meeting', 'email')
    and coalesce(event -> 'data' ->> 'automatic', 'false') = 'false'
    and coalesce(event -> 'data' ->> 'bulk', 'false') = 'false'
    and coalesce(event -> 'data' ->> 'done', 'true') = 'true'
)
, told as (
  -- What was told of a time before the capture counts from there on.
  select l.lead_id, l.definition_version, greatest(c.at, l.captured_at) as at
  from contact c join api.leads l on l.lead_id = c.entity_id
)
select o.lead_id, o.place, greatest(o.answered_at, min(c.at))
from api.offers o
join told c on c.lead_id = o.lead_id and c.at >= o.at and (o.ended_at is null or c.at <= o.ended_at)
where o.answer = 'accepted' and o.opened_by <> 'implied'
group by o.lead_id, o.place, o.answered_at
order by 1, 2
"""
_TOLD = """
select lead_id, place, contact_at from api.offers
where contact_at is not null and opened_by <> 'implied' order by 1, 2
"""

through_the_store = settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@through_the_store
@given(world=worlds(max_events=40, hours_late=(0, 0, 1, -1, 30)))
async def test_first_contacts_are_those_of_the_raw_events(
    projection: Projection, client: httpx.AsyncClient, world: list[Event]
) -> None:
    whole = Whole(projection)
    whole.clock.set(DAY_ZERO + timedelta(days=90))
    await whole.begin()
    await whole.tell(world, copies=2)
    expected = [tuple(row) for row in await projection.owner.fetch(_CONTACTS)]
    assert [tuple(row) for row in await projection.owner.fetch(_TOLD)] == expected
    numbers = (await client.get("/v1/handovers")).json()["total"]["contact"]["time"]
    assert numbers["n"] - numbers["censored"] >= len(expected)
