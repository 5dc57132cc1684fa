"""What a service does with a batch; everything around it is the loop's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.store.connection import Connection
from leadtrace.store.dead_letters import DeadLetter


@dataclass(slots=True)
class Applied:
    """What a batch came to: `outgoing` are the records of the noted ids, as they now stand.

    `applied`, `duplicate` and `stuck` count records; those in `dead` are the rest.
    """

    notes: dict[str, list[UUID]] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    applied: int = 0
    duplicate: int = 0
    stuck: int = 0


class MoreNeededError(Exception):
    """Folding showed that further entities must be locked: roll back and begin again with them."""

    def __init__(self, ids: frozenset[UUID]) -> None:
        super().__init__(f"{len(ids)} more entities are needed")
        self.ids = ids


class Handler(Protocol):
    """Applies batches to the service's own tables, inside the transaction that the loop opened."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics to read."""

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Lock, unite, fold and save; `also` are entities to lock beside those that the records name.

        Raises:
            MoreNeededError: more entities than those must be locked.
        """

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The records of noted entities as they now stand."""


@runtime_checkable
class Refoldable(Protocol):
    """A handler that can fold rows again without anything new."""

    async def refold(
        self, connection: Connection, kind: str, ids: Sequence[UUID], also: frozenset[UUID]
    ) -> Applied:
        """Lock the rows, fold them from their sets and save them; `also` are others to lock.

        Raises:
            MoreNeededError: more entities than those must be locked.
        """


class RefoldingHandler(Handler, Refoldable, Protocol):
    """A handler of batches that can fold rows again."""
