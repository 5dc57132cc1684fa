"""Statements on what became known when: chains of leads by known day, and rollups of differences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.contribution import REVENUE_MEASURES, STAGE_MEASURES
from leadtrace_api.projector.kept import Cells, Chain, unpacked
from leadtrace_api.projector.knowing import Bookings
from leadtrace_api.projector.marginals import funnel_rows, revenue_rows
from leadtrace_api.store import ledger
from leadtrace_api.store.columns import DATE, TEXT, Column
from leadtrace_api.store.rollups import Rollup

# (lead and definition version, known day, packed chain)
DayRow = tuple[SnapshotKey, date, bytes]

# (definition version, known day, cause, lead)
LeadCause = tuple[int, date, str, UUID]

_KNOWN = (Column("known_day", DATE), Column("cause", TEXT))
_FUNNEL = Rollup("api.funnel_known", "stage", STAGE_MEASURES, _KNOWN)
_REVENUE = Rollup("api.revenue_known", "currency", REVENUE_MEASURES, _KNOWN)

_GIVEN_LEADS = "unnest($1::int[], $2::date[], $3::text[], $4::uuid[])"
_ADD_LEADS = (
    "insert into api.known_leads (definition_version, known_day, cause, lead_id) "
    f"select * from {_GIVEN_LEADS} on conflict do nothing"
)
_DROP_LEADS = (
    f"delete from api.known_leads k using {_GIVEN_LEADS} "
    "as u (definition_version, known_day, cause, lead_id) "
    "where (k.definition_version, k.known_day, k.cause, k.lead_id) "
    "= (u.definition_version, u.known_day, u.cause, u.lead_id)"
)
_INSERT = (
    "insert into api.lead_days (lead_id, definition_version, known_day, chain) "
    "select * from unnest($1::uuid[], $2::int[], $3::date[], $4::bytea[])"
)
_OF_LEADS = (
    "select lead_id, definition_version, known_day, chain from api.lead_days "
    "where lead_id = any($1::uuid[]) order by lead_id, definition_version, known_day"
)
_LAST = (
    "select u.lead_id, u.definition_version, d.chain "
    "from unnest($1::uuid[], $2::int[]) as u (lead_id, definition_version), "
    "lateral (select chain from api.lead_days d "
    "where d.lead_id = u.lead_id and d.definition_version = u.definition_version "
    "order by known_day desc limit 1) d"
)
_DELETE = (
    "delete from api.lead_days d using unnest($1::uuid[], $2::int[]) as u (lead_id, definition_version) "
    "where d.lead_id = u.lead_id and d.definition_version = u.definition_version"
)


async def add(connection: Connection, bookings: Bookings) -> None:
    """Add differences to the rollups, in one order for all who write them."""
    ordered = sorted(bookings)
    await _FUNNEL.add(
        connection,
        [(*row[:-1], *known, row[-1]) for known in ordered for row in funnel_rows(bookings[known])],
    )
    await _REVENUE.add(
        connection,
        [(*row[:-1], *known, row[-1]) for known in ordered for row in revenue_rows(bookings[known])],
    )
    await ledger.add(connection, bookings)


async def add_leads(connection: Connection, rows: Iterable[LeadCause]) -> None:
    """Note which leads changed numbers of days before."""
    if ordered := sorted(set(rows)):
        await connection.execute(_ADD_LEADS, *map(list, zip(*ordered, strict=True)))


async def drop_leads(connection: Connection, rows: Iterable[LeadCause]) -> None:
    """Take back what was noted of leads."""
    if ordered := sorted(set(rows)):
        await connection.execute(_DROP_LEADS, *map(list, zip(*ordered, strict=True)))


async def keep(connection: Connection, rows: Sequence[DayRow]) -> None:
    """Keep the chains of days that are over, or that have several causes."""
    if rows:
        ids, versions = [key[0] for key, _, _ in rows], [key[1] for key, _, _ in rows]
        await connection.execute(
            _INSERT, ids, versions, [day for _, day, _ in rows], [row[2] for row in rows]
        )


async def chains(
    connection: Connection, keys: Iterable[SnapshotKey]
) -> Mapping[SnapshotKey, list[tuple[date, Chain]]]:
    """The kept chains of leads, days in order."""
    wanted = set(keys)
    found: dict[SnapshotKey, list[tuple[date, Chain]]] = {key: [] for key in wanted}
    rows = await connection.fetch(_OF_LEADS, [lead for lead, _ in wanted]) if wanted else []
    for lead, version, day, chain in rows:
        if (lead, version) in wanted:
            found[lead, version].append((day, unpacked(chain, version)))
    return found


async def last_kept(connection: Connection, keys: Sequence[SnapshotKey]) -> dict[SnapshotKey, Cells]:
    """What the leads contributed at the end of their last kept day; those without any are left out."""
    if not keys:
        return {}
    rows = await connection.fetch(_LAST, [lead for lead, _ in keys], [version for _, version in keys])
    return {(row[0], row[1]): unpacked(row[2], row[1])[-1][1] for row in rows}


async def forget(connection: Connection, keys: Iterable[tuple[UUID, int]]) -> None:
    """Drop the chains of leads, to be kept anew."""
    ordered = sorted(set(keys))
    if not ordered:
        return
    await connection.execute(_DELETE, [lead for lead, _ in ordered], [version for _, version in ordered])


async def clear(connection: Connection) -> None:
    """Empty everything, to be filled anew within the same transaction."""
    for table in ("funnel_known", "revenue_known", "postings", "lead_days", "known_leads"):
        await connection.execute(f"delete from api.{table}")
