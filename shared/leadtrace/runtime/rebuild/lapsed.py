"""Carries over what was folded of events that are kept no longer: a rebuild cannot reach them.

The live sets still hold their facts. Those are put into the next generation before the events that are kept
are folded into it, so that its rows are folds of the same sets.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from leadtrace.domain.fact import Fact
from leadtrace.domain.segments import pack, unpack
from leadtrace.runtime.handler import Refoldable
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.step import PAGE, StepPage
from leadtrace.store.connection import Connection
from leadtrace.store.generation.state import Report
from leadtrace.store.generation.tables import GenerationTable

_NO_ID = UUID(int=0)

# A record takes its facts along wherever it moves.
_CONCERNED = """
select entity_id from ({lapsed}) lapsed
union
select entity_id from ingest.pub_bindings where subject_key in (
  select subject_key from ingest.pub_bindings where entity_id in (select entity_id from ({lapsed}) lapsed)
)
order by 1
"""
_LAPSED = "select entity_id from ingest.pub_lapsed_entities"
_PAGE = _CONCERNED.format(lapsed="select unnest($1::uuid[]) as entity_id")
_ALL = _CONCERNED.format(lapsed=_LAPSED)
_COUNT = "select count(*) from ingest.pub_lapsed_entities"
_ENTITIES = f"{_LAPSED} where entity_id > $1 order by 1 limit $2"
_TOLD = """
select coalesce(sum(events), 0)::bigint, max(received_before) from ingest.pub_lapsed_events
where topic = any($1::text[])
"""
_KEPT = "select source, id from ingest.pub_events where id = any($1::text[]) and topic = any($2::text[])"


async def remember(connection: Connection, plan: RebuildPlan) -> None:
    """Copy what no set holds of whoever has events that are kept no longer; no live batch may be at work."""
    concerned = [row[0] for row in await connection.fetch(_ALL)]
    if not concerned:
        return
    if plan.concerned is not None:
        concerned += [row[0] for row in await connection.fetch(plan.concerned, concerned)]
    for table in plan.generation.tables:
        if table.remembered_by:
            named = " or ".join(f"{column} = any($1::uuid[])" for column in table.remembered_by)
            live, beside = plan.generation.live(table), plan.generation.next(table)
            await connection.execute(f"insert into {beside} select * from {live} where {named}", concerned)
    if plan.complete is not None:
        await plan.complete(connection, plan.generation.beside(connection), concerned)


class KeepLapsed:
    """Puts into the next generation what of the live one no event that is kept says."""

    def __init__(
        self, handler: Refoldable, plan: RebuildPlan, numbered: GenerationTable, *, size: int = PAGE
    ) -> None:
        self.name = "carry over what is kept no longer"
        self._handler = handler
        self._plan = plan
        self._numbered = numbered
        self._generation = plan.generation
        self._size = size

    async def count(self, connection: Connection) -> int:
        """Leads, deals and accounts whose events are not all kept."""
        return int(await connection.fetchval(_COUNT))

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """The next of them."""
        if position is None:
            (told,) = await connection.fetch(_TOLD, self._plan.topics)
            report.lapsed, report.lapsed_before = told
            if report.lapsed:
                await self._keep_numbers(connection)
        after = UUID(position) if position else _NO_ID
        ids = [row[0] for row in await connection.fetch(_ENTITIES, after, self._size)]
        if ids:
            concerned = [row[0] for row in await connection.fetch(_PAGE, ids)]
            await self._carry_over(connection, concerned, also)
        return StepPage(len(ids), str(ids[-1]) if len(ids) == self._size else None)

    async def _keep_numbers(self, connection: Connection) -> None:
        live, beside = self._generation.live(self._numbered), self._generation.next(self._numbered)
        await connection.execute(
            f"insert into {beside} "
            "select s.event_no from ("
            "select unnest(numbers) as span from ingest.pub_lapsed_events where topic = any($1::text[])"
            f") lapsed join {live} s "
            "on s.event_no >= lower(lapsed.span) and s.event_no < upper(lapsed.span) "
            "on conflict do nothing",
            self._plan.topics,
        )

    async def _carry_over(
        self, connection: Connection, concerned: Sequence[UUID], also: frozenset[UUID]
    ) -> None:
        carried: dict[str, list[UUID]] = {}
        for table in self._generation.tables:
            if table.kind is not None:
                carried[table.kind] = await self._carry_facts(connection, table, concerned)
        beside = self._generation.beside(connection)
        for kind, entities in carried.items():
            if entities:
                await self._handler.refold(beside, kind, entities, also)

    async def _carry_facts(
        self, connection: Connection, table: GenerationTable, concerned: Sequence[UUID]
    ) -> list[UUID]:
        """The rows that hold something that no event says any more."""
        (key,) = table.key
        # Held until the page is done, so that nothing moves between the two sets of a row.
        rows = await connection.fetch(
            f"select {key}, {table.packed}, redirect_to from {self._generation.live(table)} "
            f"where {key} = any($1::uuid[]) order by {key} for share",
            concerned,
        )
        sets = {row[0]: unpack(row[1]) for row in rows}
        lost = await self._out_of_reach(connection, sets)
        moved = {row[0]: row[2] for row in rows}
        carried = [entity for entity in sets if lost[entity] or moved[entity] is not None]
        await connection.execute(
            self._carry_statement(table),
            carried,
            [pack(lost[entity]) if lost[entity] else b"" for entity in carried],
            [len(lost[entity]) for entity in carried],
            [moved[entity] for entity in carried],
        )
        return carried

    def _carry_statement(self, table: GenerationTable) -> str:
        (key,), facts = table.key, table.packed
        return (
            f"insert into {self._generation.next(table)} as n ({key}, {facts}, event_count, redirect_to) "
            "select * from unnest($1::uuid[], $2::bytea[], $3::int[], $4::uuid[]) "
            f"on conflict ({key}) do update set {facts} = n.{facts} || excluded.{facts}, "
            "event_count = n.event_count + excluded.event_count, state = null, "
            "redirect_to = coalesce(n.redirect_to, excluded.redirect_to)"
        )

    async def _out_of_reach(
        self, connection: Connection, sets: Mapping[UUID, Sequence[Fact]]
    ) -> dict[UUID, list[Fact]]:
        ids = sorted({fact.id for facts in sets.values() for fact in facts})
        rows = await connection.fetch(_KEPT, ids, self._plan.topics) if ids else []
        kept = {(source, id_) for source, id_ in rows}
        return {
            entity: [fact for fact in facts if (fact.source, fact.id) not in kept]
            for entity, facts in sets.items()
        }
