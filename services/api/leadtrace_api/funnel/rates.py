"""The rates of the steps of groups at one moment, from counts of how leads left them (reference, 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from leadtrace.domain.survival.age_bins import BEGINS_S, BINS, DAY_S, ENDS_S
from leadtrace.domain.survival.honest_rate import Counts, Ends, HonestRates, honest_rates
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Entries, stacked
from leadtrace_api.funnel.honest import told_rates
from leadtrace_api.schemas import Duration, Rate
from leadtrace_api.survival import QUANTILES

_LONGEST_TOLD_S: Final = float(BEGINS_S[-1])
# When, in the course of a day, steps come into the next bin of age.
_COMING_S: Final = np.unique(BEGINS_S % DAY_S)


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """The rate of one step, and how long those who take it do."""

    rate: Rate
    time: Duration


# From each rung to the next one, then from the first to the last.
Told: TypeAlias = tuple[StepNumbers, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a question is asked, as days are cut: what is open is as old as that."""

    day: int
    seconds: float

    @property
    def bins(self) -> tuple[int, int]:
        """All of the moment that decides in which bin an open step is, whenever it was entered."""
        return self.day, int(np.searchsorted(_COMING_S, self.seconds, "right"))

    def open_by_bin(self, entries: Entries) -> Counts:
        """How many are open, by step and bin of age.

        An age counts from the beginning of the day of entry. So it is too long by less than a day, and never
        too short: who came today is watched today.
        """
        opened = entries.opened
        *groups, days, steps = opened.shape
        found = np.zeros((*groups, steps, BINS), dtype=np.int64)
        entered = np.arange(days) + (entries.first + FIRST_ORDINAL)
        ages = np.maximum((self.day - entered) * DAY_S + self.seconds, 0)
        bins = np.searchsorted(BEGINS_S, ages, "right") - 1
        # The later the day, the younger: days of one bin stand side by side.
        begins = np.flatnonzero(np.diff(bins, prepend=-1))
        if days:
            found[..., bins[begins]] = np.add.reduceat(opened, begins, axis=-2).swapaxes(-2, -1)
        return found


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """A moment as the reporting time zone has it."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(local.toordinal(), (local - midnight).total_seconds())


def rates(groups: Sequence[Entries], everybody: Entries, now: Moment) -> list[Told]:
    """The rates of each group; what it has yet to expect is told by all leads there are."""
    every = stacked(groups)
    found = honest_rates(ends_of(every, now), ends_of(stacked([everybody]), now))
    told = told_rates(found, every.unwatched)
    return [
        tuple(StepNumbers(*both) for both in zip(of_rates, of_times, strict=True))
        for of_rates, of_times in zip(told, _durations(found), strict=True)
    ]


def ends_of(entries: Entries, now: Moment) -> Ends:
    """How leads left the steps, by group, step and bin of age."""
    opened = now.open_by_bin(entries)
    return Ends(ENDS_S, entries.won, entries.lost, entries.gone, opened, entries.late)


def _durations(found: HonestRates) -> list[list[Duration]]:
    """How long those take who take the step, by group and step."""
    times = found.times(list(QUANTILES.values()))
    censored = found.n - found.ends.ended.sum(axis=-1)
    return [
        [_duration(*one) for one in zip(*of_group, strict=True)]
        for of_group in zip(times.tolist(), found.n.tolist(), censored.tolist(), strict=True)
    ]


def _duration(times: Sequence[float], n: int, censored: int) -> Duration:
    p50, p75, p90, p95 = [time if time <= _LONGEST_TOLD_S else None for time in times]
    return Duration(p50_s=p50, p75_s=p75, p90_s=p90, p95_s=p95, n=n, censored=censored)
