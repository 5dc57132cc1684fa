"""Journeys that ended in the range, as the models over all of them read them: steps, or whole paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from leadtrace.domain.credits.aggregate import PathCount
from leadtrace.domain.credits.open_journeys import weighted
from leadtrace_api.credits import open_queries, queries
from leadtrace_api.credits.models import LEVELS, DataDriven
from leadtrace_api.credits.queries import PathSum, Steps
from leadtrace_api.credits.selection import Selection
from leadtrace_api.reading import Reading

_WON, _LOST = "won", "lost"


class Counted(NamedTuple):
    """How many were won with a touch and without any, and how many were lost.

    `open_micros` are lost ones that open ones with a touch count as, in millionths; None: left out.
    """

    won: int = 0
    untouched: int = 0
    lost: int = 0
    open_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Journeys:
    """Steps are all that a chain of order 1 needs, and are kept by channel; else there are paths.

    `weighted` are open journeys, each as its chance to be lost; None: they are left out.
    """

    paths: Sequence[PathSum] = ()
    steps: Steps | None = None
    weighted: Sequence[PathCount] | None = None

    @property
    def still(self) -> Sequence[PathCount]:
        """Open journeys as they are weighted."""
        return self.weighted or ()

    @property
    def counted(self) -> Counted:
        """How many there are."""
        still = None if self.weighted is None else sum(one.open_micros for one in self.weighted if one.path)
        if self.steps is None:
            return Counted(
                sum(one.journeys for one in self.paths if one.outcome == _WON and one.path),
                sum(one.journeys for one in self.paths if one.outcome == _WON and not one.path),
                sum(one.journeys for one in self.paths if one.outcome == _LOST),
                still,
            )
        begun = [one for one in self.steps.counts if one.origin is None]
        lost = sum(one.nulls for one in begun) + self.steps.untouched_lost
        return Counted(sum(one.conversions for one in begun), self.steps.untouched_won, lost, still)


async def journeys(now: Reading, asked: Selection, today: date) -> Journeys:
    """What the models that are asked for need of them."""
    only_steps = asked.by == LEVELS[:1] and asked.data_driven == (DataDriven.MARKOV,)
    if only_steps and asked.passing is None and not asked.is_weighted:
        return Journeys(steps=await queries.steps(now, asked))
    paths = await queries.path_sums(now, asked)
    if not asked.is_weighted:
        return Journeys(paths)
    ends = await open_queries.endings(now, today)
    return Journeys(paths, weighted=weighted(await open_queries.open_paths(now, asked, today), ends))
