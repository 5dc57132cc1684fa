"""What attribution keeps: its lead and deal rows, and the queries over them."""

from collections.abc import Iterable
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityTable
from leadtrace.store.generation.tables import Carried, Generation, GenerationTable

SCHEMA = "attribution"
_UUID_BYTES = 16

# The service's own columns, in the order in which a row's `extras` hold them.
LEAD_DEALS, LEAD_QUALIFICATION, LEAD_QUALIFICATION_REVISION = 0, 1, 2
LEADS = EntityTable(
    SCHEMA,
    "leads",
    "lead_id",
    (("deals", "bytea"), ("qualification", "bytea"), ("qualification_revision", "bigint")),
)
DEAL_LEADS = 0
DEALS = EntityTable(SCHEMA, "deals", "deal_id", (("lead_ids", "bytea"),))

# What a rebuild makes anew, in the order in which it is locked.
_REVISION = (Carried("revision", ("body_hash", "definition_version")),)
GENERATION = Generation(
    SCHEMA,
    (
        GenerationTable("leads", ("lead_id",), "leads", _REVISION),
        GenerationTable("deals", ("deal_id",), "deals", _REVISION),
        GenerationTable("seen", ("event_no",)),
    ),
)

STUCK_LEADS = "select lead_id from attribution.leads where stuck_error is not null order by lead_id limit $1"
STUCK_DEALS = "select deal_id from attribution.deals where stuck_error is not null order by deal_id limit $1"

# A least age of 0 asks for everything, also what another machine's clock dated into the future.
MISSING_LEADS_IN_API = """
select o.lead_id from attribution.leads o
left join api.pub_leads r using (lead_id)
where o.lead_id > $1 and o.revision > coalesce(r.outcome_revision, 0)
  and ($3 = interval '0' or o.revision <= (extract(epoch from now() - $3::interval) * 1000000)::bigint)
order by o.lead_id limit $2
"""
MISSING_DEALS_IN_API = """
select o.deal_id from attribution.deals o
left join api.pub_deals r using (deal_id)
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

_LINKED = "select lead_ids from attribution.deals where deal_id = any($1::uuid[]) and lead_ids is not null"


async def linked_leads(connection: Connection, deal_ids: Iterable[UUID]) -> set[UUID]:
    """The leads that deals are linked to, as a first guess: the deals are not locked yet."""
    rows = await connection.fetch(_LINKED, list(deal_ids))
    return {lead for row in rows for lead in unpack_ids(row[0])}


def pack_ids(ids: Iterable[UUID]) -> bytes:
    """Ids in order, 16 bytes each."""
    return b"".join(one.bytes for one in sorted(ids))


def unpack_ids(packed: bytes | None) -> list[UUID]:
    """The ids that `pack_ids` packed; None holds none."""
    stored = packed or b""
    return [UUID(bytes=stored[n : n + _UUID_BYTES]) for n in range(0, len(stored), _UUID_BYTES)]
