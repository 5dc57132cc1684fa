"""The midnights at which a judgement may change though nothing happens: intent decays in between.

A lead is judged at each of its events and at each midnight of the reporting time zone. Between two events
only intent moves, so a midnight matters only if intent is beyond another threshold by then. Most are ruled
out by bounds: what signals add only falls, what they take off only rises.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from math import log2

from leadtrace.domain.calendar import DAY_US, Days
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.scoring.bands import PreparedBands
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.intent import Fading, fading_of, intent_of
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.domain.scoring.verdict import PreparedQualification

# Each contribution is rounded by itself, so that a sum may move against its trend by one a rounding.
_ROUNDINGS_AN_ACCOUNT = 2
_FIRST_SPAN = 8
_FIRST_LOOKS = 6
# (bands and clauses of scores, clauses of intent): which thresholds are reached.
_Cell = tuple[int, int]


class Midnights:
    """Finds them for one version of the definitions, in one time zone."""

    def __init__(
        self, days: Days, card: PreparedCard, bands: PreparedBands, qualification: PreparedQualification
    ) -> None:
        self._days = days
        self._card = card
        # Which thresholds of a band matter depends on the band: the one to be left, the one to be entered.
        self._of_score = [
            sorted({*bands.thresholds_of(band), *qualification.score_thresholds})
            for band in range(len(BANDS))
        ]
        self._of_intent = sorted(qualification.intent_thresholds)

    def between(self, state: ScoreState, until: int) -> Iterator[tuple[int, int]]:
        """Midnights (µs) after the state's moment and before `until`, with intent beyond another threshold.

        Accounts and fit must stay as they are meanwhile.
        """
        if not state.accounts or not state.at:
            return
        low, high = self._days.number(state.at) + 1, self._days.number(until - 1)
        if low > high:
            return
        search = _Search(self._days, self._card, state, self._cell)
        cell = self._cell(state, state.intent)
        following = self._skip(search, cell, search.fading(state.at), low)
        # Bounds that are looked at where they end come close soon; where they do not, spans that grow do.
        span, looks = _FIRST_SPAN, _FIRST_LOOKS
        while following is not None and following <= high:
            if looks:
                looks, found = looks - 1, following
                fading = search.fading(self._days.start(found))
                if self._cell(state, fading.intent) == cell:
                    following = self._skip(search, cell, fading, found + 1)
                    continue
            else:
                last = min(high, following + span - 1)
                first = search.first(cell, following, last)
                if first is None:
                    following, span = last + 1, span * 2
                    continue
                found, fading = first, search.fading(self._days.start(first))
            yield self._days.start(found), fading.intent
            cell, span, looks = self._cell(state, fading.intent), _FIRST_SPAN, _FIRST_LOOKS
            following = self._skip(search, cell, fading, found + 1)

    def earliest(self, state: ScoreState, now: int) -> int | None:
        """A midnight (µs) after `now` before which none judges otherwise; None if none ever does.

        The state must have been judged at the midnights up to `now`. It costs one look: whoever comes back at
        that midnight finds the next one.
        """
        if not state.accounts or not state.at:
            return None
        search = _Search(self._days, self._card, state, self._cell)
        cell, low = self._cell(state, state.intent), self._days.number(state.at) + 1
        found = self._skip(search, cell, search.fading(state.at), low)
        return None if found is None else self._days.start(max(found, self._days.number(now) + 1))

    def _skip(self, search: "_Search", cell: _Cell, fading: Fading, low: int) -> int | None:
        """The first day from `low` that is worth a look; None where none ever is."""
        days = self._surely_stays(search, cell, fading)
        return None if days is None else low + days

    def _surely_stays(self, search: "_Search", cell: _Cell, fading: Fading) -> int | None:
        """Days for which intent surely stays between the thresholds of its cell; None if for good.

        What signals add halves no sooner than it does now, and never grows; what they take off likewise.
        """
        gains, losses, slack = fading.gains, fading.losses, search.slack
        spans: list[float] = []
        for least in self._reached(search.state, cell):
            if least <= 0 and search.only_falls:
                continue  # what only adds never falls below nought
            if least + losses + slack > 0:
                halvings = log2(max(1, gains - slack) / (least + losses + slack))
                spans.append(halvings * fading.gains_half_us)
        for most in self._ahead(search.state, cell):
            if gains + slack >= most:
                halvings = log2(max(1, losses) / max(1, gains + slack - most))
                spans.append(halvings * fading.losses_half_us)
        # A day may be an hour short, and the threshold is met before the last of them is over.
        return max(0, int(min(spans) / DAY_US) - 2) if spans else None

    def _reached(self, state: ScoreState, cell: _Cell) -> Iterator[int]:
        """What intent must not fall below to stay in its cell."""
        if cell[0]:
            yield self._of_score[state.band][cell[0] - 1] - state.fit
        if cell[1]:
            yield self._of_intent[cell[1] - 1]

    def _ahead(self, state: ScoreState, cell: _Cell) -> Iterator[int]:
        """What it must not rise to."""
        if cell[0] < len(self._of_score[state.band]):
            yield self._of_score[state.band][cell[0]] - state.fit
        if cell[1] < len(self._of_intent):
            yield self._of_intent[cell[1]]

    def _cell(self, state: ScoreState, intent: int) -> _Cell:
        of_score = self._of_score[state.band]
        return bisect_right(of_score, state.fit + intent), bisect_right(self._of_intent, intent)


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

    def fading(self, at: int) -> Fading:
        """Intent at a moment (µs), and how it fades."""
        return fading_of(self._card, self.state.accounts, at)

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
