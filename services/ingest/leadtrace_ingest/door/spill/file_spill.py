"""Spilling to files: group commit into append-only segments, one fsync a group, in a thread.

A request's future is done only when its bytes are on the disk.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from leadtrace.runtime.clock import Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.spill.metrics import FAILED_REQUESTS, SPILLED_REQUESTS
from leadtrace_ingest.door.spill.segment import SUFFIX, LiveSegment, Segment, framed, inspect
from leadtrace_ingest.door.spill.shares import Shares
from leadtrace_ingest.door.spill.slots import Slot, Slots

PLACE = "file"
_SEGMENT_BYTES = 16_777_216
_LARGEST_GROUP_BYTES = 4_194_304
# After an error the disk is left alone for so long: senders hear at once that nothing is kept.
_REST_AFTER_ERROR_S = 1.0

_log = get_logger("leadtrace.ingest.spill")


@dataclass(slots=True)
class _Waiting:
    entry: IntakeEntry
    data: bytes
    done: asyncio.Future[None]


@dataclass(slots=True)
class _Live:
    """The segment in use, and what is in it so far."""

    segment: LiveSegment
    oldest: datetime
    requests: int = 0
    size: int = 0
    by_sender: Counter[str] = field(default_factory=Counter)

    def seal(self) -> Segment:
        """Close it; nothing is appended any more."""
        self.segment.close()
        return Segment(self.segment.path, self.requests, self.size, self.oldest, self.by_sender)


class FileSpill:
    """The segments that this door holds: its own, and those of dead doors that it took over.

    `share` is the part of the quota that one sender may hold.
    """

    def __init__(self, folder: Path, quota: int, ids: Ids, metrics: Metrics, *, share: float = 1.0) -> None:
        self._slots = Slots(folder)
        self._quota = quota
        self._shares = Shares(int(quota * share))
        self._ids = ids
        self._own: Slot | None = None
        self._adopted: list[Slot] = []
        self._live: _Live | None = None
        self.sealed: list[Segment] = []
        self.aside = 0
        self._queue: deque[_Waiting] = deque()
        self._queued_bytes = 0
        self._others_bytes = 0
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()  # held while the live segment is written, begun or sealed
        self._rests_until = float("-inf")
        self._failure: str | None = None
        self._closed = False
        self._spilled = metrics.counter(SPILLED_REQUESTS).labels(place=PLACE)
        self._failed = metrics.counter(FAILED_REQUESTS).labels(place=PLACE)

    @property
    def requests(self) -> int:
        """How many requests wait here."""
        live = self._live.requests if self._live else 0
        return live + sum(segment.requests for segment in self.sealed)

    @property
    def size(self) -> int:
        """Bytes of the files that hold them."""
        live = self._live.size if self._live else 0
        return live + sum(segment.size for segment in self.sealed)

    @property
    def oldest(self) -> datetime | None:
        """When the door received the oldest of them."""
        found = [segment.oldest for segment in self.sealed if segment.oldest]
        return min([*found, self._live.oldest] if self._live else found, default=None)

    def unusable(self) -> str | None:
        """Why nothing can be spilled here now; None if it can."""
        if self._closed:
            return "the door is stopping"
        if self._own is None or time.monotonic() < self._rests_until:
            return self._failure or "the folder is not open yet"
        if self.size + self._others_bytes + self._queued_bytes >= self._quota:
            return f"the quota of {self._quota} bytes is used up"
        return None

    def submit(self, entry: IntakeEntry) -> asyncio.Future[None]:
        """Queue a request; the future is done once it is on the disk, or fails with `NotDurableError`.

        Raises:
            NotDurableError: nothing can be spilled here now.
        """
        data = framed(entry)
        reason = self.unusable()
        if reason is None and self.size + self._others_bytes + self._queued_bytes + len(data) > self._quota:
            reason = f"the quota of {self._quota} bytes is used up"
        if reason is None and not self._shares.allows(entry.sender, len(data)):
            reason = "this sender holds its share of the quota"
        if reason is not None:
            self._failed.inc()
            raise NotDurableError(f"the spill keeps nothing: {reason}")
        done = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(entry, data, done))
        self._queued_bytes += len(data)
        self._shares.add({entry.sender: len(data)})
        self._wake.set()
        return done

    async def run(self, stop: StopSignal) -> None:
        """Keep what is submitted until the stop is asked for and nothing is queued any more."""
        waker = asyncio.create_task(self._wake_at(stop))
        try:
            while not (stop.is_set() and not self._queue):
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                await self._keep(self._take_group())
        finally:
            self._closed = True
            waker.cancel()
            await asyncio.gather(waker, return_exceptions=True)
            self._tell(list(self._queue), "the door is stopping")

    async def open(self) -> bool:
        """Take a slot, unless one is held; False if the folder cannot be used."""
        if self._own is not None:
            return True
        try:
            self._own = await asyncio.to_thread(self._slots.take)
            self._take_over(await asyncio.to_thread(_inspected, self._own))
        except OSError as error:
            self._note_failure(error)
            return False
        return True

    async def look_around(self) -> None:
        """Take over what dead doors left, and see how much of the quota others use."""
        for slot in await asyncio.to_thread(self._slots.take_left_behind):
            segments = await asyncio.to_thread(_inspected, slot)
            _log.info("spill.taken_over", slot=slot.path.name, segments=len(segments))
            self._adopted.append(slot)
            self._take_over(segments)
        held = {slot.path for slot in (self._own, *self._adopted) if slot is not None}
        self._others_bytes = await asyncio.to_thread(self._slots.bytes_of_others, held)
        self.aside = await asyncio.to_thread(self._slots.aside)

    async def seal(self) -> None:
        """End the live segment, so that it can be filed; the next request begins a new one."""
        async with self._turn:
            self._end_live()

    def forget(self, segment: Segment) -> None:
        """The segment is filed or set aside; a slot that is empty by that is left to the next door."""
        self.sealed.remove(segment)
        self._shares.remove(segment.by_sender)
        for slot in [slot for slot in self._adopted if slot.path == segment.path.parent]:
            if not any(one.path.parent == slot.path for one in self.sealed):
                self._adopted.remove(slot)
                slot.release()

    async def close(self) -> None:
        """Leave the folder; what waits in it is filed by the next door."""
        self._closed = True
        await self.seal()
        for slot in (self._own, *self._adopted):
            if slot is not None:
                slot.release()
        self._own, self._adopted = None, []

    def _take_over(self, segments: Sequence[Segment]) -> None:
        self.sealed += segments
        for segment in segments:
            self._shares.add(segment.by_sender)

    def _take_group(self) -> list[_Waiting]:
        group, size = [], 0
        while self._queue and size < _LARGEST_GROUP_BYTES:
            group.append(self._queue.popleft())
            size += len(group[-1].data)
        return group

    async def _keep(self, group: Sequence[_Waiting]) -> None:
        data = b"".join(waiting.data for waiting in group)
        oldest = min(waiting.entry.received_at for waiting in group)
        async with self._turn:
            try:
                live = self._live or await self._begin(oldest)
                await asyncio.to_thread(live.segment.append, data)
            except OSError as error:
                self._note_failure(error)
                # What it left behind the last whole record is never followed by another.
                self._end_live()
                self._tell(group, f"the spill keeps nothing: {self._failure}")
                return
            live.requests += len(group)
            live.size += len(data)
            live.oldest = min(live.oldest, oldest)
            for waiting in group:
                live.by_sender[waiting.entry.sender] += len(waiting.data)
        self._failure = None
        self._spilled.inc(len(group))
        self._tell(group, None)
        if live.size >= _SEGMENT_BYTES:
            await self.seal()

    async def _begin(self, oldest: datetime) -> _Live:
        assert self._own is not None  # noqa: S101 - nothing is submitted without it
        # Names sort in the order in which segments were begun.
        path = self._own.path / f"{self._ids.uuid7()}{SUFFIX}"
        self._live = _Live(await asyncio.to_thread(LiveSegment, path), oldest)
        return self._live

    def _end_live(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            self.sealed.append(live.seal())

    def _note_failure(self, error: OSError) -> None:
        if self._failure is None:
            _log.error("spill.failed", kind=type(error).__name__, error=error.strerror)
        self._failure = f"{type(error).__name__}: {error.strerror}"
        self._rests_until = time.monotonic() + _REST_AFTER_ERROR_S

    def _tell(self, group: Sequence[_Waiting], refusal: str | None) -> None:
        self._queued_bytes -= sum(len(waiting.data) for waiting in group)
        if refusal is not None:
            self._failed.inc(len(group))
            for waiting in group:
                self._shares.remove({waiting.entry.sender: len(waiting.data)})
        for waiting in group:
            if waiting.done.done():
                continue
            if refusal is None:
                waiting.done.set_result(None)
            else:
                waiting.done.set_exception(NotDurableError(refusal))

    async def _wake_at(self, stop: StopSignal) -> None:
        await stop.wait()
        self._wake.set()


def _inspected(slot: Slot) -> list[Segment]:
    return [inspect(path) for path in slot.segments()]
