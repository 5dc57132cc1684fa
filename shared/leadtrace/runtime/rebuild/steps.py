"""The steps of a rebuild, each done page by page: carry over, fill, see that nothing is missing, compare."""

from dataclasses import dataclass
from uuid import UUID

from leadtrace.runtime.handler import Handler, Refoldable
from leadtrace.runtime.rebuild.lapsed import KeepLapsed
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.sources import Source
from leadtrace.runtime.rebuild.step import PAGE, OutOfReachError, Step, StepPage
from leadtrace.store.connection import Connection
from leadtrace.store.generation.carrying import Carrier
from leadtrace.store.generation.comparison import EntityComparison, TableComparison, add, take_out
from leadtrace.store.generation.state import Report, TableReport
from leadtrace.store.generation.tables import Generation, GenerationTable

_NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Fill:
    """Hands the records of a source to the handler, whose rows are those of the next generation."""

    source: Source
    handler: Handler
    generation: Generation
    size: int = PAGE

    @property
    def name(self) -> str:
        """What is being filled in."""
        return f"fold {self.source.name}"

    async def count(self, connection: Connection) -> int:
        """The records of the source."""
        return await self.source.count(connection)

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """The next records. What cannot be read is counted; it was a dead letter when it came."""
        page = await self.source.page(connection, position, self.size)
        if page.records:
            beside = self.generation.beside(connection)
            applied = await self.handler.apply(beside, page.records, also)
            report.undecodable += len(applied.dead)
        return StepPage(len(page.records), page.last)


@dataclass(frozen=True, slots=True)
class Reach:
    """Sees that no event is in the live rows that the next generation was not given."""

    generation: Generation
    table: GenerationTable
    name: str = "see that nothing is missing"

    async def count(self, connection: Connection) -> int:
        """Nothing to speak of."""
        del connection
        return 0

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """All of it."""
        del position, report, also
        live, beside = self.generation.live(self.table), self.generation.next(self.table)
        (key,) = self.table.key
        await connection.execute("set local enable_seqscan = on")
        missing, last = await connection.fetchrow(  # type: ignore[misc]  # an aggregate has one row
            f"select count(*), max({key}) from {live} l "
            f"where not exists (select from {beside} n where n.{key} = l.{key})"
        )
        if missing:
            raise OutOfReachError(
                f"{missing:,} events that the live rows hold, up to number {last:,}, are no longer in "
                "ingest.events, or cannot be read: a rebuild would lose them."
            )
        return StepPage(0, None)


class CompareEntities:
    """Compares a table of leads or deals, and settles the revisions of its rows."""

    def __init__(self, generation: Generation, table: GenerationTable, *, size: int = PAGE) -> None:
        self.name = f"compare {table.name}"
        self._table, self._live, self._size = table, generation.live(table), size
        self._comparison = EntityComparison(generation, table)
        self._carrier = Carrier(generation)

    async def count(self, connection: Connection) -> int:
        """The live rows."""
        return int(await connection.fetchval(f"select count(*) from {self._live}"))

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """The rows of the next ids."""
        del also
        ids = await self._comparison.page(connection, UUID(position) if position else _NO_ID, self._size)
        found = report.tables.setdefault(self._table.name, TableReport())
        if ids:
            add(found, await self._comparison.compare(connection, ids))
            await self._carrier.carry(connection, self._table.kind or "", ids)
        if len(ids) == self._size:
            return StepPage(len(ids), str(ids[-1]))
        await self._look_again(connection, found)
        return StepPage(len(ids), None)

    async def _look_again(self, connection: Connection, found: TableReport) -> None:
        """Some rows differed only because the live loop had not read yet what the rebuild had."""
        seen = list(found.differences)
        if not seen:
            return
        ids = sorted(UUID(row.key) for row in seen)
        take_out(found, seen)
        add(found, await self._comparison.compare(connection, ids))
        await self._carrier.carry(connection, self._table.kind or "", ids)


class CompareTable:
    """Compares any other table."""

    def __init__(self, generation: Generation, table: GenerationTable) -> None:
        self.name = f"compare {table.name}"
        self._table = table
        self._comparison = TableComparison(generation, table)

    async def count(self, connection: Connection) -> int:
        """Nothing to speak of: it is one statement."""
        del connection
        return 0

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """All of it."""
        del position, also
        report.tables[self._table.name] = await self._comparison.compare(connection)
        return StepPage(0, None)


def steps_of(handler: Handler, plan: RebuildPlan, *, size: int = PAGE) -> list[Step]:
    """The steps of a rebuild; what lapsed is carried over fact by fact where rows hold their sets packed."""
    generation = plan.generation
    keeps: list[Step] = []
    reaches: list[Step] = []
    if (numbered := plan.numbered) is not None:
        reaches = [Reach(generation, numbered)]
        if any(table.kind is not None for table in generation.tables):
            assert isinstance(handler, Refoldable)  # noqa: S101 - whoever packs sets can fold them again
            keeps = [KeepLapsed(handler, plan, numbered, size=size)]
    fills = [Fill(source, handler, generation, size) for source in plan.sources]
    compares: list[Step] = [
        CompareTable(generation, table)
        if table.kind is None
        else CompareEntities(generation, table, size=size)
        for table in generation.tables
        if table.compared
    ]
    return [*keeps, *fills, *reaches, *compares]
