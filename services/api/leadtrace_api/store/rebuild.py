"""Cuts the rollups anew from the stored outcomes when days or contributions are no longer cut as before."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence

import msgspec

from leadtrace.events.snapshots import DealOutcome, LeadOutcome
from leadtrace.store.connection import Connection
from leadtrace_api.knowledge.learning import Learning, Replaced
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.projector.arrivals import Newest
from leadtrace_api.projector.contribution import VERSION, Increments, add, cells, net_of
from leadtrace_api.projector.ticker import reset_entry
from leadtrace_api.store import deals, known, leads, rollups, ticker

_PAGE = 2_000
_NAME = "rollups"
# Projectors that start at the same moment take turns; the later one finds the work done.
_ADVISORY_KEY = 7_317_203_119

# Where not all events are kept, days cannot be folded anew: what was known before today is told no more.
_CUT = """
insert into api.projections (name, contribution_version, timezone, known_from)
values ($1, $2, $3, case when exists (select from ingest.pub_lapsed_entities)
                         then (now() at time zone $3)::date end)
on conflict (name) do update set
  contribution_version = excluded.contribution_version,
  timezone = excluded.timezone,
  known_from = excluded.known_from
"""

OUTCOME = msgspec.json.Decoder(LeadOutcome)
_DEAL = msgspec.json.Decoder(DealOutcome)


async def rebuild_if_cut_otherwise(connection: Connection, timezone: str, relearner: Relearner) -> bool:
    """Rebuild unless the rollups were cut in this time zone by this contribution; whether it was done."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _ADVISORY_KEY)
        cut = await connection.fetchrow(
            "select contribution_version, timezone from api.projections where name = $1", _NAME
        )
        if cut is not None and tuple(cut) == (VERSION, timezone):
            return False
        await rebuild(connection, relearner, anew=cut is not None and cut["timezone"] != timezone)
        await connection.execute(_CUT, _NAME, VERSION, timezone)
    return True


async def rebuild(connection: Connection, relearner: Relearner, *, anew: bool = False) -> None:
    """Write every derived column and rollup anew; other projectors wait for the transaction to end.

    With `anew` no day is taken from a snapshot: attribution counted them in another time zone.
    """
    day_of = relearner.day_of
    await connection.execute("lock table api.leads, api.deals in share row exclusive mode")
    await rollups.clear(connection)
    await known.clear(connection)
    await ticker.tell(connection, [reset_entry("rebuilt")])
    async for page in pages(connection, "leads", "lead_id"):
        decoded = [(one, OUTCOME.decode(one.raw)) for one in page]
        increments: Increments = Counter()
        learning = Learning(relearner, anew=anew)
        for one, outcome in decoded:
            made = cells(outcome, day_of)
            add(increments, made)
            learning.take(Replaced(one.key, None, [], outcome, made), net_of(made, ()))
        await leads.save_outcomes(connection, [leads.outcome_row(*one, day_of) for one in decoded])
        await rollups.add(connection, increments)
        await learning.write(connection)
    async for page in pages(connection, "deals", "deal_id"):
        rows = [deals.outcome_row(one, _DEAL.decode(one.raw), day_of) for one in page]
        await deals.save(connection, rows)


async def pages(connection: Connection, table: str, key: str) -> AsyncIterator[Sequence[Newest]]:
    """The stored outcomes of leads or deals, in pages."""
    statement = (
        f"select {key}, definition_version, outcome_revision, outcome_body from api.{table} "
        f"where outcome_body is not null order by {key}, definition_version"
    )
    page: list[Newest] = []
    async for row in connection.cursor(statement, prefetch=_PAGE):
        page.append(Newest(row[2], row[3], (row[0], row[1])))
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page
