"""Show counts and sums to dashboards: nothing in these views is of one lead, deal or person."""

from alembic import op

revision = "api_0030"
down_revision = "api_0029"


def _units(minor: str, currency: str) -> str:
    """Whole units of minor ones, by ISO 4217."""
    none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    return f"""{minor} / case
        when {currency} = any(string_to_array('{none}', ' ')) then 1.0
        when {currency} = any(string_to_array('BHD IQD JOD KWD LYD OMR TND', ' ')) then 1000.0
        when {currency} in ('CLF', 'UYW') then 10000.0
        else 100.0
      end"""


# Until definitions are changed for the first time there is one version, and nobody has noted it.
_IN_FORCE = """(
        not exists (select from in_force)
        or t.definition_version = (select version from in_force order by ordinal desc limit 1)
      )"""
_ZONE = "coalesce((select timezone from projections where name = 'rollups'), 'UTC')"
# What an absorbed lead was offered is told of the lead that took it in.
_COUNTED_OFFERS = f"""offers t
      where {_IN_FORCE} and not exists (
        select from leads l where l.lead_id = t.lead_id and l.definition_version = t.definition_version
          and l.redirect_to is not null
      )"""
_LEFT_ALONE = "t.answer = 'accepted' and t.ended_as is null and t.contact_at is null"


def _promise(clock: str) -> str:
    """How many promises could be judged by now, and how many were kept; a void clock promises nothing."""
    made = f"t.{clock}_since is not null and not t.{clock}_void"
    return f"""count(*) filter (
               where {made} and (t.{clock}_at is not null or t.{clock}_due_at < now())
             ) as {clock}_due,
             count(*) filter (where {made} and t.{clock}_at <= t.{clock}_due_at) as {clock}_in_time"""


_STATEMENTS = (
    f"""
    create view pub_stats_calendar as select {_ZONE} as timezone
    """,
    f"""
    create view pub_stats_funnel as
      select basis, day, stage, entered, reached, current from funnel_daily t
      where dimension = '' and {_IN_FORCE}
    """,
    f"""
    create view pub_stats_revenue as
      select basis, day, currency, customers, {_units("revenue", "currency")} as amount
      from revenue_daily t where dimension = '' and {_IN_FORCE}
    """,
    f"""
    create view pub_stats_orders as
      select closed_day as day, count(*) as orders from deals t
      where status = 'won' and redirect_to is null and closed_day is not null and {_IN_FORCE}
      group by closed_day
    """,
    f"""
    create view pub_stats_spend as
      select day, kind, counted_in as currency, {_units("sum(counted)", "counted_in")} as amount
      from spend_days group by day, kind, counted_in
    """,
    f"""
    create view pub_stats_spend_balance as
      select currency, {_units("coalesce(posted, 0)", "currency")} as posted,
             {_units("coalesce(replaced, 0)", "currency")} as replaced,
             {_units("coalesce(void, 0)", "currency")} as void,
             {_units("coalesce(counted, 0)", "currency")} as counted
      from (
        select part.key as currency, sum(part.value::bigint) as posted,
               sum(part.value::bigint) filter (where fate = 'replaced') as replaced,
               sum(part.value::bigint) filter (where fate = 'void') as void
        from spend_events, jsonb_each_text(totals) part group by part.key
      ) postings
      full join (select currency, sum(amount) as counted from spend_days group by currency) days
        using (currency)
    """,
    f"""
    create view pub_stats_custody as
      select (at at time zone {_ZONE})::date as day, account, sum(amount)::bigint as leads
      from postings t where {_IN_FORCE} group by 1, account
    """,
    f"""
    create view pub_stats_handovers as
      select (t.at at time zone {_ZONE})::date as day, coalesce(t.team, 'none') as team,
             count(*) as offered,
             count(*) filter (where t.answer = 'open') as open,
             count(*) filter (where t.answer = 'accepted') as accepted,
             count(*) filter (where t.answer = 'rejected') as rejected,
             count(*) filter (where t.answer in ('superseded', 'gone')) as withdrawn,
             count(*) filter (where t.ended_as = 'returned') as returned,
             count(*) filter (where t.ended_as = 'won') as won,
             {_promise("accept")},
             {_promise("contact")}
      from {_COUNTED_OFFERS}
      group by 1, 2
    """,
    f"""
    create view pub_stats_untouched as
      select coalesce(t.team, 'none') as team,
             floor(extract(epoch from now() - t.contact_due_at) / 86400)::integer as days_overdue,
             count(*) as leads
      from {_COUNTED_OFFERS} and {_LEFT_ALONE} and t.contact_due_at < now()
      group by 1, 2
    """,
)


def upgrade() -> None:
    """Make the views."""
    for statement in _STATEMENTS:
        op.execute(statement)
