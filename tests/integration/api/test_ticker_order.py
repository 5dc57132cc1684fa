"""Numbers of the ticker: in the order of commits, without a gap; and where a snapshot stands among them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace_api.projector.ticker import Entry, Kind
from leadtrace_api.reading import reading
from leadtrace_api.room import Room
from leadtrace_api.store import ticker
from leadtrace_api.ticker.frames import frame_of
from leadtrace_api.ticker.position import position_of
from leadtrace_api.ticker.reader import Reader
from leadtrace_api.ticker.standing import where_the_ticker_stands
from tests.integration.api.projection import Projection
from tests.integration.api.ticked import forget, page, sequencer

LAW = settings(
    max_examples=150,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
WRITERS = 3
ACTS = ("tell", "tell", "commit", "rollback", "number", "one", "both", "read", "stand")


class Telling:
    """Writers who tell in transactions of their own, somebody who numbers, a reader, and snapshots."""

    def __init__(
        self, projection: Projection, room: Room, writers: Sequence[Connection], a_round: int
    ) -> None:
        self.projection, self.room, self.writers, self.a_round = projection, room, writers, a_round
        self.open_now: dict[int, tuple[Any, list[str]]] = {}
        self.committed: list[list[str]] = []
        # How many transactions were committed whenever all of them got numbers.
        self.rounds: list[int] = []
        self.seen: list[tuple[int, str]] = []
        # What was committed in a snapshot, beside the position that it told.
        self.stood: list[tuple[str | None, set[str]]] = []
        self.count = 0

    @property
    def all_committed(self) -> set[str]:
        """Every entry that anybody may read."""
        return {body for bodies in self.committed for body in bodies}

    async def do(self, act: str, writer: int) -> None:
        """One act of the schedule."""
        await getattr(self, act)(writer)

    async def tell(self, writer: int) -> None:
        """Two entries in the writer's transaction."""
        if writer not in self.open_now:
            transaction = self.writers[writer].transaction()
            await transaction.start()
            self.open_now[writer] = (transaction, [])
        bodies = [str(self.count), str(self.count + 1)]
        self.count += 2
        await ticker.tell(self.writers[writer], [Entry(Kind.FUNNEL, body) for body in bodies])
        self.open_now[writer][1].extend(bodies)

    async def commit(self, writer: int) -> None:
        """The writer's transaction ends well."""
        if writer in self.open_now:
            transaction, bodies = self.open_now.pop(writer)
            await transaction.commit()
            self.committed.append(bodies)

    async def rollback(self, writer: int) -> None:
        """The writer's transaction does not."""
        if writer in self.open_now:
            transaction, _ = self.open_now.pop(writer)
            await transaction.rollback()

    async def number(self, _: int) -> None:
        """All that is committed gets its number."""
        await sequencer(self.projection, self.a_round).work()
        self.rounds.append(len(self.committed))

    async def one(self, _: int) -> None:
        """Some of it does."""
        own = sequencer(self.projection)
        async with self.projection.pool.acquire() as connection:
            await ticker.number(connection, own.clock.now(), self.a_round)

    async def both(self, _: int) -> None:
        """Two sequencers at the same time."""
        await asyncio.gather(*(sequencer(self.projection, self.a_round).work() for _ in range(2)))
        self.rounds.append(len(self.committed))

    async def read(self, _: int) -> None:
        """The reader looks for what is behind the last that it has."""
        after = self.seen[-1][0] if self.seen else 0
        self.seen.extend((one.number, one.body) for one in await page(self.projection, after))

    async def stand(self, _: int) -> None:
        """An answer is read."""
        async with reading(self.room) as now:
            self.stood.append((await where_the_ticker_stands(now), self.all_committed))


@asynccontextmanager
async def connections(database_url: str, count: int) -> AsyncIterator[Sequence[Connection]]:
    """So many connections of the api."""
    made = [await connect(database_url, "leadtrace_api") for _ in range(count)]
    yield made
    for connection in made:
        await connection.close()


