"""Counts all spend anew, once after an update or by other rates, and reads what nobody could so far.

An event of a type that an earlier version of this code did not know waits in its set, as it was published.
"""

from leadtrace.store.connection import Connection
from leadtrace_api.projector.spend import VERSION
from leadtrace_api.store.spend import SpendKeeper

NAME = "spend"
# Projectors that start at the same moment take turns; the later one finds the work done.
_ADVISORY_KEY = 7_317_203_124

_KEPT = "select contribution_version, timezone from api.projections where name = $1"
_KEEP = """
insert into api.projections (name, contribution_version, timezone) values ($1, $2, $3)
on conflict (name) do update set
  contribution_version = excluded.contribution_version,
  timezone = excluded.timezone
"""
_ACCOUNTS = "select account_id from api.spend_accounts order by account_id for update"


async def recount_spend_if_counted_otherwise(connection: Connection, keeper: SpendKeeper) -> bool:
    """Count all anew unless all days are of this version and by these rates; whether it was done."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _ADVISORY_KEY)
        kept = await connection.fetchrow(_KEPT, NAME)
        anew = kept is None or tuple(kept) != (VERSION, keeper.mark)
        accounts = [row[0] for row in await connection.fetch(_ACCOUNTS)]
        await keeper.read_again(connection)
        await keeper.settle(connection, accounts, anew=anew)
        if anew:
            await connection.execute(_KEEP, NAME, VERSION, keeper.mark)
    return anew
