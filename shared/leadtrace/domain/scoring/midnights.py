"""The midnights at which a judgement may change though nothing happens: intent decays in between.

A lead is judged at each of its events and at each midnight of the reporting time zone. Between two events
only intent moves, so a midnight matters only if intent is beyond another threshold by then. Most are ruled
out by bounds: what signals add only falls, what they take off only rises.
"""

from bisect import bisect_right
from collections.abc import Iterator

from leadtrace.domain.calendar import Days
from leadtrace.domain.scoring.bands import PreparedBands
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.intent import intent_of
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.domain.scoring.verdict import PreparedQualification

# Each contribution is rounded by itself, so that a sum may move against its trend by one a rounding.
_ROUNDINGS_AN_ACCOUNT = 2
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
        low, high = self._days.number(state.at) + 1, self._days.number(until - 1)
        slack = _ROUNDINGS_AN_ACCOUNT * len(state.accounts)
        cell = self._cell(state, state.intent)
        while low <= high:
            found = self._first(state, cell, slack, low, high)
            if found is None:
                return
            at = self._days.start(found)
            intent = intent_of(self._card, state.accounts, at)
            cell, low = self._cell(state, intent), found + 1
            yield at, intent

    def _first(self, state: ScoreState, cell: _Cell, slack: int, low: int, high: int) -> int | None:
        """The first day from `low` to `high` that begins in another cell."""
        first, last = self._days.start(low), self._days.start(high)
        least = intent_of(self._card, state.accounts, last, first) - slack
        most = intent_of(self._card, state.accounts, first, last) + slack
        if self._cell(state, least) == cell == self._cell(state, most):
            return None
        if low == high:
            intent = intent_of(self._card, state.accounts, first)
            return low if self._cell(state, intent) != cell else None
        middle = (low + high) // 2
        found = self._first(state, cell, slack, low, middle)
        return found if found is not None else self._first(state, cell, slack, middle + 1, high)

    def _cell(self, state: ScoreState, intent: int) -> _Cell:
        return bisect_right(self._of_score, state.fit + intent), bisect_right(self._of_intent, intent)
