"""Which events are in a reader's sets, by the number that ingest gave them."""

from collections.abc import Sequence

from leadtrace.store.connection import Connection


class SeenStore:
    """The seen events of one schema."""

    def __init__(self, schema: str) -> None:
        self._insert = (
            f"insert into {schema}.seen select unnest($1::bigint[]) on conflict do nothing returning event_no"
        )

    async def first_time(self, connection: Connection, numbers: Sequence[int]) -> set[int]:
        """Those of the numbers that were never seen before; from now on they are.

        Call it with the entities of the events locked: then no other transaction can be folding them.
        """
        if not numbers:
            return set()
        rows = await connection.fetch(self._insert, sorted(set(numbers)))
        return {row[0] for row in rows}
