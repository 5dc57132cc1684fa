"""Journeys that ended in the range, as the models over all of them read them: steps, or whole paths."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace_api.credits import queries
from leadtrace_api.credits.models import LEVELS, DataDriven
from leadtrace_api.credits.queries import PathSum, Steps
from leadtrace_api.credits.selection import Selection
from leadtrace_api.reading import Reading

_WON, _LOST = "won", "lost"


@dataclass(frozen=True, slots=True)
class Journeys:
    """Steps are all that a chain of order 1 needs, and are kept by channel; else there are paths."""

    paths: Sequence[PathSum] = ()
    steps: Steps | None = None

    @property
    def won(self) -> int:
        """Won ones with a touch."""
        if self.steps is not None:
            return sum(one.conversions for one in self.steps.counts if one.origin is None)
        return sum(one.journeys for one in self.paths if one.outcome == _WON and one.path)

    @property
    def untouched(self) -> int:
        """Won ones without a touch."""
        if self.steps is not None:
            return self.steps.untouched_won
        return sum(one.journeys for one in self.paths if one.outcome == _WON and not one.path)

    @property
    def lost(self) -> int:
        """Lost ones, with touches or without."""
        if self.steps is not None:
            started = sum(one.nulls for one in self.steps.counts if one.origin is None)
            return started + self.steps.untouched_lost
        return sum(one.journeys for one in self.paths if one.outcome == _LOST)


async def journeys(now: Reading, asked: Selection) -> Journeys:
    """What the models that are asked for need of them."""
    if not asked.data_driven:
        return Journeys()
    if asked.by == LEVELS[:1] and asked.data_driven == (DataDriven.MARKOV,):
        return Journeys(steps=await queries.steps(now, asked))
    return Journeys(paths=await queries.path_sums(now, asked))
