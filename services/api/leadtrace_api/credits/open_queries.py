"""Journeys that go on, and how long journeys took to end, in days of the reporting time zone.

A journey begins on the day on which the first of its leads was captured. One that ended before tells nothing
of time, and of one that nobody captured nobody knows the age.
"""

from datetime import date

import numpy as np
from sqlalchemy import text

from leadtrace.domain.credits.open_journeys import OpenPath
from leadtrace.domain.survival.aalen_johansen import Incidence, incidence_of_counts
from leadtrace_api.credits.labels import label_of
from leadtrace_api.credits.queries import OPEN_IDS
from leadtrace_api.credits.selection import Selection
from leadtrace_api.reading import Reading

_ENDINGS = text("""
select greatest(coalesce(ended_on, :today) - entered_on, 0) as age,
       count(*) filter (where outcome = 'won') as won, count(*) filter (where outcome = 'lost') as lost,
       count(*) filter (where outcome = 'open') as still
from attribution.pub_journeys
where entered_on is not null and (outcome = 'open' or ended_on >= entered_on) group by age order by age
""")


async def endings(now: Reading, today: date) -> Incidence:
    """By which age (days) journeys were won and lost: all that there are, whatever is asked for."""
    rows = (await now.connection.execute(_ENDINGS, {"today": today})).all()
    return incidence_of_counts(*(np.array([row[n] for row in rows], np.int64) for n in range(4)))


async def open_paths(now: Reading, asked: Selection, today: date) -> list[OpenPath]:
    """Open journeys that pass, by their path on the level that is asked for and their age (days)."""
    (level,) = asked.by
    passing, given = ("", {}) if asked.passing is None else (OPEN_IDS, {"open": asked.passing.open})
    rows = await now.connection.execute(
        text(f"""
select {level}s, greatest(:today - entered_on, 0) as age, count(*)
from attribution.pub_journeys told {passing}
where outcome = 'open' and entered_on is not null group by {level}s, age
"""),
        {"today": today, **given},
    )
    return [OpenPath(tuple(map(label_of, row[0])), row[1], row[2]) for row in rows]
