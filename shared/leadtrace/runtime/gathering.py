"""What a batch brings to the locked rows of one table: new facts, facts of records that moved, redirects."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from leadtrace.domain.fact import Fact
from leadtrace.runtime.absorb import new_facts
from leadtrace.runtime.arrivals import Arrivals
from leadtrace.runtime.handler import MoreNeededError
from leadtrace.runtime.moving import Moved, take_out
from leadtrace.runtime.routing import Routed, named, route
from leadtrace.store.bindings import BindingStore
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow, EntityTable
from leadtrace.store.seen import SeenStore


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows that a batch touches, and the facts to fold into them.

    `new` are facts never seen before, `facts` these and those that moved, `stays` what rows keep of which
    something left, `routed` how the batch was sorted out.
    """

    rows: dict[UUID, EntityRow]
    new: dict[UUID, list[Fact]]
    facts: dict[UUID, list[Fact]]
    stays: dict[UUID, list[Fact]]
    routed: Routed

    def counted(self, folded: Mapping[UUID, object] | set[UUID]) -> tuple[int, int]:
        """How many new facts are in rows that folded, and how many in rows that did not."""
        applied = sum(len(some) for row, some in self.new.items() if row in folded)
        return applied, sum(map(len, self.new.values())) - applied


class Gatherer:
    """Sorts batches out for one table of a schema."""

    def __init__(self, schema: str, table: EntityTable) -> None:
        self._table = table
        self._bindings = BindingStore(schema)
        self._seen = SeenStore(schema)

    async def gather(
        self, connection: Connection, arrivals: Arrivals, rows: Mapping[UUID, EntityRow]
    ) -> Gathered:
        """Take a batch in; bindings are read with the rows locked, so that no move can be under way.

        Raises:
            MoreNeededError: records belong to rows that are not among the locked ones.
        """
        routed = route(arrivals, await self._bindings.read(connection, named(arrivals)))
        missing = routed.entities - rows.keys()
        if missing:
            raise MoreNeededError(frozenset(missing))
        new = new_facts(routed.facts, await self._seen.first_time(connection, arrivals.numbers()))
        moved = await take_out(connection, self._table, routed) if routed.leaving else Moved()
        await self._bindings.write(connection, routed.bindings)
        turned = _turn(rows, routed)
        touched = {*new, *moved.stays, *moved.joins, *turned}
        return Gathered(
            rows={one: rows[one] for one in sorted(touched)},
            new=new,
            facts=_joined(new, moved.joins),
            stays=moved.stays,
            routed=routed,
        )


def _turn(rows: Mapping[UUID, EntityRow], routed: Routed) -> list[UUID]:
    """Have founded rows say where their record is; those for which that changed."""
    turned = [one for one, home in routed.redirects.items() if rows[one].redirect_to != home]
    for one in turned:
        rows[one].redirect_to = routed.redirects[one]
    return turned


def _joined(new: Mapping[UUID, list[Fact]], joins: Mapping[UUID, list[Fact]]) -> dict[UUID, list[Fact]]:
    return {row: [*new.get(row, ()), *joins.get(row, ())] for row in {*new, *joins}}
