"""Keeps the day's quotas in step with the intake log, so that they hold over all doors and restarts.

Intake ids begin with their time, so the rows of today are a range of keys. What is a little old is counted
once and remembered; only the newest rows are counted again every few seconds. It is approximate: each door
is a few seconds behind the others.
"""

from collections import Counter
from collections.abc import Awaitable, Callable

from leadtrace.runtime.clock import Clock, first_uuid7
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.admission import Day
from leadtrace_ingest.door.intake import TRIED_AGAIN

_LOOK_EVERY_S = 5.0
# Rows may appear this much later than their id says, from another door's commit; later ones, as those that
# were spilled, are found by the next whole count.
_SETTLED_AFTER_MS = 30_000
_WHOLE_COUNT_EVERY = 120
_MS_PER_DAY = 86_400_000

# What an operator imports is not the sender's.
_COUNT = """
select sender, sum(items)::bigint as items from ingest.intake
where intake_id >= $1 and intake_id < $2 and sender = any($3::text[])
  and not headers ? ':import' group by sender
"""

_log = get_logger("leadtrace.ingest.door")


class DayQuota:
    """Refreshes the days of an `Admission`."""

    def __init__(
        self, days: dict[str, Day], connect: Callable[[], Awaitable[Connection]], clock: Clock
    ) -> None:
        self._days = days
        self._connect = connect
        self._clock = clock
        self._connection: Connection | None = None
        self._settled: Counter[str] = Counter()
        self._settled_ms = 0
        self._day = -1
        self._looks = 0

    async def run(self, stop: StopSignal) -> None:
        """Look until the stop signal; without a quota there is nothing to do."""
        if not self._days:
            return
        failing = False
        while True:
            try:
                await self.look()
                failing = False
            except TRIED_AGAIN as error:
                if not failing:
                    _log.warning("quota.not_counted", kind=type(error).__name__)
                failing = True
                self._drop()
            if await stop.wait_for(_LOOK_EVERY_S):
                self._drop()
                return

    async def look(self) -> None:
        """Count once."""
        if self._connection is None:
            self._connection = await self._connect()
        now_ms = self._clock.now_us() // 1_000
        day = now_ms // _MS_PER_DAY
        if day != self._day or self._looks % _WHOLE_COUNT_EVERY == 0:
            self._day, self._settled, self._settled_ms = day, Counter(), day * _MS_PER_DAY
        self._looks += 1
        before = {name: one.since for name, one in self._days.items()}
        settled_ms = max(self._settled_ms, now_ms - _SETTLED_AFTER_MS)
        end_ms = (day + 1) * _MS_PER_DAY
        self._settled += await self._count(self._connection, self._settled_ms, settled_ms)
        self._settled_ms = settled_ms
        newest = await self._count(self._connection, settled_ms, end_ms)
        for name, one in self._days.items():
            one.takes(0, day)  # a new day begins at 0
            one.counted = self._settled[name] + newest[name]
            # What came while it was counted may be in the count or not: it is left in, on the safe side.
            one.since = max(0, one.since - before[name])

    async def _count(self, connection: Connection, from_ms: int, to_ms: int) -> Counter[str]:
        if from_ms >= to_ms:
            return Counter()
        found = await connection.fetch(_COUNT, first_uuid7(from_ms), first_uuid7(to_ms), list(self._days))
        return Counter({row["sender"]: row["items"] for row in found})

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
