"""Reads of `api.scoring_quality`."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select

from leadtrace.domain.quality.score_quality import COMPUTATION, ScoreQuality
from leadtrace_api.reading import Reading
from leadtrace_api.scoring_quality.asked import Age, Horizon
from leadtrace_api.tables import SCORING_QUALITY

_QUALITY = msgspec.json.Decoder(ScoreQuality)
_Q = SCORING_QUALITY.c


@dataclass(frozen=True, slots=True)
class Stored:
    """What was computed, and as of when."""

    version: int
    computed_at: datetime
    quality: ScoreQuality


async def stored(
    now: Reading,
    version: int,
    horizon_days: Horizon = Horizon.HALF_YEAR,
    age_days: Age = Age.NEXT_WEEK,
) -> Stored | None:
    """What was computed of a version; None while nothing is, or only by another computation."""
    statement = select(_Q.computed_at, _Q.body).where(
        _Q.definition_version == version,
        _Q.horizon_days == horizon_days.value,
        _Q.age_days == age_days.value,
        _Q.computation == COMPUTATION,
    )
    row = (await now.connection.execute(statement)).one_or_none()
    return Stored(version, row.computed_at, _QUALITY.decode(row.body)) if row is not None else None


async def judged_versions(now: Reading) -> list[int]:
    """The versions of which anything is stored."""
    statement = select(_Q.definition_version).distinct().order_by(_Q.definition_version)
    return list((await now.connection.execute(statement)).scalars())
