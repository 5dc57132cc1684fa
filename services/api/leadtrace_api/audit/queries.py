"""One query a check; each side is counted from tables, through the views that its owner publishes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, TextClause, text

from leadtrace.domain.credits.deal_credits import MICRO_DEALS
from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace_api.audit.hops import LETTER_READERS, READERS, EventHop, SnapshotHop
from leadtrace_api.projector.contribution import REVENUE_MEASURES, STAGE_MEASURES
from leadtrace_api.reading import Reading

_ITEMS = text("""
select sender, accepted, published, duplicate, ignored, suppressed, quarantined, discarded, pending,
       extract(epoch from now() - oldest_pending_at)::float8 as oldest_pending_age_s
from ingest.pub_items order by sender
""")

# Held items leave the table when they go through or are discarded.
_QUARANTINE = text("""
select sender, count(*) as items, extract(epoch from now() - min(first_seen_at))::float8 as oldest_age_s
from ingest.pub_quarantine group by sender order by sender
""")


def _waiting_letters(reader: str) -> str:
    return (
        f"select '{reader}' as reader, topic, count(*) as letters, "
        f"extract(epoch from now() - min(dead_at))::float8 as oldest_age_s "
        f"from {reader}.pub_dead_letters where settled_as is null group by topic"
    )


_DEAD_LETTERS = text(" union all ".join(map(_waiting_letters, LETTER_READERS)) + " order by reader, topic")


def _event_counts(hop: EventHop) -> TextClause:
    # What is stored will be published: until the broker has confirmed it, it is pending at every reader.
    return text(f"""
with fates as (
  select e.recorded_at, s.event_no is null and d.event_no is null as pending,
         s.event_no is null and d.event_no is not null as dead, u.event_no is not null as unconfirmed
  from ingest.pub_events e
  left join {hop.reader}.pub_seen s on s.event_no = e.event_no
  left join ingest.pub_unpublished u on u.event_no = e.event_no
  left join (
    select distinct event_no from {hop.reader}.pub_dead_letters where event_no is not null
  ) d on d.event_no = e.event_no
  where e.topic = :topic
), counted as (
  select count(*) as published,
         count(*) filter (where dead) as dead_lettered,
         count(*) filter (where pending) as pending,
         count(*) filter (where pending and unconfirmed) as unconfirmed,
         min(recorded_at) filter (where pending) as oldest
  from fates
), lapsed as (
  select coalesce(sum(events), 0)::bigint as events,
         coalesce(sum((discarded ->> '{hop.reader}')::bigint), 0)::bigint as dead
  from ingest.pub_lapsed_events where topic = :topic
), held as (
  select coalesce(sum(event_count - ignored_count) filter (where stuck_error is null), 0) as applied,
         coalesce(sum(ignored_count) filter (where stuck_error is null), 0) as ignored,
         coalesce(sum(event_count) filter (where stuck_error is not null), 0) as stuck
  from {hop.entities}
)
select published + lapsed.events as published, lapsed.events as lapsed, applied, stuck, ignored,
       dead_lettered + lapsed.dead as dead_lettered, pending, unconfirmed,
       extract(epoch from now() - oldest)::float8 as oldest_pending_age_s
from counted, held, lapsed
""")


def _missing_snapshots(hop: SnapshotHop) -> TextClause:
    version = " and r.definition_version = o.definition_version" if hop.by_version else ""
    return text(f"""
select count(*) as held,
       count(*) filter (where lacks) as missing,
       extract(epoch from now())::float8 - min(revision) filter (where lacks) / 1e6 as oldest_missing_age_s
