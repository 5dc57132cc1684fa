"""The rates of a group's steps at one moment, from the counts of how its leads left them (reference, 4.7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from leadtrace.domain.survival.age_bins import BEGINS_S, BINS, DAY_S, ENDS_S
from leadtrace.domain.survival.honest_rate import (
    Counts,
    Ends,
    Reference,
    honest_rate,
    reference,
    times_to_win,
)
from leadtrace_api.funnel.step_ages import Entries, OpenSteps
from leadtrace_api.projector.step_codes import STEPS
from leadtrace_api.schemas import Duration, Rate, honest
from leadtrace_api.survival import QUANTILES

_LONGEST_TOLD_S: Final = float(BEGINS_S[-1])


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """The rate of one step, and how long those who take it do."""

    rate: Rate
    time: Duration


@dataclass(frozen=True, slots=True)
class Moment:
    """When a question is asked, as days are cut: what is open is as old as that."""

    day: int
    seconds: float

    def ages(self, opened: OpenSteps) -> Counts:
        """The bins of what is open, whose age counts from the beginning of the day of its entry.

        So it is too long by less than a day, and never too short: who came today is watched today.
        """
        ages = (self.day - opened.entry_day) * DAY_S + self.seconds
        bins: Counts = np.searchsorted(BEGINS_S, np.maximum(ages, 0), "right") - 1
        return bins


def moment(at: datetime, zone: ZoneInfo) -> Moment:
    """A moment as the reporting time zone has it."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Moment(local.toordinal(), (local - midnight).total_seconds())


@dataclass(frozen=True, slots=True)
class Rates:
    """Tells the rates of groups; what they have yet to expect is told by all leads, `older`."""

    now: Moment
    older: Sequence[Reference]

    def of(self, entries: Entries) -> tuple[StepNumbers, ...]:
        """From each rung to the next one, then from the first to the last."""
        pairs = zip(_ends(entries, self.now), self.older, strict=True)
        return tuple(_numbers(ends, older) for ends, older in pairs)


def rates(now: Moment, everybody: Entries) -> Rates:
    """The rates at a moment, with all leads there are to compare with."""
    return Rates(now, [reference(ends) for ends in _ends(everybody, now)])


def _ends(entries: Entries, now: Moment) -> Iterator[Ends]:
    opened, bins = entries.open, now.ages(entries.open)
    for step in range(len(STEPS)):
        mine = opened.step == step
        still = np.bincount(bins[mine], weights=opened.count[mine], minlength=BINS).astype(np.int64)
        yield Ends(ENDS_S, entries.won[step], entries.lost[step], entries.gone[step], still)


def _numbers(ends: Ends, older: Reference) -> StepNumbers:
    found = honest_rate(ends, older)
    times = times_to_win(ends, found.maturity, list(QUANTILES.values()))
    told: Mapping[str, float | None] = {
        f"{name}_s": time if time is not None and time <= _LONGEST_TOLD_S else None
        for name, time in zip(QUANTILES, times, strict=True)
    }
    return StepNumbers(honest(found), Duration(**told, n=found.n, censored=found.n - _ended(ends)))


def _ended(ends: Ends) -> int:
    return int(ends.won.sum() + ends.lost.sum())
