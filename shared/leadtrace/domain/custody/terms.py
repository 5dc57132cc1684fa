"""The terms of a handover as one version of the definitions has them, prepared to be asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType
from typing import Protocol, TypeAlias

from leadtrace.domain.scoring.conditions import Holds, folded
from leadtrace.domain.stages import ORDER
from leadtrace.events.lead import Stage

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


class OpenTime(Protocol):
    """Time as a calendar counts it; moments and durations in µs."""

    def add(self, start: int, duration: int) -> int:
        """The moment at which so much open time has passed."""

    def between(self, start: int, end: int) -> int:
        """The open time from one moment to another."""


class CalendarTime:
    """All time is open."""

    def add(self, start: int, duration: int) -> int:
        """The sum."""
        return start + duration

    def between(self, start: int, end: int) -> int:
        """The difference, 0 if the end comes first."""
        return max(0, end - start)


CALENDAR_TIME = CalendarTime()


@dataclass(frozen=True, slots=True)
class Promise:
    """What a team promises: to answer, to contact (open time, µs) and to conclude (calendar time, µs)."""

    hours: OpenTime = CALENDAR_TIME
    accept: int = 8 * HOUR_US
    contact: int = 16 * HOUR_US
    outcome: int = 90 * DAY_US
    partner: bool = False


@dataclass(frozen=True, slots=True)
class RouteRow:
    """The first route whose tests all hold takes the lead to one of `to`, by turns."""

    id: str
    tests: Sequence[tuple[str, Holds]]
    to: Sequence[str]

    def takes(self, properties: Mapping[str, str]) -> bool:
        """Whether it is the way of a lead with these properties, whose values are folded."""
        return all(name in properties and holds(properties[name]) for name, holds in self.tests)

    def team(self, turn: str) -> str:
        """Whose turn it is: the same whenever it is asked, evenly over many turns."""
        if len(self.to) == 1:
            return self.to[0]
        digest = blake2b(f"{self.id} {turn}".encode(), digest_size=8).digest()
        return self.to[int.from_bytes(digest, "big") % len(self.to)]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version's terms; without a `handover` block the defaults: a claim of mql opens, to nobody named."""

    version: int
    stage: Stage = Stage.MARKETING_QUALIFIED
    by_claim: bool = True
    by_verdict: bool = False
    routes: Sequence[RouteRow] = ()
    teams: Mapping[str, Promise] = field(default_factory=lambda: MappingProxyType({}))
    usual: Promise = Promise()
    risk_share: float = 0.75

    @property
    def rung(self) -> int:
        """The place on the ladder at which leads are handed over."""
        return ORDER[self.stage.value]

    def promise(self, team: str | None) -> Promise:
        """What a team promises, or whoever has no terms of its own."""
        return self.teams.get(team, self.usual) if team is not None else self.usual

    def route(self, turn: str, properties: Mapping[str, str | None]) -> tuple[str | None, str | None]:
        """The route and the team of a lead with these properties; None where no route takes it.

        `turn` names what is routed, so that several teams of one route take turns.
        """
        known = {name: folded(value) for name, value in properties.items() if value}
        for row in self.routes:
            if row.takes(known):
                return row.id, row.team(turn)
        return None, None


# The terms in force at a moment (µs).
TermsAt: TypeAlias = Callable[[int], Terms]


@dataclass(frozen=True, slots=True)
class TermsSchedule:
    """Whose terms were in force when, as `definitions.schedule.Schedule` has it for definitions.

    `current` since `since` (µs), None for a version that runs in shadow; `before` with the beginning of each.
    """

    current: Terms = Terms(version=1)
    since: int | None = 0
    before: Sequence[tuple[int, Terms]] = ()

    def at(self, moment: int) -> Terms:
        """The terms in force at a moment."""
        if self.since is not None and moment >= self.since:
            return self.current
        begun = [terms for since, terms in self.before if since <= moment]
        return begun[-1] if begun else self.current