from (
  select o.{hop.owner_revision} as revision,
         o.{hop.owner_revision} > coalesce(r.{hop.reader_revision}, 0) as lacks
  from {hop.owner_view} o left join {hop.reader_view} r on r.{hop.key} = o.{hop.key}{version}
  where o.{hop.owner_revision} > 0
) compared
""")


def _unexpected(reader: str) -> str:
    return (
        f"select '{reader}' as reader, count(*) as unexpected from {reader}.pub_seen s "
        "where not exists (select from ingest.pub_events e where e.event_no = s.event_no) "
        "and not exists (select from ingest.pub_lapsed_events l where l.numbers @> s.event_no)"
    )


_UNEXPECTED = text(" union all ".join(map(_unexpected, READERS)))

_MONEY = text("""
with parts as (
  select part.key as currency, part.value::bigint as won, leads,
         case when part.key = deals.currency then shared - coalesce(net, amount, 0) else 0 end as beyond
  from api.deals,
       jsonb_each_text(coalesce(
         revenue, case when currency is not null then jsonb_build_object(currency, amount) end
       )) part
  where definition_version = :version and status = 'won' and redirect_to is null
    and part.value is not null
), deals as (
  select currency, sum(won) as won, coalesce(sum(won + beyond) filter (where leads > 0), 0) as shared,
         coalesce(sum(won) filter (where leads = 0), 0) as unlinked
  from parts group by currency
), leads as (
  select part.key as currency, sum(part.value::bigint) as held,
         coalesce(sum(part.value::bigint) filter (where captured_at is not null), 0) as counted
  from api.leads, jsonb_each_text(revenue) part
  where definition_version = :version and revenue is not null and redirect_to is null
  group by part.key
), rollups as (
  select currency, sum(revenue) as revenue from api.revenue_daily
  where definition_version = :version and basis = 'cohort' and dimension = ''
  group by currency
)
select currency, coalesce(won, 0)::bigint as won, coalesce(shared, 0)::bigint as shared,
       coalesce(unlinked, 0)::bigint as unlinked, coalesce(held, 0)::bigint as held,
       (coalesce(counted, 0) - coalesce(revenue, 0))::bigint as rollups_difference
from deals full join leads using (currency) full join rollups using (currency)
order by currency
""")


def _known_difference(rollup: str, name: str, measures: Sequence[str]) -> str:
    sums = ", ".join(f"sum({measure}) as {measure}" for measure in measures)
    differs = " or ".join(f"coalesce(n.{one}, 0) <> coalesce(k.{one}, 0)" for one in measures)
    cells = "definition_version = :version and dimension = ''"
    return f"""
select '{rollup}' as rollup, count(*) filter (where {differs}) as difference
from (
  select basis, day, {name}, {sums} from api.{rollup}_known where {cells} group by basis, day, {name}
) k
full join (
  select basis, day, {name}, {", ".join(measures)} from api.{rollup}_daily where {cells}
) n using (basis, day, {name})
"""


_KNOWN = text(
    _known_difference("funnel", "stage", STAGE_MEASURES)
    + " union all "
    + _known_difference("revenue", "currency", REVENUE_MEASURES)
    + " order by rollup"
)

_WEBHOOKS = text("""
select matched, delivered, pending, dead, unrouted,
       extract(epoch from now() - least(oldest_pending_at, oldest_unrouted_at))::float8
         as oldest_pending_age_s
from attribution.pub_webhook_balance
""")


# Spend belongs to no version of the definitions: what was posted, by what became of it, against its days.
_SPEND = text("""
with posted as (
  select part.key as currency, sum(part.value::bigint) as posted,
         coalesce(sum(part.value::bigint) filter (where fate = 'replaced'), 0) as replaced,
         coalesce(sum(part.value::bigint) filter (where fate = 'void'), 0) as void
  from api.spend_events, jsonb_each_text(totals) part group by part.key
), days as (
  select currency, sum(amount) as counted from api.spend_days group by currency
)
select currency, coalesce(posted, 0)::bigint as posted, coalesce(replaced, 0)::bigint as replaced,
       coalesce(void, 0)::bigint as void, coalesce(counted, 0)::bigint as counted
from posted full join days using (currency) order by currency
""")


_CUSTODY = text("""
select (select coalesce(sum(amount), 0)::bigint from api.postings
        where definition_version = :version) as imbalance,
       (select coalesce(sum(amount), 0)::bigint from api.postings
        where definition_version = :version and account <> 'outside') as held,
       count(*) filter (where captured_at is not null) as captured,
       count(*) filter (where captured_at is not null and custody is null) as without_hands
