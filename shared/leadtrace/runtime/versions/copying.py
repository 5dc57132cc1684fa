"""The steps of a shadow: what was told is copied from the live rows by ranges, and folded by another version.

Live batches reach both generations meanwhile. A row that such a batch makes before its copy has come holds a
part of its set only; the copy puts the whole in its place, so tables that tell what is new go first. What
moves out of a row that is not copied yet into one that is would be missing there: that is copied once more.
"""

from collections.abc import Sequence
from uuid import UUID

from leadtrace.runtime.handler import Handler, Refoldable
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import PublishedEvents
from leadtrace.runtime.rebuild.step import PAGE, Step, StepPage
from leadtrace.runtime.rebuild.steps import Fill
from leadtrace.store.connection import Connection
from leadtrace.store.generation.copying import RowCopier, SetCopier
from leadtrace.store.generation.state import Report
from leadtrace.store.generation.tables import Generation, GenerationTable

_NO_ID = UUID(int=0)
_ROWS_A_PAGE = 20_000


def shadow_steps(handler: Handler, plan: RebuildPlan, *, size: int = PAGE) -> Sequence[Step]:
    """The steps after which a shadow is complete.

    Of the plan's sources those of events are left out: the live sets hold them, also those kept no longer.
    """
    assert isinstance(handler, Refoldable)  # noqa: S101 - whoever keeps sets can fold them again
    generation = plan.generation
    rows: list[Step] = [CopyRows(generation, one) for one in generation.tables if one.kind is None]
    entities = [one for one in generation.tables if one.kind is not None]
    sets: list[Step] = [CopySets(handler, generation, one, size=size) for one in entities]
    again: list[Step] = [CopyAgain(handler, generation, one, size=size) for one in entities]
    others = [one for one in plan.sources if not isinstance(one, PublishedEvents)]
    return [*rows, *sets, *again, *(Fill(source, handler, generation, size) for source in others)]


class CopyRows:
    """Copies a table that says the same by every version."""

    def __init__(self, generation: Generation, table: GenerationTable, *, size: int = _ROWS_A_PAGE) -> None:
        self.name = f"copy {table.name}"
        self._copier = RowCopier(generation, table)
        self._size = size

    async def count(self, connection: Connection) -> int:
        """Nothing to speak of, beside the sets."""
        del connection
        return 0

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """The rows of the next keys."""
        del report, also
        return StepPage(0, await self._copier.copy(connection, position, self._size))


class CopySets:
    """Copies the sets of leads or deals, and folds them."""

    _does = "fold"

    def __init__(
        self, handler: Refoldable, generation: Generation, table: GenerationTable, *, size: int = PAGE
    ) -> None:
        self.name = f"{self._does} {table.name}"
        self._handler = handler
        self._generation = generation
        self._kind = table.kind or ""
        self._copier = SetCopier(generation, table)
        self._size = size

    async def count(self, connection: Connection) -> int:
        """The live rows."""
        return await self._copier.count(connection)

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """The rows of the next ids."""
        del report
        after = UUID(position) if position else _NO_ID
        ids = await self._copier.copy(connection, after, self._size)
        await self._fold(connection, ids, also)
        return StepPage(len(ids), str(ids[-1]) if len(ids) == self._size else None)

    async def _fold(self, connection: Connection, ids: Sequence[UUID], also: frozenset[UUID]) -> None:
        if ids:
            await self._handler.refold(self._generation.beside(connection), self._kind, ids, also)


class CopyAgain(CopySets):
    """Copies sets that something moved into from where it had not been copied to, until there are none."""

    _does = "settle"

    async def count(self, connection: Connection) -> int:
        """A handful."""
        del connection
        return 0

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """Some that there are; each page begins anew, since what is missing in one row may move on."""
        del position, report
        ids = await self._copier.copy_again(connection, self._size)
        await self._fold(connection, ids, also)
        return StepPage(0, str(ids[-1]) if ids else None)
