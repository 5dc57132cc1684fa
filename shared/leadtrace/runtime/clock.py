"""Time and ids, handed in everywhere: the only file that asks the machine for either."""

import os
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from leadtrace.events.times import from_micros, to_micros

_VERSION_7 = 7 << 76
_RFC_VARIANT = 0b10 << 62
_RANDOM_BITS = (1 << 62) - 1
_FRACTIONS_PER_MS = 4096
_DRAW = struct.Struct("!256Q")


class Clock(Protocol):
    """Tells the time of the world."""

    def now(self) -> datetime:
        """The present moment, aware and UTC, to the microsecond."""

    def now_us(self) -> int:
        """The present moment in microseconds since the epoch."""


class Ids(Protocol):
    """Makes new ids."""

    def uuid7(self) -> UUID:
        """A new id that sorts after every earlier one of this process."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware and UTC."""
        return from_micros(self.now_us())

    def now_us(self) -> int:
        """Microseconds since the epoch."""
        return time.time_ns() // 1_000


class FrozenClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now_us = to_micros(at)

    def now(self) -> datetime:
        """The moment at which the clock stands."""
        return from_micros(self._now_us)

    def now_us(self) -> int:
        """The same in microseconds since the epoch."""
        return self._now_us

    def set(self, at: datetime) -> None:
        """Put the clock at this aware moment, backwards too."""
        self._now_us = to_micros(at)

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self._now_us += by // timedelta(microseconds=1)


class SystemIds:
    """UUIDs of version 7 (RFC 9562): milliseconds, 12 bits of sub-milliseconds, 62 random bits.

    Ids of one process grow even when the clock stands still or steps back: the tick before the random
    bits never repeats.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_tick = 0
        self._chance: Iterator[int] = iter(())

    def uuid7(self) -> UUID:
        """A new id that sorts after every earlier one of this object."""
        ms, us = divmod(self._clock.now_us(), 1_000)
        tick = max(ms * _FRACTIONS_PER_MS + us * _FRACTIONS_PER_MS // 1_000, self._last_tick + 1)
        self._last_tick = tick
        bits = next(self._chance, None)
        if bits is None:
            # One call for many ids: the system call costs more than the rest of an id.
            self._chance = iter(_DRAW.unpack(os.urandom(_DRAW.size)))
            bits = next(self._chance)
        return _uuid7(tick, bits & _RANDOM_BITS)


class SequentialIds:
    """Ids that count from 1, the same in every run of a test."""

    def __init__(self, start: int = 1) -> None:
        self._next = start

    def uuid7(self) -> UUID:
        """The next id: version 7 in form, a counter in content."""
        self._next += 1
        return _uuid7(self._next - 1, self._next - 1)


def first_uuid7(at_ms: int) -> UUID:
    """The smallest id that can be made at this millisecond (of Unix time) or later."""
    return UUID(int=at_ms << 80)


def _uuid7(tick: int, random_bits: int) -> UUID:
    ms, fraction = divmod(tick, _FRACTIONS_PER_MS)
    return UUID(int=ms << 80 | _VERSION_7 | fraction << 64 | _RFC_VARIANT | random_bits)
