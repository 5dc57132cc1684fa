"""Event numbers, drawn from PostgreSQL in blocks; what a rolled-back chunk drew is simply never used."""

from leadtrace.store.connection import Connection
from leadtrace_ingest.store import EVENT_NUMBER_BLOCK

_BLOCKS = """
select nextval('ingest.event_number_blocks') from generate_series(1, $1::int)
"""


class EventNumbers:
    """The numbers that this relay may give out: unique for good, in no promised order."""

    def __init__(self) -> None:
        self._spare: list[int] = []

    async def take(self, connection: Connection, count: int) -> list[int]:
        """`count` numbers that no event has."""
        lacking = count - len(self._spare)
        if lacking > 0:
            blocks = -(-lacking // EVENT_NUMBER_BLOCK)
            for (first,) in await connection.fetch(_BLOCKS, blocks):
                self._spare.extend(range(first, first + EVENT_NUMBER_BLOCK))
        taken, self._spare = self._spare[:count], self._spare[count:]
        return taken
