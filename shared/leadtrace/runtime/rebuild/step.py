"""What a step of a rebuild is, and what a page of one comes to."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.store.generation.state import Report

PAGE = 500


class OutOfReachError(Exception):
    """The rebuild cannot be finished; the message says why, and what remains to do."""


class NotYetError(Exception):
    """Something else has to happen before this step can go on: it is asked again a little later."""


@dataclass(frozen=True, slots=True)
class StepPage:
    """What one page came to: how much it counts for, and where to go on; None when the step is done."""

    done: int
    position: str | None


class Step(Protocol):
    """One step; a page runs in a transaction of its own."""

    @property
    def name(self) -> str:
        """What is being done."""

    async def count(self, connection: Connection) -> int:
        """About how much there is to do."""

    async def page(
        self, connection: Connection, position: str | None, report: Report, also: frozenset[UUID]
    ) -> StepPage:
        """Do a page and note in the report what it found.

        Raises:
            MoreNeededError: more entities must be locked than `also`.
            NotYetError: it must wait for another service.
            OutOfReachError: it cannot be done.
        """
