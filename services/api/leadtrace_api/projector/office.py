"""Business time: how much of a span people were at work, as the difference of two readings of one clock.

A visit keeps a reading for its beginning and one for its end, so that spans of millions are differences, and
an open one needs a reading of now alone. Readings of different offices cannot be compared: those of a lead
are all of one, and are made anew when it comes to another team.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_ANCHOR = 1_577_836_800_000_000  # 2020-01-01T00:00:00Z: any moment does; one near those of leads is quick


class OpenTime(Protocol):
    """Opening hours of any kind."""

    def between(self, start: int, end: int) -> int:
        """Open time (µs) from one moment (µs) to a later one."""


@dataclass(frozen=True, slots=True)
class Office:
    """Whose hours count; `label` names them, for people and to tell them from others."""

    hours: OpenTime
    label: str

    def reading(self, moment: int) -> int:
        """What a clock that runs only while the office is open shows at a moment (µs)."""
        if moment < _ANCHOR:
            return -self.hours.between(moment, _ANCHOR)
        return self.hours.between(_ANCHOR, moment)


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices of one version of the definitions: `usual` for leads of no team, or of none in `teams`."""

    usual: Office
    teams: Mapping[str, Office]

    def of(self, team: str | None) -> Office:
        """Whose hours count for a lead of this team."""
        return self.teams.get(team, self.usual) if team is not None else self.usual

    @property
    def apart(self) -> dict[str, Office]:
        """Teams whose hours are not the usual ones."""
        return {team: office for team, office in self.teams.items() if office != self.usual}

    @property
    def label(self) -> str:
        """Whose hours count, the usual ones first."""
        others = [f"{team}: {office.label}" for team, office in self.apart.items()]
        return "; ".join([self.usual.label, *others])
