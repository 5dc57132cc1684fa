"""Runs the loops of readers over a bus in memory and a real database, crashing where a test says."""

from collections.abc import Callable, Sequence

from leadtrace.bus.memory import MemoryBus
from leadtrace.bus.protocol import ConsumerSpec, Outgoing, TopicSpec
from leadtrace.events.topics import all_topic_names
from leadtrace.runtime.clock import FrozenClock, SystemIds
from leadtrace.runtime.failpoints import CrashError, Failpoints
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.loop import Loop
from leadtrace.runtime.loop_metrics import LoopMetrics
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.tracer import Tracer
from leadtrace.store.connection import Pool

_PARTITIONS = 3


async def make_bus() -> MemoryBus:
    """A bus with every topic."""
    bus = MemoryBus()
    admin = await bus.admin()
    await admin.create_topics([TopicSpec(name, _PARTITIONS) for name in all_topic_names()])
    return bus


async def put(bus: MemoryBus, records: Sequence[Outgoing]) -> None:
    """Send records and have them confirmed."""
    producer = await bus.producer()
    await producer.send(records)
    await producer.flush()


class Stage:
    """One reader: its handler and the loop that is made anew after each crash."""

    def __init__(
        self,
        service: str,
        bus: MemoryBus,
        pool: Pool,
        handler: Handler,
        *,
        max_records: int = 5_000,
        group: str | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self.service = service
        self._bus = bus
        self._pool = pool
        self._handler = handler
        self._spec = ConsumerSpec(group or service, handler.topics, max_records=max_records, max_wait_ms=1)
        self._ids = SystemIds(FrozenClock())
        self.tracer = tracer
        self.crashes = 0

    def loop(self, failpoints: Failpoints | None = None, *, stop: StopSignal | None = None) -> Loop:
        """A loop as a process that has just started has it."""
        return Loop(
            schema=self.service,
            bus=self._bus,
            spec=self._spec,
            pool=self._pool,
            handler=self._handler,
            ids=self._ids,
            stop=stop or StopSignal(),
            metrics=LoopMetrics(Metrics(), self.service),
            failpoints=failpoints,
            tracer=self.tracer,
        )

    async def drain(self, failpoints: Callable[[], Failpoints | None] = lambda: None) -> None:
        """Read until nothing comes any more; a loop that crashes is followed by a new one."""
        loop = self.loop(failpoints())
        try:
            while True:
                try:
                    if not await loop.run_once():
                        return
                except CrashError:
                    self.crashes += 1
                    await loop.close()
                    loop = self.loop(failpoints())
        finally:
            await loop.close()
