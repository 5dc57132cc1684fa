"""One reader of the database for all readers of a process: a ring of the latest entries, handed on to each.

Nothing here waits for a reader. One that resumes from before the ring reads pages of its own until the ring
goes on from where it stands; between that look and joining there is no pause in which an entry could pass.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from leadtrace.runtime.metrics import Metrics
from leadtrace_api.ticker import frames
from leadtrace_api.ticker.frames import Dropped, Frame, frame_of
from leadtrace_api.ticker.metrics import DROPPED, READERS
from leadtrace_api.ticker.position import written
from leadtrace_api.ticker.reader import Reader
from leadtrace_api.ticker.source import Source

RING: Final = 5_000
MOST_READERS: Final = 2_000
_PAGE: Final = 200
# Readers that resume from the database at the same time: others wait, and the pool is not theirs alone.
_RESUMING: Final = 4

UNKNOWN: Final = "unknown"
NOT_KEPT: Final = "not_kept"


class Hub:
    """The readers of one process; closed until `open`."""

    def __init__(
        self, metrics: Metrics | None = None, *, ring: int = RING, most_readers: int = MOST_READERS
    ) -> None:
        metrics = metrics or Metrics()
        self.most_readers = most_readers
        self._gauge = metrics.gauge(READERS)
        self._dropped = metrics.counter(DROPPED)
        self._ring: deque[Frame] = deque(maxlen=ring)
        self._readers: set[Reader] = set()
        self._source: Source | None = None
        self._last = 0
        self._taking = asyncio.Lock()
        self._resuming = asyncio.Semaphore(_RESUMING)

    @property
    def is_open(self) -> bool:
        """Whether readers are taken."""
        return self._source is not None

    @property
    def full(self) -> bool:
        """Whether there are as many readers as may be."""
        return len(self._readers) >= self.most_readers

    @property
    def last(self) -> int:
        """The number of the latest entry that was handed on."""
        return self._last

    async def open(self, source: Source) -> None:
        """Take readers from now on; what is told from now on reaches them."""
        self._last = (await source.state()).last
        self._source = source

    def close(self) -> None:
        """Send every reader away: the process stops."""
        self._source = None
        for reader in list(self._readers):
            self.drop(reader, Dropped.STOPPING)

    async def take_in(self) -> None:
        """Read what got a number, and hand it on."""
        async with self._taking:
            while (source := self._source) is not None:
                entries = await source.page(self._last, _PAGE)
                if entries and entries[0].number == self._last + 1:
                    self._hand_on([frame_of(one) for one in entries])
                    # Readers that keep up take theirs before the next page comes.
                    await asyncio.sleep(0)
                    continue
                state = await source.state()
                if entries or state.pruned > self._last:
                    self._begin_anew(max(state.pruned, entries[0].number - 1 if entries else 0), NOT_KEPT)
                elif state.last < self._last:
                    self._begin_anew(state.last, UNKNOWN)
                else:
                    return

    def beat(self) -> None:
        """Show that streams are alive, and close those whose key is so no more."""
        beat = frames.beat(written(self._last))
        for reader in list(self._readers):
            if not reader.allowed():
                self.drop(reader, Dropped.KEY)
            elif reader.idle:
                reader.put([frames.beat(reader.position(self._last)) if reader.has_counted else beat])

    def join(self, reader: Reader) -> None:
        """Have a new reader get what comes."""
        self._add(reader, [frames.opening(written(self._last))])

    def rejoin(self, reader: Reader, after: int) -> bool:
        """Have a reader get all behind a number; False if the ring does not reach that far back."""
        if not self._last - len(self._ring) <= after <= self._last:
            return False
        self._add(reader, [frames.opening(reader.position(after))])
        missed = reader.pick(self._ring, after)
        if missed and not reader.put([b"".join(missed)]):
            self.drop(reader, Dropped.SLOW)
        return True

    def rejoin_anew(self, reader: Reader, reason: str) -> None:
        """Have a reader begin again at the latest entry."""
        reader.begin_anew()
        self._add(reader, [frames.opening(written(self._last)), frames.reset(self._last, reason)])

    async def past(self, after: int) -> Sequence[Frame]:
        """The entries right behind a number; none if they are not kept or there are none."""
        source = self._source
        if source is None:
            return []
        async with self._resuming:
            entries = await source.page(after, _PAGE)
        return [frame_of(one) for one in entries] if entries and entries[0].number == after + 1 else []

    def leave(self, reader: Reader) -> None:
        """Forget a reader."""
        self._readers.discard(reader)
        self._gauge.set(len(self._readers))

    def drop(self, reader: Reader, reason: Dropped) -> None:
        """Have a reader's stream end, saying why."""
        if reader.dropped is None:
            self._dropped.labels(reason.value).inc()
        reader.drop(reason)
        self.leave(reader)

    def _add(self, reader: Reader, first: Sequence[bytes]) -> None:
        reader.put(first)
        self._readers.add(reader)
        self._gauge.set(len(self._readers))

    def _hand_on(self, taken: Sequence[Frame]) -> None:
        self._ring.extend(taken)
        self._last = taken[-1].number
        made: dict[frozenset[str], list[bytes]] = {}
        for reader in list(self._readers):
            if reader.has_counted:
                parts = reader.pick(taken)
            elif reader.kinds in made:
                parts = made[reader.kinds]
            else:
                parts = made[reader.kinds] = reader.pick(taken)
            if parts and not reader.put(parts):
                self.drop(reader, Dropped.SLOW)

    def _begin_anew(self, last: int, reason: str) -> None:
        """Go on behind a number: entries were removed meanwhile, or the database is an older one."""
        self._ring.clear()
        self._last = last
        for reader in list(self._readers):
            reader.begin_anew()
            if not reader.put([frames.reset(last, reason)]):
                self.drop(reader, Dropped.SLOW)
