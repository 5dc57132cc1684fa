"""Makes every lead's visits anew from the stored outcomes, once after an update or with other hours."""

from leadtrace.store.connection import Connection
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.projector.arrivals import Newest
from leadtrace_api.projector.dimensions import key_of
from leadtrace_api.projector.office import Offices
from leadtrace_api.projector.opening_hours import opening_mark
from leadtrace_api.projector.visits import VERSION, visits
from leadtrace_api.store.lead_rows import LeadRows
from leadtrace_api.store.rebuild import OUTCOME, pages
from leadtrace_api.store.visits import TABLE, visited

NAME = "visits"
# Projectors that start at the same moment take turns; the later one finds the work done.
_ADVISORY_KEY = 7_317_203_123

_KEPT = "select contribution_version, timezone from api.projections where name = $1"
_KEEP = """
insert into api.projections (name, contribution_version, timezone) values ($1, $2, $3)
on conflict (name) do update set
  contribution_version = excluded.contribution_version,
  timezone = excluded.timezone
"""


async def revisit_if_told_otherwise(connection: Connection, relearner: Relearner) -> bool:
    """Make all anew unless they are of this version, zone and list of holidays; whether it was done."""
    mark = opening_mark(relearner.zone)
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _ADVISORY_KEY)
        kept = await connection.fetchrow(_KEPT, NAME)
        if kept is not None and tuple(kept) == (VERSION, mark):
            return False
        await connection.execute("lock table api.leads in share row exclusive mode")
        await connection.execute("delete from api.visits")
        offices: dict[int, Offices] = {}
        async for page in pages(connection, "leads", "lead_id"):
            for version in {one.key[1] for one in page} - offices.keys():
                offices[version] = await relearner.offices(connection, version)
            await TABLE.replace(connection, [_made(one, offices[one.key[1]]) for one in page])
        await connection.execute(_KEEP, NAME, VERSION, mark)
    return True


def _made(one: Newest, offices: Offices) -> LeadRows:
    outcome = OUTCOME.decode(one.raw)
    return visited(one.key, visits(outcome), offices.of(key_of(outcome.team)))