@LAW
@given(
    schedule=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, WRITERS - 1)), max_size=25),
    a_round=st.integers(1, 4),
)
async def test_readers_miss_nothing_and_count_nothing_twice_whoever_commits_when(
    projection: Projection,
    room: Room,
    database_url: str,
    schedule: list[tuple[str, int]],
    a_round: int,
) -> None:
    await forget(projection)
    async with connections(database_url, WRITERS) as writers:
        telling = Telling(projection, room, writers, a_round)
        ends = [("commit", writer) for writer in range(WRITERS)]
        for act, writer in [*schedule, *ends, ("number", 0), ("read", 0)]:
            await telling.do(act, writer)
    _check_order(telling)
    for after in range(len(telling.seen) + 1):
        resumed = await page(projection, after)
        assert [(one.number, one.body) for one in resumed] == telling.seen[after:]
    await _check_positions(telling)


def _check_order(telling: Telling) -> None:
    """Every committed entry once, numbered without a gap, in the order of rounds and of telling."""
    assert [number for number, _ in telling.seen] == list(range(1, len(telling.seen) + 1))
    place = {body: number for number, body in telling.seen}
    assert len(place) == len(telling.seen)
    assert place.keys() == telling.all_committed
    for bodies in telling.committed:
        assert sorted(bodies, key=lambda body: place[body]) == bodies
    for done in telling.rounds:
        # What was committed before numbers were given comes before all that was committed later.
        before = [place[body] for bodies in telling.committed[:done] for body in bodies]
        later = [place[body] for bodies in telling.committed[done:] for body in bodies]
        assert max(before, default=0) < min(later, default=1 << 62)


async def _check_positions(telling: Telling) -> None:
    """From the position of a snapshot come all that it did not hold, and nothing that it did."""
    frames = [frame_of(one) for one in await page(telling.projection)]
    for told, held in telling.stood:
        assert told is not None
        position = position_of(told)
        assert position is not None
        got = Reader(counted=position.counted).pick(frames, position.number)
        bodies = [one.decode().split("data: ")[1].strip() for one in got]
        assert len(set(bodies)) == len(bodies)
        assert set(bodies) == telling.all_committed - held


async def test_who_numbers_waits_for_whoever_does_so_already(
    projection: Projection, database_url: str
) -> None:
    own = sequencer(projection)
    async with connections(database_url, 3) as (teller, first, second):
        await ticker.tell(teller, [Entry(Kind.NOTABLE, "1"), Entry(Kind.NOTABLE, "2")])
        async with first.transaction():
            await ticker.number(first, own.clock.now(), 10)
            await ticker.tell(teller, [Entry(Kind.NOTABLE, "3")])
            waiting = asyncio.create_task(ticker.number(second, own.clock.now(), 10))

            async def is_waiting() -> bool:
                blocked = "select cardinality(pg_blocking_pids($1)) > 0"
                return bool(await teller.fetchval(blocked, second.get_server_pid()))

            await eventually_answers(is_waiting, what="the second waits for the first")
        assert (await waiting).numbered == 1
    assert [(one.number, one.body) for one in await page(projection)] == [(1, "1"), (2, "2"), (3, "3")]


async def test_a_database_that_was_emptied_begins_to_number_anew(projection: Projection, room: Room) -> None:
    await projection.owner.execute("truncate api.ticker_state, api.ticker_entries, api.ticker_waiting")
    async with reading(room) as now:
        assert await where_the_ticker_stands(now) is None
    async with projection.owner.acquire() as connection:
        await ticker.tell(connection, [Entry(Kind.NOTABLE, "1")])
    await sequencer(projection).work()
    assert [(one.number, one.body) for one in await page(projection)] == [(1, "1")]
    async with reading(room) as now:
        assert await where_the_ticker_stands(now) == "1"
