"""From counts by age to curves: what share of each cohort is won by each age, and how sure that is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leadtrace.domain.survival.age_bins import BEGINS_S, DAY_S, ENDS_S
from leadtrace.domain.survival.honest_rate import Ends
from leadtrace.domain.survival.intervals import log_minus_log
from leadtrace_api.cohorts.schemas import CohortNumbers, Point
from leadtrace_api.funnel.entries import Entries, stacked
from leadtrace_api.funnel.moment import Moment
from leadtrace_api.funnel.rates import Told, ends_of, rates_by
from leadtrace_api.schemas import RATE_DIGITS, rounded_interval


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells cohorts of one step (its place on the ladder) at one moment."""

    step: int
    now: Moment

    def numbers(self, cohorts: Sequence[Entries], everybody: Entries) -> list[CohortNumbers]:
        """Each cohort; what it has yet to expect is told by all leads there are."""
        every = stacked(cohorts)
        ends = ends_of(every, self.now)
        told = rates_by(ends, every, everybody, self.now)
        return [self._one(ends, place, one) for place, one in enumerate(told)]

    def _one(self, ends: Ends, cohort: int, told: Told) -> CohortNumbers:
        mine = told[self.step]
        return CohortNumbers(
            leads=mine.rate.n,
            rate=mine.rate,
            time=mine.time,
            curve=tuple(self._points(ends, (cohort, self.step))),
        )

    @staticmethod
    def _points(ends: Ends, place: tuple[int, int]) -> Iterator[Point]:
        watched = np.flatnonzero(ends.at_risk[place])
        unsure = _unsure(ends, place)
        converted = np.cumsum(ends.won[place])
        for tick in watched.tolist():
            if not np.isfinite(ENDS_S[tick]):
                break
            at = (*place, tick)
            share = float(ends.won_by[at])
            interval = log_minus_log(share, float(ends.variance_by[at]))
            yield Point(
                age_s=float(ENDS_S[tick]),
                won=round(share, RATE_DIGITS),
                interval=rounded_interval(interval),
                lost=round(max(1.0 - share - float(ends.staying[at]), 0.0), RATE_DIGITS),
                at_risk=int(ends.at_risk[at]),
                converted=int(converted[tick]),
                complete=tick < unsure,
            )


def _unsure(ends: Ends, place: tuple[int, int]) -> int:
    """From which tick on what is told may still change: the youngest who is not watched to an end says so.

    Who is open may be younger by a day than the tick says at which it is.
    """
    gone, still = np.flatnonzero(ends.gone[place]), np.flatnonzero(ends.open[place])
    return min(
        int(gone[0]) if len(gone) else len(ends.ticks),
        int(np.searchsorted(ENDS_S, BEGINS_S[still[0]] - DAY_S, "right")) if len(still) else len(ends.ticks),
    )
