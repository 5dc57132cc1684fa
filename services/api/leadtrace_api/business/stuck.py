"""Rows that stand still because they do not fold, by the service that holds them."""

from sqlalchemy import text

from leadtrace.runtime.families import Families
from leadtrace_api.audit.hops import EVENT_HOPS
from leadtrace_api.business import metrics
from leadtrace_api.reading import Reading

_STUCK = text(
    " union all ".join(
        f"select '{hop.reader}' as reader, count(*) as rows from {hop.entities} where stuck_error is not null"
        for hop in EVENT_HOPS
    )
)


async def show_stuck(now: Reading, families: Families) -> None:
    """How many there are: indexes hold nothing else."""
    stuck: dict[str, int] = {}
    for reader, rows in await now.connection.execute(_STUCK):
        stuck[reader] = stuck.get(reader, 0) + rows
    for reader, rows in stuck.items():
        families.add(metrics.STUCK, rows, reader)
