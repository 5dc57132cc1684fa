"""What attribution keeps: its lead and deal rows, and the queries over them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from leadtrace.events.topics import Topic
from leadtrace.store.bindings import Name
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityTable
from leadtrace.store.generation.tables import BOUND_BY, SAYS_ANYTHING, Carried, Generation, GenerationTable

SCHEMA = "attribution"
_UUID_BYTES = 16

# The service's own columns, in the order in which a row's `extras` hold them.
LEAD_DEALS, LEAD_QUALIFICATION, LEAD_QUALIFICATION_REVISION, LEAD_DUE_AT, LEAD_TOLD = range(5)
LEADS = EntityTable(
    SCHEMA,
    "leads",
    "lead_id",
    (
        ("deals", "bytea"),
        ("qualification", "bytea"),
        ("qualification_revision", "bigint"),
        ("due_at", "bigint"),
        ("told", "bytea"),
    ),
)
DEAL_LEADS, DEAL_RATES = 0, 1
DEALS = EntityTable(SCHEMA, "deals", "deal_id", (("lead_ids", "bytea"), ("rates_mark", "bigint")))

# What a rebuild makes anew, in the order in which it is locked.
_REVISION = (Carried("revision", ("body_hash", "definition_version")),)
GENERATION = Generation(
    SCHEMA,
    (
        GenerationTable(
            "leads",
            ("lead_id",),
            "leads",
            _REVISION,
            counts=f"{SAYS_ANYTHING} or qualification_revision > 0",
            paths=("deals", "due_at", "told"),
            shown=("pub_shadow_leads", "lead_id, definition_version, revision, body"),
        ),
        GenerationTable(
            "deals",
            ("deal_id",),
            "deals",
            _REVISION,
            counts=SAYS_ANYTHING,
            paths=("lead_ids", "rates_mark"),
            shown=("pub_shadow_deals", "deal_id, definition_version, revision, body"),
        ),
        GenerationTable("seen", ("event_no",)),
        GenerationTable("bindings", ("source", "subject"), remembered_by=BOUND_BY),
        GenerationTable(
            "deal_subjects", ("deal_id", "source", "subject"), compared=False, remembered_by=("deal_id",)
        ),
    ),
)

# Clocks that have come to something by now, at most so many leads.
DUE_LEADS = """
select lead_id from attribution.leads
where due_at <= (extract(epoch from now()) * 1000000)::bigint and stuck_error is null
order by due_at limit $1
"""
# Whoever was folded since a version is in force, by code that did not know since when, is folded again.
FOLD_AGAIN_SINCE = "update attribution.leads set due_at = 0 where revision >= $1 and body is not null"
_OF_TOPIC = """
select min(e.recorded_at) from ingest.pub_events e
where e.topic = '{topic}'
  and not exists (select from attribution.seen s where s.event_no = e.event_no)
  and not exists (select from attribution.dead_letters d where d.event_no = e.event_no)
"""
_CONSUMED = f"""
select least(now(), min(oldest) - interval '1 microsecond') from (
  select min(oldest_pending_at) from ingest.pub_items
  union all {_OF_TOPIC.format(topic=Topic.LEAD_EVENTS.value)}
  union all {_OF_TOPIC.format(topic=Topic.DEAL_EVENTS.value)}
) pending (oldest)
"""
STUCK_LEADS = "select lead_id from attribution.leads where stuck_error is not null order by lead_id limit $1"
STUCK_DEALS = "select deal_id from attribution.deals where stuck_error is not null order by deal_id limit $1"

# Deals with money of other currencies that another table of rates counted, by two ranges of the index.
_COUNTED_OTHERWISE = """
select deal_id from attribution.deals
where (rates_mark < {mark} or rates_mark > {mark}) and body is not null and stuck_error is null
order by deal_id limit $1
"""

# A least age of 0 asks for everything, also what another machine's clock dated into the future.
MISSING_LEADS_IN_API = """
select o.lead_id from attribution.leads o
left join api.pub_leads r using (lead_id, definition_version)
where o.lead_id > $1 and o.revision > coalesce(r.outcome_revision, 0)
  and ($3 = interval '0' or o.revision <= (extract(epoch from now() - $3::interval) * 1000000)::bigint)
order by o.lead_id limit $2
"""
MISSING_DEALS_IN_API = """
select o.deal_id from attribution.deals o
left join api.pub_deals r using (deal_id, definition_version)
where o.deal_id > $1 and o.revision > coalesce(r.outcome_revision, 0)
  and ($3 = interval '0' or o.revision <= (extract(epoch from now() - $3::interval) * 1000000)::bigint)
