"""The rates of the steps of groups at one moment, from counts of how leads left them (reference, 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadtrace.domain.survival.age_bins import BEGINS_S, ENDS_S
from leadtrace.domain.survival.honest_rate import Ends, HonestRates, honest_rates
from leadtrace_api.funnel.entries import Entries, stacked
from leadtrace_api.funnel.honest import told_rates
from leadtrace_api.funnel.moment import Moment
from leadtrace_api.schemas import Duration, Rate
from leadtrace_api.survival import QUANTILES

_LONGEST_TOLD_S: Final = float(BEGINS_S[-1])


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """The rate of one step, and how long those who take it do."""

    rate: Rate
    time: Duration


# From each rung to the next one, then from the first to the last.
Told: TypeAlias = tuple[StepNumbers, ...]


def rates(groups: Sequence[Entries], everybody: Entries, now: Moment) -> list[Told]:
    """The rates of each group; what it has yet to expect is told by all leads there are."""
    every = stacked(groups)
    return rates_by(ends_of(every, now), every, everybody, now)


def rates_by(ends: Ends, groups: Entries, everybody: Entries, now: Moment) -> list[Told]:
    """The same of stacked groups whose `ends` are known."""
    found = honest_rates(ends, ends_of(stacked([everybody]), now))
    told = told_rates(found, groups.unwatched)
    return [
        tuple(StepNumbers(*both) for both in zip(of_rates, of_times, strict=True))
        for of_rates, of_times in zip(told, _durations(found), strict=True)
    ]


def ends_of(entries: Entries, now: Moment) -> Ends:
    """How leads left the steps, by group, step and bin of age.

    Who went out of sight within a bin, or came into it, did so in its middle on average.
    """
    unseen = now.unseen_by_bin(entries)
    unseen[..., :-1] += (entries.gone + entries.late)[..., :-1] / 2
    opened = now.open_by_bin(entries)
    return Ends(ENDS_S, entries.won, entries.lost, entries.gone, opened, entries.late, unseen)


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
