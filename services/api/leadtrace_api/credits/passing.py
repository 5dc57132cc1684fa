"""Which journeys pass filters of what their leads are: each by one lead, so that all keys add up to all.

A deal is its principal lead's, as an order is in costs; a lead without a deal travels by itself. A journey
that has no lead, or none that is known, has the null key in every dimension.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import text

from leadtrace_api.credits.queries import State
from leadtrace_api.credits.selection import Passing, Selection, named
from leadtrace_api.orders import RANKED
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading
from leadtrace_api.remembered import Remembered

_ENDED_IN_RANGE = "j.ended_on between :first and :last"
_WON = f"j.outcome = 'won' and {_ENDED_IN_RANGE}"
_ENDED = f"j.outcome in ('won', 'lost') and {_ENDED_IN_RANGE}"
_BOOKED = """j.outcome = 'won' and j.unit_id in (
    select deal_id from attribution.pub_credits where booked_on between :first and :last
  )"""
_OPEN = "j.outcome = 'open'"
# A plan for any keys and days is kept after some questions, and takes up to twice as long.
_PLAN_ANEW = text("set local plan_cache_mode = force_custom_plan")
# What each lead has of a deal is asked where there are several: most have one, and a snapshot takes time.
# Who took a lead in is looked up only where somebody did.
_PASSING: Final = """
with passing as (
  select j.unit_id from attribution.pub_journeys j
  left join api.leads named on named.lead_id = j.leads[1] and named.definition_version = :version
  left join lateral (
    select {named} where named.redirect_to is null
    union all
    select {columns} from api.leads l where l.lead_id = named.redirect_to and l.definition_version = :version
  ) l on true
  where {which} and cardinality(j.leads) < 2 and {conditions}
  union all
  select j.unit_id from attribution.pub_journeys j left join lateral (
    select {columns}
    from api.deals d
    cross join jsonb_array_elements(convert_from(d.outcome_body, 'UTF8')::jsonb -> 'leads') one
    join api.leads named
      on named.lead_id = (one ->> 'lead_id')::uuid and named.definition_version = :version
    join api.leads l
      on l.lead_id = coalesce(named.redirect_to, named.lead_id) and l.definition_version = :version
    where d.deal_id = j.unit_id and d.definition_version = :version
    order by {ranked} limit 1
  ) l on true
  where {which} and cardinality(j.leads) > 1 and {conditions}
)
select coalesce(array_agg(unit_id order by unit_id), '{{}}')::text, count(*) from passing
"""


async def narrowed(now: Reading, asked: Selection, state: State, remembered: Remembered) -> Selection:
    """The same question with the journeys that pass its filters of leads; without such all of them do.

    They are looked up once as long as no journey, deal or lead is another.
    """
    if not asked.lead_filters:
        return asked

    async def find() -> Passing:
        await now.connection.execute(_PLAN_ANEW)
        ended, _ = await _passing(now, asked, _which(asked))
        still, count = await _passing(now, asked, _OPEN) if asked.data_driven else ("{}", 0)
        return Passing(ended, still, count)

    # Only models over all journeys look at open ones.
    seen = state if asked.data_driven else State(state.ended, None)
    if state.ended is None or (asked.data_driven and state.open is None):
        return replace(asked, passing=await find())
    question = (now.version, _which(asked), asked.first, asked.last, bool(asked.data_driven))
    found = await remembered.get((seen, now.state, question, named(asked.lead_filters)), find)
    return replace(asked, passing=found)


def _which(asked: Selection) -> str:
    if asked.basis is Basis.ACTIVITY:
        return _BOOKED
    return _ENDED if asked.has_paths else _WON


async def _passing(now: Reading, asked: Selection, which: str) -> tuple[str, int]:
    conditions, given = asked.keys_of_leads("l")
    statement = _PASSING.format(
        which=which,
        named=", ".join(f"named.{name}" for name in asked.lead_filters),
        columns=", ".join(f"l.{name}" for name in asked.lead_filters),
        ranked=RANKED,
        conditions=conditions,
    )
    days = asked.days() if which != _OPEN else {}
    row = (await now.connection.execute(text(statement), {"version": now.version, **days, **given})).one()
    return row[0], row[1]