order by o.deal_id limit $2
"""
ALL_LEADS = (
    "select lead_id from attribution.leads where lead_id > $1 and body is not null order by 1 limit $2"
)
ALL_DEALS = (
    "select deal_id from attribution.deals where deal_id > $1 and body is not null order by 1 limit $2"
)

_DEALS_AMONG = "select deal_id from attribution.deals where deal_id = any($1::uuid[])"
_FOLLOWERS = """
select distinct l.deal_id from unnest($1::text[], $2::text[]) given (source, subject)
join attribution.deal_subjects l on (l.source, l.subject) = (given.source, given.subject)
"""
_RECORDS = """
select deal_id, source, subject, lead_id, binding_revision from attribution.deal_subjects
where deal_id = any($1::uuid[])
"""
_KEEP_LINKS = """
insert into attribution.deal_subjects as held (deal_id, source, subject, lead_id, binding_revision)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[])
on conflict (deal_id, source, subject) do update
set lead_id = excluded.lead_id, binding_revision = excluded.binding_revision
where excluded.binding_revision > held.binding_revision
"""
_FORGET_LINKS = "delete from attribution.deal_subjects where deal_id = any($1::uuid[])"
_LINKED = "select lead_ids from attribution.deals where deal_id = any($1::uuid[]) and lead_ids is not null"


def counted_otherwise(mark: int) -> str:
    """The query of the deals that another table of rates than the one with this mark counted."""
    return _COUNTED_OTHERWISE.format(mark=mark)


async def consumed_until(connection: Connection) -> datetime:
    """The moment up to which everything that was recorded has been taken in here."""
    moment: datetime = await connection.fetchval(_CONSUMED)
    return moment


async def linked_leads(connection: Connection, deal_ids: Iterable[UUID]) -> set[UUID]:
    """The leads that deals are linked to, as a first guess: the deals are not locked yet."""
    rows = await connection.fetch(_LINKED, list(deal_ids))
    return {lead for row in rows for lead in unpack_ids(row[0])}


async def deals_among(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are deals."""
    return {row[0] for row in await connection.fetch(_DEALS_AMONG, list(ids))} if ids else set()


async def deals_linked_with(connection: Connection, names: Collection[Name]) -> set[UUID]:
    """The deals that ever were linked with the records."""
    return {row[0] for row in await connection.fetch(_FOLLOWERS, *_columns(names))} if names else set()


class LinkedRecord(NamedTuple):
    """A record that a deal ever was linked with, and its lead by the highest binding of its links.

    That a link was corrected or undone since makes no difference: the deal's past is the lead's.
    """

    deal: UUID
    name: Name
    lead: UUID
    revision: int


async def records_linked_with(connection: Connection, deals: Collection[UUID]) -> list[LinkedRecord]:
    """The records that the deals ever were linked with."""
    rows = await connection.fetch(_RECORDS, list(deals)) if deals else []
    return [LinkedRecord(row[0], (row[1], row[2]), row[3], row[4]) for row in rows]


async def forget_links(connection: Connection, deals: Collection[UUID]) -> None:
    """Forget with which records deals are linked, to keep it anew."""
    if deals:
        await connection.execute(_FORGET_LINKS, sorted(deals))


async def keep_links(connection: Connection, links: Iterable[LinkedRecord]) -> None:
    """Remember which records deals are linked with."""
    newest: dict[tuple[UUID, Name], LinkedRecord] = {}
    for link in links:
        known = newest.get((link.deal, link.name))
        if known is None or known.revision < link.revision:
            newest[link.deal, link.name] = link
    if newest:
        ordered = [newest[one] for one in sorted(newest)]
        await connection.execute(
            _KEEP_LINKS,
            [link.deal for link in ordered],
            *_columns(link.name for link in ordered),
            [link.lead for link in ordered],
            [link.revision for link in ordered],
        )


def _columns(names: Iterable[Name]) -> tuple[list[str], list[str]]:
    listed = list(names)
    return [source for source, _ in listed], [subject for _, subject in listed]


def pack_ids(ids: Iterable[UUID]) -> bytes:
    """Ids in order, 16 bytes each."""
    return b"".join(one.bytes for one in sorted(ids))


def unpack_ids(packed: bytes | None) -> list[UUID]:
    """The ids that `pack_ids` packed; None holds none."""
    stored = packed or b""
    return [UUID(bytes=stored[n : n + _UUID_BYTES]) for n in range(0, len(stored), _UUID_BYTES)]
