"""Whether two generations hold the same rows but for their revisions, and which rows differ.

A table's hash is the sum of its rows' digests, so that it does not depend on their order and a row can be
looked at again. Sets are equal if they hold the same facts, in whatever order these came.
"""

from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

from leadtrace.domain.fact import union
from leadtrace.domain.segments import pack, unpack
from leadtrace.store.connection import Connection
from leadtrace.store.generation.state import Difference, TableReport
from leadtrace.store.generation.tables import Generation, GenerationTable

# So many rows that differ are named; of others only the number is kept.
MOST_NAMED = 1_000
_BITS = 63
_NAMES = """
select attname::text from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum
"""


class EntityComparison:
    """Compares the rows of one entity table by pages of ids."""

    def __init__(self, generation: Generation, table: GenerationTable) -> None:
        (self._key,) = table.key
        self._generation, self._table = generation, table
        self._live, self._next = generation.live(table), generation.next(table)
        ids = "(select {key} from {table} where {key} > $1 order by 1 limit $2)"
        either = " union ".join(ids.format(key=self._key, table=one) for one in (self._live, self._next))
        self._page = f"{either} order by 1 limit $2"
        self._lock = (
            f"select from {self._next} where {self._key} = any($1::uuid[]) order by {self._key} for update"
        )
        self._sets = (
            f"select {self._key}, l.{table.packed}, n.{table.packed} from {self._live} l "
            f"join {self._next} n using ({self._key}) where {self._key} = any($1::uuid[])"
        )

    async def page(self, connection: Connection, after: UUID, limit: int) -> list[UUID]:
        """The next ids that either generation has a row for."""
        return [row[0] for row in await connection.fetch(self._page, after, limit)]

    async def compare(self, connection: Connection, ids: Sequence[UUID]) -> list[Difference]:
        """The digests of these rows in both generations; rows of the next one are locked.

        A batch that changes a row waits for the lock before it ends, so what is read belongs together.
        """
        await connection.execute(self._lock, ids)
        rows = await connection.fetch(await self._digests(connection), ids)
        unequal = [key for key, _, _, live, beside in rows if live and beside and live != beside]
        reordered = await self._equal_sets(connection, unequal)
        return [
            Difference(
                str(key),
                _digest(key, live, live_set),
                _digest(key, beside, live_set if key in reordered else next_set),
            )
            for key, live, beside, live_set, next_set in rows
        ]

    async def _digests(self, connection: Connection) -> str:
        revisions = (one.revision for one in self._table.carried)
        own = {self._key, self._table.packed, *revisions, *self._table.paths}
        names = [row[0] for row in await connection.fetch(_NAMES, self._live) if row[0] not in own]

        def side(table: str) -> str:
            row = f"row({', '.join(f't.{name}' for name in names)})"
            return (
                f"(select {self._key}, md5({row}::text) as rest, md5(t.{self._table.packed}) as packed "
                f"from {table} t where {self._key} = any($1::uuid[]) and ({self._table.counts}))"
            )

        return (
            f"select {self._key}, l.rest, n.rest, l.packed, n.packed from {side(self._live)} l "
            f"full join {side(self._next)} n using ({self._key})"
        )

    async def _equal_sets(self, connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
        """Those whose sets differ as bytes and are equal as sets."""
        if not ids:
            return set()
        rows = await connection.fetch(self._sets, ids)
        return {key for key, live, beside in rows if _canonical(live) == _canonical(beside)}


class TableComparison:
    """Compares any other table as a whole, in one statement and so in one state of it."""

    def __init__(self, generation: Generation, table: GenerationTable) -> None:
        live, beside = generation.live(table), generation.next(table)
        key = ", ".join(table.key)

        def rows(name: str) -> str:
            return f"(select {key}, md5(t::text) as digest from {name} t where {table.counts})"

        def summed(alias: str) -> str:
            number = f"('x' || left({alias}.digest, 15))::bit(60)::bigint"
            return f"coalesce(sum({number}), 0)"

        named = " || ' ' || ".join(f"coalesce({column}::text, '')" for column in table.key)
        joined = f"{rows(live)} l full join {rows(beside)} n using ({key})"
        self._sums = f"""
        select count(l.digest), {summed("l")}, {summed("n")},
               count(*) filter (where l.digest is distinct from n.digest) from {joined}
        """
        self._differing = f"""
        select {named}, l.digest, n.digest from {joined}
        where l.digest is distinct from n.digest order by 1 limit {MOST_NAMED}
        """

    async def compare(self, connection: Connection) -> TableReport:
        """What comparing the table came to."""
        await connection.execute("set local enable_seqscan = on")
        rows, live, beside, differing = tuple(await connection.fetchrow(self._sums) or ())
        named = await connection.fetch(self._differing) if differing else []
        return TableReport(
            rows=rows,
            live_sum=int(live) % 2**_BITS,
            next_sum=int(beside) % 2**_BITS,
            differing=differing,
            differences=[Difference(key, _number(one), _number(other)) for key, one, other in named],
        )


def add(report: TableReport, compared: Sequence[Difference]) -> None:
    """Take the digests of more rows into a table's report."""
    for row in compared:
        report.rows += row.live != 0
        report.live_sum = (report.live_sum + row.live) % 2**_BITS
        report.next_sum = (report.next_sum + row.next) % 2**_BITS
        if row.live != row.next:
            report.differing += 1
            if len(report.differences) < MOST_NAMED:
                report.differences.append(row)


def take_out(report: TableReport, compared: Sequence[Difference]) -> None:
    """The opposite, for rows that are looked at again."""
    for row in compared:
        report.rows -= row.live != 0
        report.live_sum = (report.live_sum - row.live) % 2**_BITS
        report.next_sum = (report.next_sum - row.next) % 2**_BITS
        report.differing -= row.live != row.next
    again = {row.key for row in compared}
    report.differences = [row for row in report.differences if row.key not in again]


def _digest(key: UUID, rest: str | None, packed: str | None) -> int:
    """A number for the content of a row, never 0; 0 if there is no row."""
    if rest is None:
        return 0
    hashed = blake2b(f"{key} {rest} {packed}".encode(), digest_size=8).digest()
    return int.from_bytes(hashed, "big") >> 1 or 1


def _number(digest: str | None) -> int:
    return int(digest[:15], 16) if digest else 0


def _canonical(packed: bytes) -> bytes:
    return pack(union(unpack(packed)))
