"""The relay: from the intake log to the topics, chunk by chunk.

1. In one transaction: clear the notes of what was published; claim rows; map each item; claim its key; bind
   its subjects; store its events; settle its outcome; note the numbers of the events.
2. Produce the events and flush. The next transaction clears the note.

A crash before the commit leaves rows pending; a crash after it leaves a note that any relay publishes.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from leadtrace.bus.protocol import Bus, Outgoing
from leadtrace.runtime.clock import Ids
from leadtrace.runtime.failpoints import AFTER_FLUSH, AFTER_SAVE, BEFORE_COMMIT, Failpoints, NoFailpoints
from leadtrace.runtime.logging import bound, get_logger
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.settings_groups import Relay as RelaySettings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.tracer import Tracer
from leadtrace.runtime.wakeup import Wakeup
from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.erasure.carrying_out import carry_out_requested
from leadtrace_ingest.erasure.names import Names
from leadtrace_ingest.erasure.requests import request_erasures
from leadtrace_ingest.erasure.returning import with_ends
from leadtrace_ingest.erasure.suppression import Suppressor
from leadtrace_ingest.erasure.tools import Tools
from leadtrace_ingest.handlers import on_deliveries
from leadtrace_ingest.identity.settling import Identifier
from leadtrace_ingest.identity.subject import Binding, Subject
from leadtrace_ingest.outcome import Outcome, Reason
from leadtrace_ingest.personal.search_words import SearchWords
from leadtrace_ingest.personal.subject_keys import SubjectKey, SubjectKeys
from leadtrace_ingest.relay.canonical import Canonical, canonical_events, named_subjects, unbound_events
from leadtrace_ingest.relay.claims import settle_claims
from leadtrace_ingest.relay.events import keep_events, read_records, store
from leadtrace_ingest.relay.meters import RelayMeters
from leadtrace_ingest.relay.notes import clear_notes, take_lapsed, write_note
from leadtrace_ingest.relay.numbers import EventNumbers
from leadtrace_ingest.relay.oversize import without_oversized
from leadtrace_ingest.relay.remedies import remedies_for
from leadtrace_ingest.relay.rows import IntakeRow, RowClaimer, oldest_pending_s
from leadtrace_ingest.relay.scopes import settle_scopes
from leadtrace_ingest.relay.settling import settle
from leadtrace_ingest.relay.tracing import ChunkTraces
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.sender import Sender
from leadtrace_ingest.store import NOTIFY_CHANNEL

_LOOK_AROUND_EVERY_S = 2.0
_SMALL_SHARE = 8  # a chunk below an eighth of the bound is small: a pause lets the next one fill
# What the database says when a value itself is at fault: trying the same rows again cannot help.
_VALUE_AT_FAULT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)

_log = get_logger("leadtrace.ingest.relay")


@dataclass(frozen=True, slots=True)
class Saved:
    """A chunk that is committed and waits to be published."""

    note_id: UUID | None
    outgoing: list[Outgoing]
    items: int
    outcomes: Counter[Outcome]
    reasons: Counter[Reason]
    bound: dict[Subject, Binding]
    keys: dict[Subject, SubjectKey]
    erasures: int = 0
    traces: ChunkTraces | None = None


_NOTHING = Saved(None, [], 0, Counter(), Counter(), {}, {})


class Relay:
    """One relay; several may run side by side."""

    def __init__(
        self,
        *,
        pool: Pool,
        connect: Callable[[], Awaitable[Connection]],
        bus: Bus,
        senders: Mapping[str, Sender],
        tools: Tools,
        identifier: Identifier,
        limits: RelaySettings,
        ids: Ids,
        stop: StopSignal,
        meters: RelayMeters,
        failpoints: Failpoints | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._pool = pool
        self._senders = senders
        self._limits = limits
        self._lease = timedelta(seconds=limits.note_lease_s)
        self._ids = ids
        self._stop = stop
        self._meters = meters
        self._failpoints = failpoints or NoFailpoints()
        self._tracer = tracer
        self._publisher = Publisher(bus, stop, self._failpoints)
        self._wakeup = Wakeup(connect, NOTIFY_CHANNEL, limits.poll_interval_s)
        self._tools = tools
        self._claimer = RowClaimer(
            list(senders), tools.wrapper, chunk_items=limits.chunk_items, chunk_bytes=limits.chunk_bytes
        )
        self._identifier = identifier
        self._suppressor = Suppressor(tools.identities)
        self._subject_keys = SubjectKeys(tools.wrapper)
        self._search_words = SearchWords(tools.wrapper)
        self._numbers = EventNumbers()
        self._published: list[UUID] = []
        self._one_by_one = 0  # rows still to be claimed singly
        self._refused: set[UUID] = set()
        self._looked_around_at = float("-inf")

    async def run(self) -> None:
        """Go on until the stop signal; a chunk that was begun is finished first."""
        try:
            while not self._stop.is_set():
                items = await self.run_once()
                if items == 0:
                    await self._wakeup.wait(self._stop)
                elif items < self._limits.chunk_items // _SMALL_SHARE:
                    await self._stop.wait_for(self._limits.pause_ms / 1_000)
            await until_done(self._clear_published, what="clear notes", stop=self._stop)
        except StoppedError as stopped:
            _log.info("relay.stopped_waiting", what=str(stopped))
        finally:
            await self.close()

    async def run_once(self) -> int:
        """One chunk from the intake log to the topics; the number of its items is returned.

        Raises:
            StoppedError: the stop was asked for while the database or the broker was away.
        """
        await self._look_around()
        started = time.monotonic()
        saved = await until_done(self._save, what="save", stop=self._stop)
        if not saved.items:
            return 0
        self._meters.saved(saved.outcomes, saved.reasons, seconds=time.monotonic() - started)
        await self._failpoints.reach(AFTER_SAVE)
        if saved.erasures:
            # Before the next chunk, so that who comes back in it is known as such.
            await until_done(self._carry_out, what="erase", stop=self._stop)
        started = time.monotonic()
        await self._publisher.publish(saved.outgoing)
        await self._failpoints.reach(AFTER_FLUSH)
        self._meters.published(seconds=time.monotonic() - started)
        if saved.note_id is not None:
            self._published.append(saved.note_id)
        if saved.traces is not None:
            saved.traces.end()
        return saved.items

    async def close(self) -> None:
        """Let go of producer and listener."""
        await self._publisher.close()
        await self._wakeup.close()

    async def _save(self) -> Saved:
        rows: list[IntakeRow] = []
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await clear_notes(connection, self._published)
                rows = await self._claimer.claim(connection, one_by_one=self._one_by_one > 0)
                saved = await self._traced(connection, rows) if rows else _NOTHING
                await self._failpoints.reach(BEFORE_COMMIT)
        except _VALUE_AT_FAULT:
            self._suspect(rows)
            raise
        self._published.clear()
        self._refused.difference_update(row.intake_id for row in rows)
        self._identifier.remember(saved.bound)
        self._subject_keys.remember(saved.keys)
        self._one_by_one = max(0, self._one_by_one - 1)
        return saved

    async def _traced(self, connection: Connection, rows: Sequence[IntakeRow]) -> Saved:
        if self._tracer is None:
            return await self._work_through(connection, rows)
        traces = ChunkTraces(self._tracer, rows)
        with bound(traces.ids_of):
            return await self._work_through(connection, rows, traces)

    async def _work_through(
        self, connection: Connection, rows: Sequence[IntakeRow], traces: ChunkTraces | None = None
    ) -> Saved:
        if await self._suppressor.begin(connection):
            self._subject_keys.forget()
        works = on_deliveries(rows, self._senders, self._refused)
        kept = await keep_events(connection, works)
        names = await self._suppressor.stop(connection, works)
        fresh = [work for work in works if not work.kept and not work.suppressed]
        if fresh:
            await settle_claims(connection, fresh)
            await settle_scopes(connection, fresh)
        ends, names = await with_ends(connection, fresh, names)
        remedies = await remedies_for(connection, works, self._tools.wrapper)
        events, subjects, keys = await self._bind(connection, [*fresh, *ends, *remedies], names, traces)
        outgoing, note_id = [event.outgoing for event in events], None
        if events:
            await store(connection, events)
        erasures = await request_erasures(connection, events, self._ids)
        if kept:
            outgoing += await read_records(connection, kept)
        if outgoing:
            note_id = self._ids.uuid7()
            numbers = kept + [event.row.event_no for event in events]
            await write_note(connection, note_id, numbers, self._lease)
        outcomes = await settle(connection, rows, works, self._ids, self._tools.wrapper)
        if traces is not None:
            traces.settle(works)
        return Saved(
            note_id, outgoing, len(works), outcomes, _reasons(works), subjects, keys, erasures, traces
        )

    async def _bind(
        self, connection: Connection, works: Sequence[Work], names: Names, traces: ChunkTraces | None
    ) -> tuple[list[Canonical], dict[Subject, Binding], dict[Subject, SubjectKey]]:
        unbound = without_oversized(unbound_events(works, names))
        identified = await self._identifier.identify(connection, unbound)
        keys = await self._subject_keys.take(connection, named_subjects(unbound))
        await self._search_words.keep(connection, unbound)
        numbers = await self._numbers.take(connection, len(unbound) + len(identified.told))
        events = canonical_events(unbound, identified.bound, keys, numbers[: len(unbound)], traces)
        return events + identified.events(numbers[len(unbound) :]), identified.bound, keys

    def _suspect(self, rows: Sequence[IntakeRow]) -> None:
        """Find the delivery that the database cannot take: it goes to quarantine, its neighbours go on."""
        if len(rows) == 1:
            ids = {"intake_id": rows[0].name}
            if self._tracer is not None:
                ids |= ChunkTraces(self._tracer, rows).ids_of(ids)
            _log.error("delivery.refused_by_database", **ids)
            self._refused.add(rows[0].intake_id)
        self._one_by_one = max(self._one_by_one, len(rows))

    async def _look_around(self) -> None:
        """Now and then: publish what a crash left behind, and see how old the oldest pending row is."""
        if time.monotonic() - self._looked_around_at < _LOOK_AROUND_EVERY_S:
            return
        await until_done(self._publish_lapsed, what="publish lapsed notes", stop=self._stop)
        self._looked_around_at = time.monotonic()

    async def _publish_lapsed(self) -> None:
        async with self._pool.acquire() as connection:
            self._meters.oldest_pending(await oldest_pending_s(connection))
            lapsed = await take_lapsed(connection, self._lease)
            numbers = [number for note in lapsed for number in note.event_nos]
            records = await read_records(connection, numbers) if numbers else []
        await self._publisher.publish(records)
        self._published += [note.note_id for note in lapsed]

    async def _carry_out(self) -> None:
        await carry_out_requested(self._tools)

    async def _clear_published(self) -> None:
        async with self._pool.acquire() as connection:
            await clear_notes(connection, self._published)


def _reasons(works: Sequence[Work]) -> Counter[Reason]:
    return Counter(work.reason for work in works if work.reason and work.outcome is Outcome.QUARANTINED)
