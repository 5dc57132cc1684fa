"""Which lead an order counts with: the one that has most of it; of equal ones the one captured first.

The head of a statement on `:version` and the currency `:currency`: `won` are all won deals, `principal` the
leads that they count with.
"""

from typing import Final

# The order of a deal's leads `l`, as its snapshot tells each `one`: the first is its principal.
RANKED: Final = "coalesce((one ->> 'share')::bigint, 0) desc, l.captured_at nulls last, l.lead_id"


ORDERS: Final = f"""
with won as (
  select d.deal_id, d.closed_day, convert_from(d.outcome_body, 'UTF8')::jsonb -> 'leads' as linked,
         coalesce(d.revenue ->> :currency, case when d.currency = :currency then d.amount::text end)::bigint
           as brought
  from api.deals d
  where d.definition_version = :version and d.status = 'won' and d.redirect_to is null
), principal as (
  select distinct on (w.deal_id) w.deal_id, l.*
  from won w cross join jsonb_array_elements(w.linked) one
  join api.leads named
    on named.lead_id = (one ->> 'lead_id')::uuid and named.definition_version = :version
  join api.leads l
    on l.lead_id = coalesce(named.redirect_to, named.lead_id) and l.definition_version = :version
  order by w.deal_id, {RANKED}
)
"""