from api.leads where definition_version = :version and redirect_to is null
""")

_CUSTOM = PER_DEAL.index(Model.CUSTOM) + 1
_WON = "definition_version = :version and status = 'won' and redirect_to is null"
# Deals are counted in millionths, without a currency. The model of one's own gives nothing to anybody unless
# somebody defined it.
_CREDITS = text(f"""
with won as (
  select part.key as currency, sum(part.value::bigint) as won
  from api.deals,
       jsonb_each_text(coalesce(
         revenue, case when currency is not null then jsonb_build_object(currency, amount) end
       )) part
  where {_WON} and part.value is not null group by part.key
  union all
  select '', {MICRO_DEALS}::bigint * count(*) from api.deals where {_WON}
), sums as (
  select coalesce(counted_in, '') as currency,
         array[{", ".join(f"sum(amounts[{place}])" for place, _ in enumerate(PER_DEAL, start=1))}] as given
  from attribution.pub_credit_days group by counted_in
), credited as (
  select currency, model::int as model, amount
  from sums, unnest(given) with ordinality as of_model (amount, model)
), models as (
  select model from generate_series(1, {len(PER_DEAL)}) model
  where model <> {_CUSTOM} or exists (
    select from credited where credited.model = {_CUSTOM} and amount <> 0
  )
)
select model, currency, coalesce(won, 0)::bigint as won, coalesce(amount, 0)::bigint as credited
from (select currency from won union select currency from sums) currencies
cross join models left join won using (currency) left join credited using (currency, model)
order by currency, model
""")
_CREDIT_WORK = text("""
select pending, extract(epoch from now() - oldest_marked_at)::float8 as oldest_pending_age_s
from attribution.pub_credit_work
""")


async def items(now: Reading) -> Sequence[Row[Any]]:
    """Equation 1: a row a sender."""
    return (await now.connection.execute(_ITEMS)).all()


async def quarantine(now: Reading) -> Sequence[Row[Any]]:
    """Held items: a row a sender that has any."""
    return (await now.connection.execute(_QUARANTINE)).all()


async def dead_letters(now: Reading) -> Sequence[Row[Any]]:
    """Dead letters that nobody settled: a row a reader and topic that has any."""
    return (await now.connection.execute(_DEAD_LETTERS)).all()


async def events(now: Reading, hop: EventHop) -> Row[Any]:
    """Equation 2 of one hop."""
    return (await now.connection.execute(_event_counts(hop), {"topic": hop.topic.value})).one()


async def snapshots(now: Reading, hop: SnapshotHop) -> Row[Any]:
    """What the reader of one hop lacks."""
    return (await now.connection.execute(_missing_snapshots(hop))).one()


async def unexpected(now: Reading) -> Sequence[Row[Any]]:
    """Events that readers hold and ingest does not: a row a reader."""
    return (await now.connection.execute(_UNEXPECTED)).all()


async def known(now: Reading) -> Sequence[Row[Any]]:
    """Cells whose differences by known day do not sum to what is known now: a row a rollup."""
    return (await now.connection.execute(_KNOWN, {"version": now.version})).all()


async def custody(now: Reading) -> Row[Any]:
    """The sum over all accounts, leads in somebody's hands by the ledger, and by their own rows."""
    return (await now.connection.execute(_CUSTODY, {"version": now.version})).one()


async def webhooks(now: Reading) -> Row[Any]:
    """Pairs of notification and subscription, and what became of them."""
    return (await now.connection.execute(_WEBHOOKS)).one()


async def money(now: Reading) -> Sequence[Row[Any]]:
    """Won amounts against shares, in minor units: a row a currency."""
    return (await now.connection.execute(_MONEY, {"version": now.version})).all()


async def credits_given(now: Reading) -> Sequence[Row[Any]]:
    """Won deals and their money against what each model gave: a row a model and currency."""
    return (await now.connection.execute(_CREDITS, {"version": now.version})).all()


async def credit_work(now: Reading) -> Row[Any]:
    """What waits for its credits."""
    return (await now.connection.execute(_CREDIT_WORK)).one()


async def spend(now: Reading) -> Sequence[Row[Any]]:
    """What was posted against what counts by days, in minor units: a row a currency."""
    return (await now.connection.execute(_SPEND)).all()
