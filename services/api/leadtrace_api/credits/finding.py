"""Models over all journeys and the best paths: found once for a question and the state that answers it."""

from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TypeVar

from leadtrace.domain.credits.model import Model
from leadtrace_api.credits import queries
from leadtrace_api.credits.credit import Key
from leadtrace_api.credits.data_driven import Solved, Won, solve
from leadtrace_api.credits.journeys import journeys
from leadtrace_api.credits.queries import BestPath, CreditSum, State
from leadtrace_api.credits.selection import Selection, named
from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import Reading
from leadtrace_api.remembered import Remembered

_Found = TypeVar("_Found")

MOST_GROUPS = 1_000
MOST_PATHS = 10
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds what takes long, by a state that was read in the same transaction."""

    now: Reading
    asked: Selection
    state: State
    today: date
    remembered: Remembered

    async def credit_sums(self) -> list[CreditSum]:
        """What models that divide each deal by itself gave to each key that the filters let pass."""
        asked = self.asked
        question = ("sums", asked.per_deal, asked.basis, named(asked.filters), *self._question())
        return await self._found(question, lambda: queries.credit_sums(self.now, asked, asked.per_deal))

    async def solved(self) -> Solved:
        """What the models over all journeys found; nothing where none is asked for.

        Raises:
            ParameterError: there are too many keys, or states, for one of them.
        """
        if not self.asked.data_driven:
            return Solved()
        question = ("solved", self.asked.data_driven, *self._question(), *self._open())
        return await self._found(question, self._solve)

    async def best_paths(self) -> list[BestPath] | None:
        """The paths that were won most often; None where there are none of what is asked."""
        if not self.asked.has_paths:
            return None
        return await self._found(("best", *self._question()), self._best)

    async def _solve(self) -> Solved:
        """What is divided is what the deals brought, whichever rows are shown: any model tells it alike."""
        read = await journeys(self.now, self.asked, self.today)
        sums = await queries.credit_sums(self.now, self.asked.without_filters(), (Model.LINEAR,))
        found = await solve(self.asked.data_driven, read, Won.of(sums))
        check_groups(found.keys)
        return found

    async def _best(self) -> list[BestPath]:
        return await queries.best_paths(self.now, self.asked, MOST_PATHS)

    async def _found(self, question: tuple[Hashable, ...], find: Callable[[], Awaitable[_Found]]) -> _Found:
        if self.state.ended is None or (self.asked.is_weighted and self.state.open is None):
            return await find()
        return await self.remembered.get(question, find)

    def _question(self) -> tuple[Hashable, ...]:
        """What journeys that ended are read by; those that pass are named by what they are."""
        asked, passing = self.asked, self.asked.passing
        ids = _digest(passing.ended) if passing is not None else None
        return self.now.version, asked.by, asked.first, asked.last, ids, self.state.ended

    def _open(self) -> tuple[Hashable, ...]:
        """What open journeys are read by; ages are of today."""
        passing = self.asked.passing
        if not self.asked.is_weighted:
            return ()
        return self.today, self.state.open, _digest(passing.open) if passing is not None else None


def check_groups(keys: Collection[Key]) -> None:
    """Refuse an answer of more groups than anybody reads.

    Raises:
        ParameterError: there are more than `MOST_GROUPS`.
    """
    if len(keys) > MOST_GROUPS:
        raise ParameterError(
            f"There are {len(keys)} groups.",
            parameter="by",
            rule=f"An answer has at most {MOST_GROUPS}.",
            remedy="Filter, or group by less.",
        )


def _digest(ids: str) -> bytes:
    return blake2b(ids.encode(), digest_size=_DIGEST_BYTES).digest()
