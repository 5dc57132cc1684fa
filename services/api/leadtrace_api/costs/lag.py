"""Wins that are still to come: Aalen-Johansen over all leads, asked at the ages of those of a cohort.

Cost per order now meets orders of older spend; here spend meets the orders that its own leads will have.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from sqlalchemy import Row

from leadtrace.domain.survival.aalen_johansen import Incidence, Times, incidence
from leadtrace.domain.survival.honest_rate import LONGEST_HORIZON_S, MATURE

# Wins to come are told so exactly, and money is divided by what is told.
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one cohort: orders to come, and the part of wins that ages like these have had time for."""

    orders: Decimal
    maturity: float | None

    @property
    def immature(self) -> bool:
        """Whether it is too young to be ranked, or nobody can tell."""
        return self.maturity is None or self.maturity < MATURE


@dataclass(frozen=True, slots=True)
class Outlook:
    """How leads end, and by when (s) they are taken to have ended.

    `orders` are those of any lead, and `won_leads` all that were won, also whose end tells nothing of time.
    """

    ends: Incidence
    won: int
    lost: int
    open: int
    won_leads: int
    orders: int
    horizon_s: float | None

    @property
    def orders_per_win(self) -> float | None:
        """Leads of one buying group are won together, and one lead may be won more than once."""
        return self.orders / self.won_leads if self.won_leads else None

    def expect(self, open_ages: Times, ages: Times) -> Expected:
        """What is to come of leads that are open at ages (s); `ages` are those of all leads of the cohort."""
        each = self.orders_per_win
        if each is None or self.horizon_s is None:
            return Expected(Decimal(0), None)
        wins = float(self.ends.remaining_wins(open_ages, self.horizon_s).sum()) * each
        return Expected(Decimal(f"{wins:.{_DIGITS}f}"), self._maturity(ages))

    def _maturity(self, ages: Times) -> float | None:
        by_horizon = float(self.ends.won_by(self.horizon_s or 0.0))
        if not len(ages) or by_horizon <= 0:
            return None
        seen = self.ends.won_by(np.minimum(ages, self.horizon_s or 0.0))
        return round(min(float(seen.mean()) / by_horizon, 1.0), _DIGITS)


def outlook(row: Row[Any]) -> Outlook:
    """The outlook by the endings of all leads."""
    won, lost, still = unpacked(row.won), unpacked(row.lost), unpacked(row.open)
    watched = np.concatenate([won, lost, still])
    horizon = min(float(watched.max()), LONGEST_HORIZON_S) if len(watched) else None
    ends, counts = incidence(won, lost, still), (len(won), len(lost), len(still))
    return Outlook(ends, *counts, row.won_leads, row.orders, horizon)


def unpacked(packed: bytes | None) -> Times:
    """Times (s) that the database sent as doubles on end."""
    return np.frombuffer(packed or b"", dtype=">f8").astype(np.float64)
