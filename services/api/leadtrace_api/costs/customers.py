"""The read of new customers: for how long they were customers, what they brought, and who of them churned.

A deal is emptied when nothing is left of it in any currency, and ended by churn when that was its last step.
A customer has churned when a deal of its ended so and every other one was emptied.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from leadtrace_api.costs.queries import CUSTOMER, LEADS, read
from leadtrace_api.costs.selection import Selection

# A booking is an array: at, kind, amount, currency, counted, counted in.
_CHURNED = """
with emptied as (
  select d.deal_id, convert_from(d.outcome_body, 'UTF8')::jsonb as body from api.deals d
  where d.definition_version = :version and d.status = 'won' and d.redirect_to is null
    and d.revenue is not null and coalesce(d.net, 0) = 0
    and not exists (select from jsonb_each_text(d.revenue) part where part.value::bigint <> 0)
), ended as (
  select body -> 'leads' as linked,
         (timestamptz 'epoch' + (body -> 'bookings' -> -1 ->> 0)::bigint * interval '1 microsecond') as at
  from emptied where body -> 'bookings' -> -1 ->> 1 = 'churn'
), left_by as (
  select l.lead_id, max((e.at at time zone :timezone)::date) as day
  from ended e cross join jsonb_array_elements(e.linked) one
  join api.leads named
    on named.lead_id = (one ->> 'lead_id')::uuid and named.definition_version = :version
  join api.leads l
    on l.lead_id = coalesce(named.redirect_to, named.lead_id) and l.definition_version = :version
  group by l.lead_id
), churned as (
  select f.lead_id, f.day
  from left_by f join api.leads l on l.lead_id = f.lead_id and l.definition_version = :version
  where not exists (
    select from jsonb_array_elements(convert_from(l.outcome_body, 'UTF8')::jsonb -> 'deals') held
    join api.deals d on d.deal_id = (held ->> 'deal_id')::uuid and d.definition_version = :version
    where d.status = 'won' and d.redirect_to is null and d.deal_id not in (select deal_id from emptied)
  )
)
"""
_UNPRICED = """exists (
  select from jsonb_each_text(l.revenue) part where part.key <> :currency and part.value::bigint <> 0
)"""


async def new_customers(asked: Selection) -> Sequence[Row[Any]]:
    """By group: leads that became customers in the days, the days since until they churned or now, revenue.

    Revenue is in minor units of the reporting currency; who brought money in others is counted as unpriced.
    """
    return await read(
        asked,
        f"""
{_CHURNED}
select {asked.keys("l")}count(*) as new_customers, count(c.day) as churned,
       coalesce(sum(greatest(least(c.day, today.day) - {CUSTOMER}, 0)), 0)::bigint as customer_days,
       coalesce(sum((l.revenue ->> :currency)::bigint), 0)::bigint as customer_revenue,
       count(*) filter (where {_UNPRICED}) as unpriced
from api.leads l left join churned c on c.lead_id = l.lead_id
cross join (select (now() at time zone :timezone)::date as day) today
where {LEADS} and {asked.where("l", CUSTOMER)} {asked.grouped()}
""",
        currency=asked.currency,
        timezone=asked.timezone,
    )
