"""What the people of one account add to each of its leads: a function of their last touches and of a moment.

Nothing of it is kept: it is added when a score is read, so that no lead's own fold, band or verdict depends
on another lead. Parts and the cap sum exactly to the points.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.bounds import ACCOUNT_PEOPLE, ACTIVE_HALF_LIVES
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import AccountRule
from leadtrace.domain.scoring.decay import NOTHING, added, remaining


@dataclass(frozen=True, slots=True)
class Person:
    """A lead of the account, and when it last was active (µs)."""

    lead_id: str
    touched_at: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one person brings, in thousandths of a point."""

    person: Person
    millipoints: int


@dataclass(frozen=True, slots=True)
class AccountPoints:
    """What an account adds, in thousandths of a point: `parts` plus `over_cap`, which is 0 or below.

    `people` are the active ones; `untold` of them are left out, those who were active longest ago.
    """

    people: int
    parts: tuple[Part, ...] = ()
    over_cap: int = 0
    untold: int = 0

    @property
    def millipoints(self) -> int:
        """All that is added."""
        return sum(part.millipoints for part in self.parts) + self.over_cap


class PreparedAccount:
    """The rule in whole millipoints and microseconds."""

    def __init__(self, rule: AccountRule) -> None:
        self.rule = rule
        self.points = millipoints(rule.points_per_person)
        self.cap = millipoints(rule.cap)
        self.half_life_us = millipoints(rule.half_life_days) * (DAY_US // 1000)
        self.active_us = ACTIVE_HALF_LIVES * self.half_life_us
        self._gained = added(NOTHING, self.points, 0, self.half_life_us)

    def points_of(self, people: Iterable[Person], at: int) -> AccountPoints:
        """What the people of an account add at a moment (µs), who was active last first.

        Who is active later, or was so four half-lives ago or earlier, does not count.
        """
        active = [one for one in people if 0 <= at - one.touched_at < self.active_us]
        if len(active) < self.rule.people_at_least:
            return AccountPoints(len(active))
        active.sort(key=lambda one: (-one.touched_at, one.lead_id))
        counted = active[:ACCOUNT_PEOPLE]
        parts = tuple([Part(one, self._left(at - one.touched_at)) for one in counted])
        over = sum(part.millipoints for part in parts) - self.cap
        return AccountPoints(len(active), parts, -max(over, 0), len(active) - len(counted))

    def _left(self, elapsed_us: int) -> int:
        return remaining(self._gained, elapsed_us, self.half_life_us)
