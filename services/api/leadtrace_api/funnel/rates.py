"""The rates of the steps of groups at one moment, from counts of how leads left them (reference, 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from leadtrace.domain.survival.age_bins import BEGINS_S, BINS, DAY_S, ENDS_S
from leadtrace.domain.survival.honest_rate import Counts, Ends, HonestRates, honest_rates
from leadtrace_api.funnel.entries import Entries, OpenSteps
from leadtrace_api.funnel.honest import told_rates
from leadtrace_api.projector.step_codes import STEPS
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

    def open_by_bin(self, groups: Sequence[OpenSteps]) -> Counts:
        """How many are open by group, step and bin of age.

        An age counts from the beginning of the day of entry. So it is too long by less than a day, and never
        too short: who came today is watched today.
        """
        group = np.repeat(np.arange(len(groups)), [len(one.step) for one in groups])
        entered = np.concatenate([one.entry_day for one in groups])
        step = np.concatenate([one.step for one in groups])
        count = np.concatenate([one.count for one in groups])
        ages = np.maximum((self.day - entered) * DAY_S + self.seconds, 0)
        places = (group * len(STEPS) + step) * BINS + np.searchsorted(BEGINS_S, ages, "right") - 1
        sums = np.bincount(places, weights=count, minlength=len(groups) * len(STEPS) * BINS)
        return sums.astype(np.int64).reshape(len(groups), len(STEPS), BINS)


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """A moment as the reporting time zone has it."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(local.toordinal(), (local - midnight).total_seconds())


def rates(groups: Sequence[Entries], everybody: Entries, now: Moment) -> list[Told]:
    """The rates of each group; what it has yet to expect is told by all leads there are."""
    found = honest_rates(ends_of(groups, now), ends_of([everybody], now))
    told = told_rates(found, np.stack([one.unwatched for one in groups]))
    return [
        tuple(StepNumbers(*both) for both in zip(of_rates, of_times, strict=True))
        for of_rates, of_times in zip(told, _durations(found), strict=True)
    ]


def ends_of(groups: Sequence[Entries], now: Moment) -> Ends:
    """How leads left the steps, by group, step and bin of age."""
    return Ends(
        ENDS_S,
        np.stack([one.won for one in groups]),
        np.stack([one.lost for one in groups]),
        np.stack([one.gone for one in groups]),
        now.open_by_bin([one.open for one in groups]),
        np.stack([one.late for one in groups]),
    )


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
