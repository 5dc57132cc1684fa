"""Which handler takes a batch in: the one by the definitions in force, and beside it the one of a shadow."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Connection

Taker = TypeVar("Taker", bound=Handler)
Given_co = TypeVar("Given_co", bound=Handler, covariant=True)


class Handlers(Protocol[Given_co]):
    """The handlers of a service; asked within the transaction in which they work."""

    @property
    def any(self) -> Given_co:
        """One for what no version makes a difference to."""

    async def live(self, connection: Connection) -> Given_co:
        """The one by the definitions in force."""

    async def beside(self, connection: Connection, version: int) -> Given_co:
        """The one for the next generation: of a shadow by its version, else (0) by the one in force."""


class Always(Generic[Taker]):
    """One handler for every version."""

    def __init__(self, handler: Taker) -> None:
        self.any = handler

    async def live(self, connection: Connection) -> Taker:
        """The handler."""
        del connection
        return self.any

    async def beside(self, connection: Connection, version: int) -> Taker:
        """The same."""
        del connection, version
        return self.any


class ByVersion(Generic[Taker]):
    """A handler for each schedule of definitions, made when it is first needed."""

    def __init__(self, schedules: Schedules, make: Callable[[Schedule], Taker]) -> None:
        self._schedules = schedules
        self._make = make
        self._made: dict[tuple[str, int | None], Taker] = {}

    @property
    def any(self) -> Taker:
        """The one by the shipped definitions."""
        return self.by(self._schedules.shipped)

    async def live(self, connection: Connection) -> Taker:
        """The one by the definitions that the service has taken over."""
        return self.by(await self._schedules.in_force(connection.fetch))

    async def beside(self, connection: Connection, version: int) -> Taker:
        """The one of a shadow by its version, else (0) by the one in force."""
        if not version:
            return await self.live(connection)
        return self.by(await self._schedules.shadow(connection.fetch, version))

    def by(self, schedule: Schedule) -> Taker:
        """The one by a schedule."""
        key = (schedule.label, schedule.since)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(schedule)
        return made
