"""How much a sender may post: a rate for each door, and a day's quota over all doors.

Whoever exceeds one hears 429 and when to come again, before anything is stored; no request asks the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from leadtrace.runtime.clock import Clock
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.door.refusal import too_many

_US_PER_S = 1_000_000
_US_PER_DAY = 86_400 * _US_PER_S


class Bucket:
    """Tokens for items: `per_s` come back every second, up to `burst`.

    A batch larger than the burst is let in when the bucket is full, and leaves a debt: a sender that may post
    it at all is slowed down, not shut out.
    """

    def __init__(self, per_s: float, burst: int, now_us: int) -> None:
        self._per_s = per_s
        self._burst = burst
        self._tokens = float(burst)
        self._filled_us = now_us

    def wait_s(self, items: int, now_us: int) -> float:
        """Seconds until so many items may come; 0 if they may now."""
        # A clock that steps back gives nothing, and takes nothing away.
        gained = max(0, now_us - self._filled_us) * self._per_s / _US_PER_S
        self._tokens = min(float(self._burst), self._tokens + gained)
        self._filled_us = now_us
        return max(0.0, min(items, self._burst) - self._tokens) / self._per_s

    def take(self, items: int) -> None:
        """Let them in."""
        self._tokens -= items


@dataclass(slots=True)
class Day:
    """Items of a sender on one UTC day: what the intake log had at the last look, and this door's since."""

    limit: int
    number: int = -1
    counted: int = 0
    since: int = 0

    def takes(self, items: int, number: int) -> bool:
        """Whether so many more may come on this day."""
        if number != self.number:
            self.number, self.counted, self.since = number, 0, 0
        return self.counted + self.since + items <= self.limit


class Admission:
    """The limits of every sender that has any."""

    def __init__(self, senders: Mapping[str, SenderSettings], clock: Clock) -> None:
        self._clock = clock
        now = clock.now_us()
        self._buckets = {
            name: Bucket(sender.items_per_s, sender.burst_items, now)
            for name, sender in senders.items()
            if sender.items_per_s is not None
        }
        self.days = {
            name: Day(sender.items_per_day)
            for name, sender in senders.items()
            if sender.items_per_day is not None
        }

    def admit(self, sender: str, items: int) -> None:
        """Count these items of a sender in.

        Raises:
            RefusedRequestError: there are too many; the answer says when to come again.
        """
        bucket, day = self._buckets.get(sender), self.days.get(sender)
        if bucket is None and day is None:
            return
        now = self._clock.now_us()
        number, into_day = divmod(now, _US_PER_DAY)
        if day is not None and not day.takes(items, number):
            raise too_many(f"{day.limit} items a day in UTC", _whole_s((_US_PER_DAY - into_day) / _US_PER_S))
        if bucket is not None:
            wait_s = bucket.wait_s(items, now)
            if wait_s > 0:
                raise too_many("the items a second of this sender", _whole_s(wait_s))
            bucket.take(items)
        if day is not None:
            day.since += items


def _whole_s(seconds: float) -> int:
    return max(1, ceil(seconds))
