"""Taking facts out of the rows that their records left."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from leadtrace.domain.corrections import subject_of
from leadtrace.domain.fact import Fact
from leadtrace.domain.segments import unpack
from leadtrace.runtime.routing import Routed
from leadtrace.store.bindings import Held, Name
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityTable


@dataclass(slots=True)
class Moved:
    """What moves: `stays` is what a row keeps, `joins` what another row takes in."""

    stays: dict[UUID, list[Fact]] = field(default_factory=dict)
    joins: dict[UUID, list[Fact]] = field(default_factory=dict)


async def take_out(connection: Connection, table: EntityTable, routed: Routed) -> Moved:
    """The facts that leave locked rows; rows of which nothing leaves are not mentioned."""
    sets = await table.facts(connection, sorted(routed.leaving))
    moved = Moved()
    for entity, stored in sets.items():
        stays, leaves = _part(unpack(stored), routed.leaving[entity])
        if leaves:
            moved.stays[entity] = stays
            _join(moved, leaves, routed.bindings)
    return moved


def _part(facts: Sequence[Fact], names: Collection[Name]) -> tuple[list[Fact], list[Fact]]:
    stays, leaves = list[Fact](), list[Fact]()
    for fact in facts:
        (leaves if subject_of(fact) in names else stays).append(fact)
    return stays, leaves


def _join(moved: Moved, facts: Sequence[Fact], bindings: Mapping[Name, Held]) -> None:
    for fact in facts:
        moved.joins.setdefault(bindings[subject_of(fact)].entity, []).append(fact)
