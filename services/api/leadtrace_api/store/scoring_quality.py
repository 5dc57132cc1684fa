"""Statements of the judging of scores: leads in pages, each as it stands when read, and what came of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from leadtrace.domain.quality.moment import Lead
from leadtrace.domain.quality.score_quality import COMPUTATION, ScoreQuality
from leadtrace.events.snapshots import ScorePoint
from leadtrace.store.connection import Connection

_PAGE = 500
BEFORE_ALL = UUID(int=0)

_LEADS = """
select lead_id, status = 'deleted',
       (extract(epoch from captured_at) * 1000000)::bigint,
       (extract(epoch from won_at) * 1000000)::bigint,
       (extract(epoch from lost_at) * 1000000)::bigint,
       score_body
from api.leads
where definition_version = $1 and lead_id > $2 and captured_at is not null and redirect_to is null
order by lead_id limit $3
"""
_FRESH = """
select count(*) from api.scoring_quality
where definition_version = $1 and computation = $2 and computed_at > now() - $3::interval
"""
_SAVE = """
insert into api.scoring_quality
  (definition_version, horizon_days, age_days, computed_at, computation, leads, body)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (definition_version, horizon_days, age_days) do update set
  computed_at = excluded.computed_at,
  computation = excluded.computation,
  leads = excluded.leads,
  body = excluded.body
"""


class _Timeline(msgspec.Struct, gc=False):
    """The part of a score that is judged."""

    timeline: tuple[ScorePoint, ...] = ()
    timeline_omitted: int = 0


_TIMELINE = msgspec.json.Decoder(_Timeline)
_UNSCORED = _Timeline()


async def fresh(connection: Connection, version: int, age: timedelta) -> int:
    """How many bodies of a version are not older than that."""
    found: int = await connection.fetchval(_FRESH, version, COMPUTATION, age)
    return found


async def now(connection: Connection) -> datetime:
    """The moment by the clock that all others are compared with."""
    found: datetime = await connection.fetchval("select now()")
    return found


async def page(connection: Connection, version: int, after: UUID) -> tuple[list[Lead], UUID | None]:
    """Captured leads behind an id, and the id that the next page begins behind; None on the last page."""
    rows = await connection.fetch(_LEADS, version, after, _PAGE)
    return [_lead(row) for row in rows], rows[-1][0] if len(rows) == _PAGE else None


async def save(
    connection: Connection, version: int, computed_at: datetime, bodies: Iterable[ScoreQuality]
) -> None:
    """Keep bodies in the place of those before."""
    await connection.executemany(
        _SAVE,
        [
            (
                version,
                body.horizon_days,
                body.age_days,
                computed_at,
                COMPUTATION,
                body.overall.leads,
                msgspec.json.encode(body),
            )
            for body in bodies
        ],
    )


def _lead(row: asyncpg.Record) -> Lead:
    _, deleted, captured_at, won_at, lost_at, body = row
    score = _TIMELINE.decode(body) if body is not None else _UNSCORED
    return Lead(captured_at, won_at, lost_at, score.timeline, score.timeline_omitted, deleted)
