"""Statements on which versions of the definitions the read models hold."""

from typing import NamedTuple
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.store.generation.state import Shadow

_HELD = """
select (select version from api.in_force order by ordinal desc limit 1), (select version from api.shadows)
"""
_SHADOW = "select shadow_id, version from api.shadows"
_KEEP = "insert into api.shadows (shadow_id, version) values ($1, $2)"
_FORGET = "delete from api.shadows"
_PROGRESS = "update api.shadows set done = $1, total = $2, complete = $3, error = $4"
_READY = """
select exists (select from {service}.pub_shadow where version = $1 and complete)
    or (select version from {service}.pub_in_force order by ordinal desc limit 1) = $1
"""
# Every table with a row for each version; rollups go with the rows that they are sums of.
_VERSIONED = (
    "leads",
    "deals",
    "funnel_daily",
    "revenue_daily",
    "step_ages",
    "funnel_known",
    "revenue_known",
    "lead_days",
    "known_leads",
    "judgements",
    "postings",
    "offers",
    "visits",
)
_REGISTERED = "select version from ingest.pub_definitions where version <> all($1::int[])"


class Kept(NamedTuple):
    """The versions whose rows are kept: the one in force, and the one in shadow."""

    live: int
    shadow: int | None

    @property
    def all(self) -> frozenset[int]:
        """Both, or the only one."""
        return frozenset(version for version in self if version is not None)


async def held(connection: Connection, shipped: int) -> Kept:
    """Which versions' rows are kept, and which of them answers are by."""
    row = await connection.fetchrow(_HELD)
    in_force, beside = tuple(row) if row is not None else (None, None)
    return Kept(in_force or shipped, beside)


async def kept(connection: Connection, shipped: int) -> frozenset[int]:
    """The versions whose rows are kept."""
    return (await held(connection, shipped)).all


async def shadow(connection: Connection) -> Shadow | None:
    """The version that is kept beside the one in force."""
    row = await connection.fetchrow(_SHADOW)
    return Shadow(*row) if row is not None else None


async def keep(connection: Connection, one: Shadow) -> None:
    """Keep a version beside the one in force from now on."""
    await connection.execute(_FORGET)
    await connection.execute(_KEEP, one.shadow_id, one.version)


async def forget(connection: Connection) -> None:
    """Keep none beside it."""
    await connection.execute(_FORGET)


async def note(connection: Connection, *, done: int, total: int, unreadable: int) -> None:
    """Note how far the shadow is; with snapshots that cannot be read it never is complete."""
    error = f"{unreadable} snapshots cannot be read" if unreadable else None
    await connection.execute(_PROGRESS, done, total, done == total, error)


async def others(connection: Connection, versions: frozenset[int]) -> list[int]:
    """Registered versions that are none of these: of no other can there be rows."""
    return [row[0] for row in await connection.fetch(_REGISTERED, sorted(versions))]


async def purge(connection: Connection, version: int) -> None:
    """Remove every row of a version that is not kept."""
    for table in _VERSIONED:
        await connection.execute(f"delete from api.{table} where definition_version = $1", version)


async def is_ready(connection: Connection, service: str, version: int) -> bool:
    """Whether an owner has folded everything by a version."""
    return bool(await connection.fetchval(_READY.format(service=service), version))


class LackedRow(NamedTuple):
    """A snapshot as its owner holds it."""

    entity: UUID
    version: int
    revision: int
    qualification_revision: int | None
    body: bytes


class Lacked:
    """What an owner holds by a version, in shadow or in force, and the read models lack."""

    def __init__(self, owner: str, rows: str, *, key: str, revision: str, qualified: bool = False) -> None:
        own = "qualification_revision" if qualified else "null::bigint"
        columns = f"{key}, definition_version, revision, {own}, body"
        held = " union all ".join(
            f"select {columns} from {owner}.{view} where definition_version = $1 and body is not null"
            for view in (f"pub_{rows}", f"pub_shadow_{rows}")
        )
        compared = (
            f"from ({held}) o left join api.pub_{rows} r "
            f"on r.{key} = o.{key} and r.definition_version = o.definition_version"
        )
        lacks = f"o.revision > coalesce(r.{revision}, 0)"
        # What was published a moment ago may be on its way.
        settled = "o.revision <= extract(epoch from now() - interval '2 s') * 1000000"
        self._count = f"select count(*), count(*) filter (where {lacks} and {settled}) {compared}"
        self._page = f"select o.* {compared} where o.{key} > $2 and {lacks} order by o.{key} limit $3"

    async def count(self, connection: Connection, version: int) -> tuple[int, int]:
        """How many the owner holds, and how many of them are lacking that should have come by now."""
        row = await connection.fetchrow(self._count, version)
        held, lacking = tuple(row) if row is not None else (0, 0)
        return held, lacking

    async def page(self, connection: Connection, version: int, after: UUID, limit: int) -> list[LackedRow]:
        """The next of them."""
        return [LackedRow(*row) for row in await connection.fetch(self._page, version, after, limit)]
