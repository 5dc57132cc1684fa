"""Show to dashboards what each model gave to each channel, by day; nothing in it is of one deal or person."""

from alembic import op

revision = "attribution_0012"
down_revision = "attribution_0011"

# The order of every array of amounts.
_MODELS = (
    "first_touch last_touch linear position_based u_shaped_hubspot u_shaped_marketo w_shaped full_path "
    "time_decay custom"
)
_WITHOUT_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_MOST_CHANNELS = 10

# A public form can be sent any text as its channel: what looks like no name of one is told with the others.
_VIEW = f"""
create view pub_stats_credits as
  with shown as (
    select channel from credit_days
    where attributed and channel ~ '^[[:alnum:]_ &+./()''-]{{1,64}}$' and channel not in ('other', 'none')
      and regexp_count(channel, '[0-9]') < 5
    group by channel order by sum(credits) desc, channel limit {_MOST_CHANNELS}
  )
  select day, model, channel, currency,
         sum(amount) / case
           when currency is null then 1000000.0
           when currency = any(string_to_array('{_WITHOUT_DIGITS}', ' ')) then 1.0
           when currency = any(string_to_array('BHD IQD JOD KWD LYD OMR TND', ' ')) then 1000.0
           when currency in ('CLF', 'UYW') then 10000.0
           else 100.0
         end as amount
  from (
    select won_on as day, model.name as model, counted_in as currency, credited.amount,
           case
             when not attributed then 'unattributed'
             when channel is null or channel = 'none' then 'none'
             when channel in (select channel from shown) then channel
             else 'other'
           end as channel
    from credit_days
    cross join unnest(amounts) with ordinality credited (amount, place)
    join unnest(string_to_array('{_MODELS}', ' ')) with ordinality model (name, place) using (place)
  ) told
  group by day, model, channel, currency
"""


def upgrade() -> None:
    """Make the view."""
    op.execute(_VIEW)
    op.execute("comment on view pub_stats_credits is 'Without a currency: deals; else its whole units.'")
