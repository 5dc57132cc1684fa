"""The midnights at which a judgement may change though nothing happens: intent decays in between.

A lead is judged at each of its events and at each midnight of the reporting time zone. Between two events
only intent moves, so a midnight matters only if intent is beyond another threshold by then. Most are ruled
out by bounds: what signals add only falls, what they take off only rises.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from math import log2

from leadtrace.domain.calendar import DAY_US, Days
from leadtrace.domain.scoring.bands import PreparedBands
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.intent import intent_of
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.domain.scoring.verdict import PreparedQualification

# Each contribution is rounded by itself, so that a sum may move against its trend by one a rounding.
_ROUNDINGS_AN_ACCOUNT = 2
_FIRST_SPAN = 8
# (bands and clauses of scores, clauses of intent): which thresholds are reached.
_Cell = tuple[int, int]


class Midnights:
    """Finds them for one version of the definitions, in one time zone."""

    def __init__(
        self, days: Days, card: PreparedCard, bands: PreparedBands, qualification: PreparedQualification
    ) -> None:
        self._days = days
        self._card = card
        self._of_score = sorted({*bands.thresholds, *qualification.score_thresholds})
        self._of_intent = sorted(qualification.intent_thresholds)

    def between(self, state: ScoreState, until: int) -> Iterator[tuple[int, int]]:
        """Midnights (µs) after the state's moment and before `until`, with intent beyond another threshold.

        Accounts and fit must stay as they are meanwhile.
        """
        if not state.accounts or not state.at:
            return
        search = _Search(self._days, self._card, state, self._cell)
        cell, high = self._cell(state, state.intent), self._days.number(until - 1)
        low = self._skip(search, cell, state.intent, self._days.number(state.at) + 1)
        # What fades does so soon or late: spans that grow find it with few looks either way.
        span = _FIRST_SPAN
        while low is not None and low <= high:
            last = min(high, low + span - 1)
            found = search.first(cell, low, last)
            if found is None:
                low, span = last + 1, span * 2
                continue
            intent = search.intent(found, found)
            yield self._days.start(found), intent
            cell, span = self._cell(state, intent), _FIRST_SPAN
            low = self._skip(search, cell, intent, found + 1)

    def _skip(self, search: "_Search", cell: _Cell, intent: int, low: int) -> int | None:
        """The first day from `low` that is worth a look; None where none ever is."""
        if not search.only_falls:
            return low
        days = self._surely_stays(search, cell, intent)
        return None if days is None else low + days

    def _surely_stays(self, search: "_Search", cell: _Cell, intent: int) -> int | None:
        """Days for which intent that only falls stays above the threshold below it; None if for good.

        No part of it halves sooner than the signal of the shortest half-life, whatever caps cut off.
        """
        if self._cell(search.state, intent + search.slack) != cell:
            return 0  # by its roundings alone it may be above the next threshold once more
        bounds = [self._of_score[cell[0] - 1] - search.state.fit] if cell[0] else []
        bounds += [self._of_intent[cell[1] - 1]] if cell[1] else []
        bound = max(bounds, default=0)
        if bound <= 0:
            return None
        halvings = log2(max(1, intent - search.slack) / bound)
        # A day may be an hour short, and the threshold is met before the last of them is over.
        return max(0, int(halvings * search.shortest_half_life_us / DAY_US) - 2)

    def _cell(self, state: ScoreState, intent: int) -> _Cell:
        return bisect_right(self._of_score, state.fit + intent), bisect_right(self._of_intent, intent)


class _Search:
    """Looks at the intent of one state by days, each look once."""

    def __init__(
        self, days: Days, card: PreparedCard, state: ScoreState, cell: Callable[[ScoreState, int], _Cell]
    ) -> None:
        self._days = days
        self._card = card
        self.state = state
        self._cell = cell
        self._looks: dict[tuple[int, int], int] = {}
        signals = [card.signals[index] for index in state.accounts]
        self.slack = _ROUNDINGS_AN_ACCOUNT * len(signals)
        self.only_falls = all(signal.points >= 0 for signal in signals)
        self.shortest_half_life_us = min(signal.half_life_us for signal in signals)

    def first(self, cell: _Cell, low: int, high: int) -> int | None:
        """The first day from `low` to `high` that begins in another cell."""
        least, most = self.intent(high, low) - self.slack, self.intent(low, high) + self.slack
        if self._cell(self.state, least) == cell == self._cell(self.state, most):
            return None
        if low == high:
            return low if self._cell(self.state, self.intent(low, low)) != cell else None
        middle = (low + high) // 2
        found = self.first(cell, low, middle)
        return found if found is not None else self.first(cell, middle + 1, high)

    def intent(self, day: int, losses: int) -> int:
        """Intent at the begin of a day, with what signals take off as at the begin of another."""
        key = (day, day if self.only_falls else losses)
        known = self._looks.get(key)
        if known is None:
            moments = (self._days.start(one) for one in key)
            known = self._looks[key] = intent_of(self._card, self.state.accounts, *moments)
        return known
