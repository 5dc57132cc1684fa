"""One import: rows are read, checked, posted a few deliveries at a time, and their outcomes asked for.

Whatever ends it, what was accepted is in the intake log, and the same command goes on behind it.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadtrace_ingest.importing.batch import Batch
from leadtrace_ingest.importing.door_client import DoorClient, Fate
from leadtrace_ingest.importing.error_file import ErrorFile
from leadtrace_ingest.importing.progress_file import Progress, ProgressFile, Unsettled
from leadtrace_ingest.importing.tally import Tally
from leadtrace_ingest.outcome import Outcome
from leadtrace_ingest.senders.imported.header import ImportHeader, body_of, hash_of

CONCURRENCY = 4
_ASKED_AT_ONCE = 50
_ASK_EVERY_S = 0.5
_SAVE_EVERY = 20  # deliveries


@dataclass(frozen=True, slots=True)
class Parts:
    """What an import works with; `header` says for the number of its first row how a delivery begins."""

    client: DoorClient
    errors: ErrorFile
    progress: ProgressFile
    header: Callable[[int], ImportHeader]
    on_progress: Callable[[Tally], None]
    settle_within_s: float


class ImportRun:
    """Posts the batches of one file; `stop` ends it after what is on its way."""

    def __init__(self, parts: Parts, begun: Progress, stop: asyncio.Event) -> None:
        self._parts = parts
        self._progress = begun
        self._stop = stop
        self._posted: dict[int, tuple[Batch, str | None]] = {}  # those behind a gap
        self._shown = Tally()
        self._shown.add(begun.tally)
        self._unsaved = 0
        self._asking = False

    @property
    def tally(self) -> Tally:
        """What became of all rows that were read."""
        return self._progress.tally

    async def post(self, waiting: Iterator[Batch]) -> bool:
        """Post batches until none is left or the stop is asked for; whether the file is through."""
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=CONCURRENCY)
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(CONCURRENCY):
                    tasks.create_task(self._work(queue))
                through = await self._read(waiting, queue)
                for _ in range(CONCURRENCY):
                    await queue.put(None)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._save()
        return through

    async def settle(self) -> None:
        """Ask until every delivery has its outcome, the stop is asked for, or nothing moves for long."""
        loop = asyncio.get_running_loop()
        moved_at = loop.time()
        while self._progress.unsettled and not self._stop.is_set():
            if await self._ask(self._progress.unsettled[:_ASKED_AT_ONCE]):
                moved_at = loop.time()
                continue
            if loop.time() - moved_at > self._parts.settle_within_s:
                break
            await asyncio.sleep(_ASK_EVERY_S)
        self._save()

    async def _read(self, waiting: Iterator[Batch], queue: asyncio.Queue[Batch | None]) -> bool:
        for batch in waiting:
            await queue.put(batch)
            await asyncio.sleep(0)
            if self._stop.is_set():
                return False
        return True

    async def _work(self, queue: asyncio.Queue[Batch | None]) -> None:
        while (batch := await queue.get()) is not None:
            intake_id = None
            if batch.rows:
                body = body_of(self._parts.header(batch.lines[0]), batch.rows)
                # Other limits of the door may divide a file otherwise when an import goes on.
                key = f"{self._progress.run}:{batch.number}:{hash_of(body)}"
                intake_id = await self._parts.client.post(body, key)
            self._posted[batch.number] = (batch, intake_id)
            self._advance(batch)
            if len(self._progress.unsettled) >= _ASKED_AT_ONCE and not self._asking:
                await self._ask(self._progress.unsettled[:_ASKED_AT_ONCE])

    def _advance(self, batch: Batch) -> None:
        """Move the beginning that is through up to the first batch that is not."""
        self._shown.add(batch.tally)
        progress = self._progress
        while progress.batches in self._posted:
            done, intake_id = self._posted.pop(progress.batches)
            for refusal in done.refusals:
                self._parts.errors.write(refusal.line, refusal.reason, refusal.detail)
            progress.tally.add(done.tally)
            if intake_id is not None:
                progress.unsettled.append(Unsettled.of(intake_id, done.lines, done.counts))
            progress.batches += 1
            progress.seen += done.seen
            self._unsaved += 1
        if self._unsaved >= _SAVE_EVERY:
            self._save()
        self._parts.on_progress(self._shown)

    async def _ask(self, deliveries: list[Unsettled]) -> int:
        """Count the outcomes that are known now; how many deliveries have theirs."""
        asked = {one.intake_id: one for one in deliveries}
        gathered = any(one.counts for one in deliveries)
        self._asking = True
        try:
            fates = await self._parts.client.fates(list(asked), items=gathered)
        finally:
            self._asking = False
        settled = {fate.intake_id: fate for fate in fates if fate.outcomes is not None}
        for intake_id, fate in settled.items():
            self._settle(asked[intake_id], fate)
        known = self._progress.unsettled
        self._progress.unsettled = [one for one in known if one.intake_id not in settled]
        self._parts.on_progress(self._shown)
        return len(settled)

    def _settle(self, delivery: Unsettled, fate: Fate) -> None:
        outcomes = _weighed(fate, delivery.counts)
        self._progress.tally.settle(outcomes)
        self._shown.settle(outcomes)
        for held in fate.quarantined:
            self._parts.errors.write(delivery.line_of(held["item"]), held["reason"], held["detail"])

    def _save(self) -> None:
        self._parts.errors.flush()
        self._parts.progress.write(self._progress)
        self._unsaved = 0


def _weighed(fate: Fate, counts: list[int]) -> dict[str, int]:
    """Outcomes in rows of the file: an item that gathers several counts as many."""
    if not counts:
        return dict(fate.outcomes or {})
    weighed = {outcome: sum(counts[item] for item in items) for outcome, items in fate.items.items()}
    published = sum(counts) - sum(weighed.values())
    return {**weighed, Outcome.PUBLISHED.value: published} if published else weighed
