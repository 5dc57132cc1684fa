"""The reconciled recordedtime: everything that was recorded by then has arrived at every hop.

It is counted from the tables of all hops when a question asks for a later moment than the last count gave.
"""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace_api.audit.hops import EVENT_HOPS, SNAPSHOT_HOPS, EventHop, SnapshotHop
from leadtrace_api.problems import ParameterError


def _pending_events(hop: EventHop) -> str:
    return f"""
select min(e.recorded_at) from ingest.pub_events e
where e.topic = '{hop.topic.value}'
  and not exists (select from {hop.reader}.pub_seen s where s.event_no = e.event_no)
  and not exists (select from {hop.reader}.pub_dead_letters d where d.event_no = e.event_no)
"""


def _missing_snapshots(hop: SnapshotHop) -> str:
    # A snapshot on its way is told of by when it was derived: its revision is that moment in microseconds.
    return f"""
select timestamptz 'epoch' + min(o.{hop.owner_revision}) * interval '1 microsecond'
from {hop.owner_view} o left join {hop.reader_view} r on r.{hop.key} = o.{hop.key}
where o.{hop.owner_revision} > coalesce(r.{hop.reader_revision}, 0)
"""


_OLDEST = " union all ".join(
    (
        "select min(oldest_pending_at) from ingest.pub_items",
        *map(_pending_events, EVENT_HOPS),
        *map(_missing_snapshots, SNAPSHOT_HOPS),
    )
)
# The clock of the database may stand still within a transaction: what it recorded before is what counts.
_RECONCILED = text(
    f"select least(now(), min(oldest) - interval '1 microsecond') from ({_OLDEST}) hops (oldest)"
)
_NEVER = datetime.min.replace(tzinfo=UTC)


class ReconciledTime:
    """The last count; questions that wait for a newer one share it."""

    def __init__(self) -> None:
        self._at = _NEVER
        self._lock = asyncio.Lock()

    async def check(
        self, connection: AsyncConnection, now: datetime, as_of: datetime, parameter: str = "as_of"
    ) -> None:
        """Let a state of knowledge pass that cannot change any more; `now` is the moment of the answer.

        Raises:
            ParameterError: it is later than the reconciled recordedtime, which is named.
        """
        if as_of <= self._at:
            return
        reconciled = await self._count(connection) if as_of <= now else await self.last(connection)
        if as_of > reconciled:
            raise ParameterError(
                f"{parameter} is {_said(as_of)}, but everything recorded has arrived only up to "
                f"{_said(reconciled)}.",
                parameter=parameter,
                rule="What was known at a moment is told once nothing recorded by then is on its way.",
                remedy=f"Ask for {_said(reconciled)} or earlier, or leave {parameter} out for now.",
            )

    async def last(self, connection: AsyncConnection) -> datetime:
        """The reconciled recordedtime, as far as it was ever counted."""
        return self._at if self._at > _NEVER else await self._count(connection)

    async def _count(self, connection: AsyncConnection) -> datetime:
        async with self._lock:
            counted: datetime = (await connection.execute(_RECONCILED)).scalar_one()
            self._at = counted
            return counted


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
