"""From where to where leads went: a matrix, with orders, revenue and some ids of those that moved.

Everything is a sum over leads, so matrices of disjoint leads add up to that of all of them.
"""

from bisect import insort
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Won:
    """A lead's won deals by id, and its shares of them in minor units by currency."""

    deals: tuple[str, ...] = ()
    revenue: Mapping[str, int] = field(default_factory=dict)


NOTHING_WON = Won()


@dataclass(slots=True)
class Tally:
    """How many leads, the won deals of their buying groups, their revenue, and the first ids of them.

    A deal of several leads is one order, so that the deals are kept by id.
    """

    leads: int = 0
    deals: set[str] = field(default_factory=set)
    revenue: Counter[str] = field(default_factory=Counter)
    sample: list[UUID] = field(default_factory=list)

    def count(self, lead_id: UUID, won: Won, sample: int) -> None:
        """Take one more lead in; at most `sample` ids are kept, the lowest."""
        self.leads += 1
        self._won(won.deals, won.revenue)
        if len(self.sample) < sample or (sample and lead_id < self.sample[-1]):
            insort(self.sample, lead_id)
            del self.sample[sample:]

    def add(self, other: "Tally", sample: int) -> None:
        """Take in what was counted of other leads."""
        self.leads += other.leads
        self._won(other.deals, other.revenue)
        self.sample = sorted([*self.sample, *other.sample])[:sample]

    def _won(self, deals: Iterable[str], revenue: Mapping[str, int]) -> None:
        self.deals.update(deals)
        for currency, minor in revenue.items():
            self.revenue[currency] += minor


@dataclass(slots=True)
class Matrix(Generic[Place]):
    """How many leads stayed in each place, and the tally of each way from one to another."""

    stayed: Counter[Place] = field(default_factory=Counter)
    moved: dict[tuple[Place, Place], Tally] = field(default_factory=dict)

    def count(self, before: Place, after: Place, lead_id: UUID, won: Won, sample: int) -> None:
        """Take one more lead in."""
        if before == after:
            self.stayed[before] += 1
        else:
            self.moved.setdefault((before, after), Tally()).count(lead_id, won, sample)

    def add(self, other: "Matrix[Place]", sample: int) -> None:
        """Take in what was counted of other leads."""
        self.stayed.update(other.stayed)
        for way, tally in other.moved.items():
            self.moved.setdefault(way, Tally()).add(tally, sample)

    @property
    def leads(self) -> int:
        """All that were counted."""
        return self.stayed.total() + sum(tally.leads for tally in self.moved.values())

    def cell(self, before: Place, after: Place) -> int:
        """How many were in one place before and are in one after."""
        if before == after:
            return self.stayed[before]
        return self.moved[before, after].leads if (before, after) in self.moved else 0

    def before(self, place: Place) -> int:
        """How many were there before."""
        return self.stayed[place] + sum(one.leads for way, one in self.moved.items() if way[0] == place)

    def after(self, place: Place) -> int:
        """How many are there after."""
        return self.stayed[place] + sum(one.leads for way, one in self.moved.items() if way[1] == place)

    def into(self, place: Place, sample: int) -> Tally:
        """Those that came from anywhere else."""
        return _sum((one for way, one in self.moved.items() if way[1] == place), sample)

    def out_of(self, place: Place, sample: int) -> Tally:
        """Those that went anywhere else."""
        return _sum((one for way, one in self.moved.items() if way[0] == place), sample)


def _sum(tallies: Iterable[Tally], sample: int) -> Tally:
    total = Tally()
    for one in tallies:
        total.add(one, sample)
    return total
