"""What is rebuilt in a service, and from what."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from leadtrace.runtime.rebuild.sources import PublishedEvents, Source
from leadtrace.store.connection import Connection
from leadtrace.store.generation.tables import Generation, GenerationTable

Settle: TypeAlias = Callable[[Connection, int], Awaitable[None]]
Complete: TypeAlias = Callable[[Connection, Connection, Sequence[UUID]], Awaitable[None]]

TakenOver: TypeAlias = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RebuildPlan:
    """The tables of a generation, in locking order, and the sources that fill it, in order.

    `signature` names the code and definitions that fill it: a rebuild that others began is begun again.
    `numbers` is the table of event numbers, if the service keeps one. `concerned` asks for others whose
    rows depend on what entities (`$1`) are told, if there are any; `complete` adds to the rows that were
    taken over of all these what the live rows say of it elsewhere, given connections to both generations.
    `taken_over` is done in the transaction in which rebuilt rows take the place of the live ones.
    `settle` is done where a shadow has taken over, given the moment (µs) from which its version is in force.
    While the query `hindered` finds anything, no rebuild begins.
    """

    generation: Generation
    sources: Sequence[Source]
    signature: str
    numbers: str | None = None
    concerned: str | None = None
    complete: Complete | None = None
    taken_over: TakenOver | None = None
    settle: Settle | None = None
    hindered: str | None = None

    @property
    def numbered(self) -> GenerationTable | None:
        """The table of event numbers."""
        return next((table for table in self.generation.tables if table.name == self.numbers), None)

    @property
    def topics(self) -> list[str]:
        """The topics of whose events the rows are folded."""
        return [
            topic for source in self.sources if isinstance(source, PublishedEvents) for topic in source.topics
        ]
