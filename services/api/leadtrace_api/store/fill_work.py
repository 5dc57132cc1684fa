"""Fills columns of work lists and accounts from stored bodies, once after an update that fills others."""

import msgspec

from leadtrace.events.snapshots import LeadScore
from leadtrace.store.connection import Connection
from leadtrace_api.store.columns import INT, UUID, Column, Row, arguments, update_statement
from leadtrace_api.store.rebuild import OUTCOME
from leadtrace_api.store.work import (
    VERSION,
    WORK_OF_OUTCOMES,
    WORK_OF_SCORES,
    work_of_outcome,
    work_of_score,
)

_NAME = "priorities"
_PAGE = 2_000
# Projectors that start at the same moment take turns; the later one finds the work done.
_ADVISORY_KEY = 7_317_203_122

_KEPT = "select contribution_version from api.projections where name = $1"
_KEEP = """
insert into api.projections (name, contribution_version, timezone) values ($1, $2, '')
on conflict (name) do update set contribution_version = excluded.contribution_version
"""
_ROWS = "select lead_id, definition_version, outcome_body, score_body from api.leads"
_ID = (Column("lead_id", UUID), Column("definition_version", INT))
_COLUMNS = (*_ID, *WORK_OF_OUTCOMES, *WORK_OF_SCORES)
_SAVE = update_statement("api.leads", _ID, _COLUMNS[len(_ID) :])
_NO_OUTCOME = (None,) * len(WORK_OF_OUTCOMES)
_NO_SCORE = (None,) * len(WORK_OF_SCORES)

_SCORE = msgspec.json.Decoder(LeadScore)


async def fill_work_if_filled_otherwise(connection: Connection) -> bool:
    """Fill the columns unless all rows are of this version; whether it was done."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _ADVISORY_KEY)
        if await connection.fetchval(_KEPT, _NAME) == VERSION:
            return False
        await connection.execute("lock table api.leads in share row exclusive mode")
        page: list[Row] = []
        async for lead_id, version, outcome, score in connection.cursor(_ROWS, prefetch=_PAGE):
            of_outcome = work_of_outcome(OUTCOME.decode(outcome)) if outcome is not None else _NO_OUTCOME
            of_score = work_of_score(_SCORE.decode(score)) if score is not None else _NO_SCORE
            page.append((lead_id, version, *of_outcome, *of_score))
            if len(page) == _PAGE:
                await connection.execute(_SAVE, *arguments(_COLUMNS, page))
                page = []
        if page:
            await connection.execute(_SAVE, *arguments(_COLUMNS, page))
        await connection.execute(_KEEP, _NAME, VERSION)
    return True
