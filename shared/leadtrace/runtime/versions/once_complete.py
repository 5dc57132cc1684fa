"""What another service holds by a version: a source that can be read once it has folded everything."""

from dataclasses import dataclass

from leadtrace.runtime.rebuild.sources import Source, SourcePage
from leadtrace.runtime.rebuild.step import NotYetError
from leadtrace.store.connection import Connection

_IN_FORCE = "select version from {service}.pub_in_force order by ordinal desc limit 1"
_COMPLETE = "select complete from {service}.pub_shadow where version = $1"


@dataclass(frozen=True, slots=True)
class OnceComplete:
    """The rows of its shadow, or its live ones if it has taken the version over."""

    service: str
    version: int
    shadow: Source
    live: Source

    @property
    def name(self) -> str:
        """What it is."""
        return self.live.name

    async def count(self, connection: Connection) -> int:
        """How many there are now: about as many as there will be."""
        return await self.live.count(connection)

    async def page(self, connection: Connection, after: str | None, limit: int) -> SourcePage:
        """The records that follow `after`.

        Raises:
            NotYetError: the other service still folds.
        """
        if await connection.fetchval(_IN_FORCE.format(service=self.service)) == self.version:
            return await self.live.page(connection, after, limit)
        if not await connection.fetchval(_COMPLETE.format(service=self.service), self.version):
            raise NotYetError
        return await self.shadow.page(connection, after, limit)
