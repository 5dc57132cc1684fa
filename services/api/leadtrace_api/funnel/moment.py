"""When a question is asked, as days are cut: how old what is open is, and which ages of it were watched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from leadtrace.domain.survival.aalen_johansen import Times
from leadtrace.domain.survival.age_bins import BEGINS_S, BINS, DAY_S
from leadtrace.domain.survival.honest_rate import Counts
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Entries

# Within a day ages are told by the hour, and by when steps come into the next bin of age.
_TOLD_S: Final = np.union1d(BEGINS_S % DAY_S, np.arange(24) * 3_600.0)
# Of a day that has just begun nothing was watched yet.
_NO_TIME_S: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Moment:
    """A day by its ordinal, and seconds of it: what is open is as old as that.

    Equal moments are all that numbers of who is open depend on, whatever was entered when.
    """

    day: int
    seconds: float

    def open_by_bin(self, entries: Entries) -> Counts:
        """How many are open, by step and bin of age.

        An age counts from the beginning of the day of entry. So it is too long by less than a day, and never
        too short: who came today is watched today.
        """
        opened = entries.opened
        *groups, days, steps = opened.shape
        found = np.zeros((*groups, steps, BINS), dtype=np.int64)
        bins = np.searchsorted(BEGINS_S, self._ages(entries), "right") - 1
        # The later the day, the younger: days of one bin stand side by side.
        begins = np.flatnonzero(np.diff(bins, prepend=-1))
        if days:
            found[..., bins[begins]] = np.add.reduceat(opened, begins, axis=-2).swapaxes(-2, -1)
        return found

    def unseen_by_bin(self, entries: Entries) -> Times:
        """Of those open, for how many a bin of age that they came to was not watched, by the part of it.

        They entered at any moment of their day alike. The last bin has no end to be watched to.
        """
        oldest = self._ages(entries)[:, None]
        youngest = np.maximum(oldest - DAY_S, 0)
        span = np.maximum(oldest - youngest, _NO_TIME_S)
        ages = BEGINS_S[None, :]
        # For how long each is watched on average until an age.
        left = (oldest - np.clip(ages, youngest, oldest)) / span
        watched = np.minimum(ages, youngest) + span / 2 * (1 - left**2)
        parts = 1 - np.diff(watched, axis=1) / np.diff(BEGINS_S)
        parts[ages[:, :-1] > oldest] = 0
        unseen: Times = entries.opened.swapaxes(-2, -1) @ parts
        return np.concatenate([unseen, np.zeros_like(unseen[..., :1])], axis=-1)

    def _ages(self, entries: Entries) -> Times:
        """How old (s) at most those are who entered on each day."""
        entered = np.arange(entries.days) + (entries.first + FIRST_ORDINAL)
        ages: Times = np.maximum((self.day - entered) * DAY_S + self.seconds, 0)
        return ages


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """A moment as the reporting time zone has it, to the hour: in which bin anything open is it tells."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (local - midnight).total_seconds() >= _TOLD_S
    return Moment(local.toordinal(), float(_TOLD_S[passed][-1]))
