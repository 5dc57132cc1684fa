"""Judges every lead anew from the stored outcomes, once after an update that judges otherwise."""

from leadtrace.store.connection import Connection
from leadtrace_api.projector.judgements import VERSION, judgements
from leadtrace_api.store.judgements import TABLE, judged
from leadtrace_api.store.rebuild import OUTCOME, pages

NAME = "judgements"
# Projectors that start at the same moment take turns; the later one finds the work done.
_ADVISORY_KEY = 7_317_203_120

_KEPT = "select contribution_version from api.projections where name = $1"
_KEEP = """
insert into api.projections (name, contribution_version, timezone) values ($1, $2, '')
on conflict (name) do update set contribution_version = excluded.contribution_version
"""


async def rejudge_if_judged_otherwise(connection: Connection) -> bool:
    """Judge anew unless all rows are of this version; whether it was done."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _ADVISORY_KEY)
        if await connection.fetchval(_KEPT, NAME) == VERSION:
            return False
        await connection.execute("lock table api.leads in share row exclusive mode")
        await connection.execute("delete from api.judgements")
        async for page in pages(connection, "leads", "lead_id"):
            await TABLE.replace(
                connection, [judged(one.key, judgements(OUTCOME.decode(one.raw))) for one in page]
            )
        await connection.execute(_KEEP, NAME, VERSION)
    return True
