"""Which journeys pass filters of what their leads are: each by one lead, so that all keys add up to all.

A deal is its principal lead's, as an order is in costs; a lead without a deal travels by itself. A journey
that has no lead, or none that is known, has the null key in every dimension.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import text

from leadtrace_api.credits.selection import Passing, Selection
from leadtrace_api.orders import ranked
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading

_ENDED_IN_RANGE = "j.ended_on between :first and :last"
_WON = f"j.outcome = 'won' and {_ENDED_IN_RANGE}"
_ENDED = f"j.outcome in ('won', 'lost') and {_ENDED_IN_RANGE}"
_BOOKED = """j.outcome = 'won' and j.unit_id in (
    select deal_id from attribution.pub_credits where booked_on between :first and :last
  )"""
_OPEN = "j.outcome = 'open'"
# What each lead has of a deal is asked where there are several: most have one, and a snapshot takes time.
_PASSING: Final = """
with asked as materialized (
  select j.unit_id, j.leads from attribution.pub_journeys j where {which}
), linked as (
  select unit_id, leads[1] as lead_id, 0::bigint as share from asked where cardinality(leads) = 1
  union all
  select a.unit_id, (one ->> 'lead_id')::uuid, coalesce((one ->> 'share')::bigint, 0)
  from asked a join api.deals d on d.deal_id = a.unit_id and d.definition_version = :version
  cross join jsonb_array_elements(convert_from(d.outcome_body, 'UTF8')::jsonb -> 'leads') one
  where cardinality(a.leads) > 1
), principal as (
  select distinct on (k.unit_id) k.unit_id, {columns}
  from linked k
  join api.leads named on named.lead_id = k.lead_id and named.definition_version = :version
  join api.leads l
    on l.lead_id = coalesce(named.redirect_to, named.lead_id) and l.definition_version = :version
  order by k.unit_id, {ranked}
)
select coalesce(array_agg(a.unit_id order by a.unit_id), '{{}}')::text, count(*)
from asked a left join principal l on l.unit_id = a.unit_id where {conditions}
"""


async def narrowed(now: Reading, asked: Selection) -> Selection:
    """The same question with the journeys that pass its filters of leads; without such all of them do."""
    if not asked.lead_filters:
        return asked
    ended, _ = await _passing(now, asked, _which(asked))
    still, count = await _passing(now, asked, _OPEN) if asked.data_driven else ("{}", 0)
    return replace(asked, passing=Passing(ended, still, count))


def _which(asked: Selection) -> str:
    if asked.basis is Basis.ACTIVITY:
        return _BOOKED
    return _ENDED if asked.has_paths else _WON


async def _passing(now: Reading, asked: Selection, which: str) -> tuple[str, int]:
    conditions, given = asked.keys_of_leads("l")
    statement = _PASSING.format(
        which=which,
        columns=", ".join(f"l.{name}" for name in asked.lead_filters),
        ranked=ranked("k.share"),
        conditions=conditions,
    )
    days = asked.days() if which != _OPEN else {}
    row = (await now.connection.execute(text(statement), {"version": now.version, **days, **given})).one()
    return row[0], row[1]
