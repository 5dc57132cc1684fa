"""How long something lasts when not all of it has ended: Kaplan-Meier, and who lasts longer than most did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Times: TypeAlias = npt.NDArray[np.float64]

QUANTILES: Mapping[str, float] = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
# Nine of ten.
_MOST = (9, 10)
# Logarithms are summed: a quantile must not be missed by the rounding of the last digit.
_ROUNDING = 1e-9
_NOBODY_LEFT = -1e6


@dataclass(frozen=True, slots=True)
class Sample:
    """Times (s) of what has ended, of what lasts, and of what was not watched to its end."""

    ended: Times
    lasting: Times
    gone: Times

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.ended) + len(self.lasting) + len(self.gone)

    @property
    def watched(self) -> float:
        """The longest time of any."""
        return max(float(part.max()) for part in (self.ended, self.lasting, self.gone) if len(part))

    def quantiles(self) -> dict[str, float | None]:
        """The first time by which so many have ended; None where it is not reached.

        Each that ends takes its share of those still there, and at one time ends come before censorings.
        """
        censored = np.concatenate([self.lasting, self.gone])
        times = np.concatenate([self.ended, censored])
        is_censored = np.repeat([False, True], [len(self.ended), len(censored)])
        order = np.lexsort((is_censored, times))
        at_risk = self.n - np.arange(self.n, dtype=np.float64)
        with np.errstate(divide="ignore"):
            shares = np.maximum(np.log1p(-1 / at_risk), _NOBODY_LEFT)
        staying = np.cumsum(np.where(is_censored[order], 0.0, shares))
        found: dict[str, float | None] = {}
        for name, share in QUANTILES.items():
            place = int(np.searchsorted(-staying, -(log(1 - share) + _ROUNDING)))
            found[name] = float(times[order[place]]) if place < self.n else None
        return found

    def long(self) -> float | None:
        """The time within which nine of ten of those that have ended did; None without any."""
        if not len(self.ended):
            return None
        place = -(-len(self.ended) * _MOST[0] // _MOST[1]) - 1
        return float(np.partition(self.ended, place)[place])

    def lasting_beyond(self, time: float) -> int:
        """How many last for longer."""
        return int((self.lasting > time).sum())


def together(samples: Sequence[Sample]) -> Sample:
    """All of them as one; there is at least one."""
    return Sample(
        np.concatenate([one.ended for one in samples]),
        np.concatenate([one.lasting for one in samples]),
        np.concatenate([one.gone for one in samples]),
    )
