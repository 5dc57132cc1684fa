"""Reconciliation: what an owner holds and a reader lacks is found by one query and published again.

Run at start, when the bus has a new broker, now and then for what stayed behind, and on demand.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from leadtrace.bus.protocol import Admin, Bus, BusUnavailableError, Outgoing
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool

PAGE = 2_000
GRACE = timedelta(seconds=30)  # a record younger than this may still be on its way
# A reader that is merely slow would be fed its whole backlog again at every pass: what was published again
# and is still missing is left alone for twice as long each time.
LONGEST_GRACE = timedelta(hours=1)
_NEW_BROKER_LOOK_S = 1.0
_RECONCILE_EVERY_LOOKS = 30

_log = get_logger("leadtrace.runtime.reconcile")


@dataclass(frozen=True, slots=True)
class Hop:
    """One topic from its owner to one reader.

    `missing` is the reconciliation query: its first column is the key of what the reader lacks, ordered by
    it; `$1` is the key to start after, `$2` how many at most, `$3` the least age as an interval. `first_key`
    sorts before every key. `everything` is the same query for all that the owner holds, without `$3`. `load`
    gives the records of such keys as they now stand.
    """

    name: str
    topic: str
    missing: str
    everything: str
    first_key: object
    load: Callable[[Connection, Sequence[object]], Awaitable[list[Outgoing]]]


class HopResult(msgspec.Struct, frozen=True):
    """How many the reader lacked, and how many were published again."""

    hop: str
    missing: int
    republished: int


class Reconciler:
    """Reconciles the hops that one service owns."""

    def __init__(
        self, *, pool: Pool, bus: Bus, publisher: Publisher, hops: Sequence[Hop], stop: StopSignal
    ) -> None:
        self._pool = pool
        self._bus = bus
        self._publisher = publisher
        self.hops = tuple(hops)
        self._stop = stop
        self._admin: Admin | None = None
        self._cluster: str | None = None
        self._grace = {hop.name: GRACE for hop in self.hops}

    async def run(self) -> None:
        """Reconcile at start and at each new broker, and every 30 s what stayed behind too long."""
        looks = 0
        try:
            while not self._stop.is_set():
                if await self._is_new_broker():
                    await until_done(self.reconcile, what="reconcile", stop=self._stop)
                elif looks % _RECONCILE_EVERY_LOOKS == 0:
                    await until_done(self.sweep, what="reconcile", stop=self._stop)
                looks += 1
                await self._stop.wait_for(_NEW_BROKER_LOOK_S)
        except StoppedError:
            _log.info("reconcile.stopped_waiting")
        finally:
            await self._drop_admin()
            await self._publisher.close()

    async def sweep(self) -> list[HopResult]:
        """Publish again what is missing beyond each hop's grace, which doubles until all has arrived."""
        results = []
        for hop in self.hops:
            grace = self._grace[hop.name]
            results += await self.reconcile(grace, hop.name)
            if results[-1].missing:
                self._grace[hop.name] = min(2 * grace, LONGEST_GRACE)
            elif grace > GRACE and not await self._count(hop, GRACE):
                self._grace[hop.name] = GRACE
        return results

    async def reconcile(self, age: timedelta = timedelta(0), hop: str | None = None) -> list[HopResult]:
        """Publish again what readers lack and is at least `age` old, of one hop or of all."""
        results = []
        for one in self._wanted(hop):
            published = await self._publish_found(one, one.missing, age)
            if published:
                _log.info("hop.reconciled", hop=one.name, republished=published)
            results.append(HopResult(one.name, published, published))
        return results

    async def republish(self, hop: str | None = None) -> list[HopResult]:
        """Publish again everything that the owner holds, as a new or rebuilt reader needs it."""
        results, topics = [], set[str]()
        for one in self._wanted(hop):
            missing = await self._count(one, timedelta(0))
            repeats = one.topic in topics
            topics.add(one.topic)
            published = 0 if repeats else await self._publish_found(one, one.everything)
            results.append(HopResult(one.name, missing, published))
        return results

    def _wanted(self, hop: str | None) -> list[Hop]:
        return [one for one in self.hops if hop in (None, one.name)]

    async def _count(self, hop: Hop, age: timedelta) -> int:
        counted = f"select count(*) from ({hop.missing}) as missing"
        async with self._pool.acquire() as connection:
            return int(await connection.fetchval(counted, hop.first_key, None, age))

    async def _publish_found(self, hop: Hop, query: str, *more: object) -> int:
        published, after = 0, hop.first_key
        while True:
            async with self._pool.acquire() as connection:
                keys = [row[0] for row in await connection.fetch(query, after, PAGE, *more)]
                records = await hop.load(connection, keys) if keys else []
            await self._publisher.publish(records)
            published += len(records)
            if len(keys) < PAGE:
                return published
            after = keys[-1]

    async def _is_new_broker(self) -> bool:
        try:
            if self._admin is None:
                self._admin = await self._bus.admin()
            cluster = await self._admin.cluster_id()
        except BusUnavailableError:
            await self._drop_admin()
            return False
        changed, self._cluster = cluster != self._cluster, cluster
        return changed

    async def _drop_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()
