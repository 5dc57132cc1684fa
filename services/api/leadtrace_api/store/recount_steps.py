"""Counts anew what leads count for and the ages of their steps, once after an update or in another zone."""

from collections.abc import Sequence
from datetime import date

from leadtrace.store.connection import Connection
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.projector.step_ages import VERSION, Increments, add, step_ages
from leadtrace_api.store import step_ages as store
from leadtrace_api.store.columns import INT, UUID, Column, Row, arguments, update_statement
from leadtrace_api.store.facts import FACTS, facts_of
from leadtrace_api.store.rebuild import OUTCOME

NAME = "step_ages"
_PAGE = 2_000
# Projectors that start at the same moment take turns; the later one finds the work done.
_ADVISORY_KEY = 7_317_203_125

_KEPT = "select contribution_version, timezone from api.projections where name = $1"
_KEEP = """
insert into api.projections (name, contribution_version, timezone) values ($1, $2, $3)
on conflict (name) do update set
  contribution_version = excluded.contribution_version,
  timezone = excluded.timezone
"""
# Day by day each row is written once, however many leads there are.
_COHORTS = "select distinct definition_version, cohort_day from api.leads where cohort_day is not null"
_OUTCOMES = "select lead_id, outcome_body from api.leads where definition_version = $1 and cohort_day = $2"
_ID = (Column("lead_id", UUID), Column("definition_version", INT))
_SAVE = update_statement("api.leads", _ID, FACTS)


async def recount_steps_if_counted_otherwise(connection: Connection, relearner: Relearner) -> bool:
    """Count all anew unless they are counted so and in this time zone; whether it was done.

    The days of the leads' rows are those of this time zone already.
    """
    zone = relearner.zone.key
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _ADVISORY_KEY)
        kept = await connection.fetchrow(_KEPT, NAME)
        if kept is not None and tuple(kept) == (VERSION, zone):
            return False
        await connection.execute("lock table api.leads in share row exclusive mode")
        await store.clear(connection)
        for version, day in await connection.fetch(_COHORTS):
            await _count(connection, relearner, version, day)
        await connection.execute(_KEEP, NAME, VERSION, zone)
    return True


async def _count(connection: Connection, relearner: Relearner, version: int, day: date) -> None:
    increments: Increments = {}
    page: list[Row] = []
    async for lead_id, body in connection.cursor(_OUTCOMES, version, day, prefetch=_PAGE):
        outcome = OUTCOME.decode(body)
        add(increments, step_ages(outcome, relearner.day_of))
        page.append((lead_id, version, *facts_of(outcome, relearner.day_of)))
        if len(page) == _PAGE:
            await _save(connection, page)
            page = []
    await _save(connection, page)
    await store.add(connection, increments)


async def _save(connection: Connection, page: Sequence[Row]) -> None:
    if page:
        await connection.execute(_SAVE, *arguments([*_ID, *FACTS], page))
