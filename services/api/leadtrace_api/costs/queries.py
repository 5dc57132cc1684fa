"""Reads for costs: spend by day, cohorts of leads, orders, and how long leads took to end.

Each is grouped by the keys that were asked for; what is of no key of a dimension has null there.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.costs.schemas import KEYS
from leadtrace_api.costs.selection import Selection
from leadtrace_api.orders import ORDERS

Rows = Sequence[Row[Any]]

# PostgreSQL counts the elements of an array from 1.
RUNG = {stage: LADDER.index(stage) + 1 for stage in LADDER}
_MQL, _SQL, CUSTOMER = (
    f"l.reached_days[{RUNG[stage]}]"
    for stage in (Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED, Stage.CUSTOMER)
)
_DIMENSIONS = ", ".join(KEYS)
LEADS = "l.definition_version = :version and l.captured_at is not null and l.redirect_to is null"
# As doubles on end: they come as one value, and a million of them are read at once.
_PACKED = "string_agg(float8send(greatest(extract(epoch from {0})::float8, 0)), ''::bytea)"
_AGE = _PACKED.format("now() - l.captured_at")


async def spend(asked: Selection) -> Rows:
    """By all dimensions, kind and currency that it counts in: minor units.

    Unfiltered, since what its channel is called is decided by all that it says of itself.
    """
    return await read(
        asked,
        f"""
select {_DIMENSIONS}, kind, counted_in, sum(counted)::bigint as spent from api.spend_days
where {asked.within("day")} group by {_DIMENSIONS}, kind, counted_in
""",
    )


async def cohorts(asked: Selection, most: int) -> Rows:
    """By group: leads captured in the days, how far they got, and ages (s), packed, of open and of all.

    No more than `most` groups: a public form can be sent any text.
    """
    return await read(
        asked,
        f"""
select {asked.keys("l")}count(*) as leads, count({_MQL}) as mql, count({_SQL}) as sql,
       count({CUSTOMER}) as customers,
       {_AGE} filter (where l.status = 'open') as open_ages,
       {_AGE} filter (where l.status <> 'deleted') as ages
from api.leads l where {LEADS} and {asked.where("l", "l.cohort_day")} {asked.grouped()}
limit :most
""",
        most=most,
    )


async def revenue(asked: Selection) -> Rows:
    """By group and currency that it counts in: what leads captured in the days brought so far."""
    return await read(
        asked,
        f"""
select {asked.keys("l")}part.key as currency, sum(part.value::bigint)::bigint as revenue
from api.leads l, jsonb_each_text(l.revenue) part
where {LEADS} and l.revenue is not null and {asked.where("l", "l.cohort_day")} {asked.grouped("part.key")}
""",
    )


async def orders(asked: Selection) -> Rows:
    """By group: orders that closed in the days, of the cohort, without a lead, and what those closed brought.

    Those without a lead have no key at all.
    """
    closed, captured = asked.within("w.closed_day"), asked.within("l.cohort_day")
    return await read(
        asked,
        f"""
{ORDERS}
select {asked.keys("l")}count(*) filter (where {closed}) as orders,
       count(*) filter (where {captured} and l.redirect_to is null) as of_cohort,
       count(*) filter (where {closed} and l.deal_id is null) as unlinked,
       count(w.brought) filter (where {closed}) as sold,
       coalesce(sum(w.brought) filter (where {closed}), 0)::bigint as brought
from won w left join principal l on l.deal_id = w.deal_id
where {asked.filtered("l")} {asked.grouped()}
""",
        currency=asked.currency,
    )


async def endings(asked: Selection) -> Row[Any]:
    """Of all leads, asked for or not: times (s), packed, until won, lost or now; won leads, deals with any.

    Whoever ended before being captured, as a record that is made at the sale, tells nothing of time.
    """
    statement = text(f"""
select {_PACKED.format("l.won_at - l.captured_at")}
         filter (where l.status = 'won' and l.won_at >= l.captured_at) as won,
       {_PACKED.format("l.lost_at - l.captured_at")}
         filter (where l.status = 'lost' and l.lost_at >= l.captured_at) as lost,
       {_AGE} filter (where l.status = 'open') as open,
       count(*) filter (where l.status = 'won') as won_leads,
       (select count(*) from api.deals d where d.definition_version = :version and d.status = 'won'
          and d.redirect_to is null and d.leads > 0) as orders
from api.leads l where {LEADS}
""")
    return (await asked.now.connection.execute(statement, {"version": asked.now.version})).one()


async def read(asked: Selection, statement: str, **more: object) -> Rows:
    """The rows of a statement that is made of the parts of a question."""
    given = {**asked.parameters(), **more}
    return (await asked.now.connection.execute(text(statement), given)).all()
