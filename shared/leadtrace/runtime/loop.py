"""The loop, written once for every service that reads topics.

1. Poll a batch of records.
2. In one transaction: clear the notes of what was published before; create the touched rows and lock them,
   leads first, then deals, each in id order; unite, fold, save; note the ids whose revision rose.
3. Produce the noted rows as they now stand, and flush.
4. Commit the offsets. The next transaction clears the note.

The set is the inbox and the note is the outbox, so a crash between any two steps loses nothing: records
that come again are duplicates of what is in the sets, and a note left behind is published by whoever finds
it. Delivery is at least once; the set makes it effectively once.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from leadtrace.bus.protocol import (
    Bus,
    BusResetError,
    BusUnavailableError,
    Consumer,
    ConsumerSpec,
    Outgoing,
    Record,
)
from leadtrace.events.topics import dead_letter_topic
from leadtrace.runtime.clock import Ids
from leadtrace.runtime.failpoints import AFTER_FLUSH, AFTER_SAVE, BEFORE_COMMIT, Failpoints, NoFailpoints
from leadtrace.runtime.handler import Applied, Handler, MoreNeededError
from leadtrace.runtime.logging import bound, get_logger
from leadtrace.runtime.loop_metrics import LoopMetrics
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.retry import RETRIED, StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.batch import BatchTraces, batch_traces
from leadtrace.runtime.tracing.tracer import Tracer
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.dead_letters import DeadLetter, DeadLetterStore
from leadtrace.store.notes import NoteStore

# A note younger than this belongs to a loop that is about to publish it.
NOTE_LEASE = timedelta(seconds=10)
_LEFT_BEHIND_EVERY_S = 3.0
_LEFT_BEHIND_LIMIT = 20
_NOTES_A_BATCH = 4
# A small batch costs as much as a large one: after this rest the next one is larger.
_SMALL_BATCH = 500
_SMALL_BATCH_REST_S = 0.015
_NEW_CONSUMER_PAUSE_S = 0.2
_NEVER = float("-inf")
# A record that a foreign producer just got past the broker leaves no room for our headers: its copy is cut.
_LARGEST_COPY_BYTES = 900_000
_LARGEST_KEY_BYTES = 1_000

_log = get_logger("leadtrace.runtime.loop")


class Loop:
    """Drives one handler over its topics."""

    def __init__(
        self,
        *,
        schema: str,
        bus: Bus,
        spec: ConsumerSpec,
        pool: Pool,
        handler: Handler,
        ids: Ids,
        stop: StopSignal,
        metrics: LoopMetrics,
        failpoints: Failpoints | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._bus = bus
        self._spec = spec
        self._pool = pool
        self._handler = handler
        self._ids = ids
        self._stop = stop
        self._metrics = metrics
        self._failpoints = failpoints or NoFailpoints()
        self._tracer = tracer
        self._publisher = Publisher(bus, stop, self._failpoints)
        self._notes = NoteStore(schema)
        self._letters = DeadLetterStore(schema)
        self._consumer: Consumer | None = None
        self._published: list[UUID] = []
        self._looked_at = _NEVER
        self._lost_because: str | None = None

    def assigned(self) -> bool:
        """Whether the group has given this loop its partitions."""
        return self._consumer is not None and self._consumer.assigned()

    async def run(self) -> None:
        """Go on until the stop signal; what was polled before it is finished first."""
        try:
            while not self._stop.is_set():
                await self.run_once()
        except StoppedError:
            _log.info("loop.stopped_waiting", group=self._spec.group)
        finally:
            await self.close()

    async def run_once(self) -> int:
        """One batch, from poll to commit; the number of records is returned.

        Raises:
            StoppedError: the stop was asked for while the database or the broker was away.
        """
        await self._publish_left_behind()
        records = await self._poll()
        if not records:
            return 0
        started = time.monotonic()
        traces = None if self._tracer is None else batch_traces(self._tracer, self._spec.group, records)
        applied, noted = await self._saved(records, traces)
        await self._failpoints.reach(AFTER_SAVE)
        outgoing = applied.outgoing if traces is None else traces.marked(applied.outgoing)
        await self._publisher.publish([*outgoing, *map(self._copy_of, applied.dead)])
        self._published = noted
        await self._failpoints.reach(AFTER_FLUSH)
        await self._failpoints.reach(BEFORE_COMMIT)
        rest_s = _SMALL_BATCH_REST_S if len(records) < _SMALL_BATCH else 0.0
        await asyncio.gather(self._commit(), self._stop.wait_for(rest_s))
        self._metrics.batch(applied, records=len(records), seconds=time.monotonic() - started)
        self._metrics.written(min(record.written_ms for record in records))
        if traces is not None:
            traces.end(applied.dead)
        return len(records)

    async def close(self) -> None:
        """Leave the group and let go of the producer."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.close()
        await self._publisher.close()

    async def _poll(self) -> list[Record]:
        try:
            if self._consumer is None:
                self._consumer = await self._bus.consumer(self._spec)
            records = await self._consumer.poll()
            self._metrics.lag(await self._consumer.lag())
        except (BusUnavailableError, BusResetError) as error:
            self._metrics.failed("poll")
            self._note_loss(error)
            await self._drop_consumer()
            return []
        if self._lost_because is not None:
            self._lost_because = None
            _log.info("consumer.found", group=self._spec.group)
        return records

    def _note_loss(self, error: Exception) -> None:
        """Log why the broker is away, once for each reason: it is asked several times a second."""
        if str(error) != self._lost_because:
            _log.warning("consumer.lost", group=self._spec.group, error=str(error), kind=type(error).__name__)
        self._lost_because = str(error)

    async def _drop_consumer(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.close()
        await self._stop.wait_for(_NEW_CONSUMER_PAUSE_S)

    async def _commit(self) -> None:
        if self._consumer is None:
            return
        try:
            await self._consumer.commit()
        except (BusUnavailableError, BusResetError) as error:
            self._metrics.failed("commit")
            # The records come again and are duplicates of what is in the sets.
            _log.warning("commit.failed", group=self._spec.group, error=str(error))

    async def _saved(
        self, records: Sequence[Record], traces: BatchTraces | None
    ) -> tuple[Applied, list[UUID]]:
        save = until_done(lambda: self._save(records), what="save", stop=self._stop)
        if traces is None:
            return await save
        with bound(traces.ids_of):
            return await save

    async def _save(self, records: Sequence[Record]) -> tuple[Applied, list[UUID]]:
        """What the batch came to, and the notes that its transaction left."""
        also: frozenset[UUID] = frozenset()
        while True:
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    return await self._save_within(connection, records, also)
            except MoreNeededError as more:
                also |= more.ids
            except RETRIED:
                # The commit may have gone through unheard: then the next attempt meets duplicates only, and
                # what they raised is published from the note, which is looked for at once.
                self._looked_at = _NEVER
                raise

    async def _save_within(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> tuple[Applied, list[UUID]]:
        applied = await self._handler.apply(connection, records, also)
        await self._notes.clear(connection, self._published)
        await self._letters.bury(connection, [self._ids.uuid7() for _ in applied.dead], applied.dead)
        note_ids = [self._ids.uuid7() for _ in range(_NOTES_A_BATCH)]
        return applied, await self._notes.write(connection, note_ids, applied.notes)

    async def _publish_left_behind(self) -> None:
        """Publish what a crash, a timer or a refold noted; at most every few seconds."""
        if time.monotonic() - self._looked_at < _LEFT_BEHIND_EVERY_S:
            return
        lease = timedelta(0) if self._looked_at == _NEVER else NOTE_LEASE
        await until_done(lambda: self._publish_notes(lease), what="publish notes", stop=self._stop)
        self._looked_at = time.monotonic()

    async def _publish_notes(self, older_than: timedelta) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            left = await self._notes.left_behind(connection, older_than=older_than, limit=_LEFT_BEHIND_LIMIT)
            left = [note for note in left if note.note_id not in self._published]
            for note in left:
                await self._publisher.publish(await self._handler.noted(connection, note.kind, note.ids))
            await self._notes.clear(connection, [note.note_id for note in left])

    def _copy_of(self, letter: DeadLetter) -> Outgoing:
        """The copy of a dead letter for its topic, with reason and provenance in the headers."""
        value = letter.value or b""
        provenance = {
            "reason": letter.reason.value,
            "detail": letter.detail[:500],
            "reader": self._spec.group,
            "original-topic": letter.topic,
            "original-partition": str(letter.partition),
            "original-offset": str(letter.offset),
            "original-bytes": str(len(value)),
        }
        headers = tuple((f"leadtrace-{name}", value.encode()) for name, value in provenance.items())
        key = (letter.key or b"")[:_LARGEST_KEY_BYTES]
        return Outgoing(dead_letter_topic(letter.topic), key, value[:_LARGEST_COPY_BYTES], headers)
