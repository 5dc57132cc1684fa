"""The hub of the ticker: what readers get from a ring, from pages behind it, and when they are sent away."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from leadtrace.testing.eventually import eventually
from leadtrace_api.store.ticker import Numbered, TickerState
from leadtrace_api.ticker.frames import ALL, Dropped, frame_of
from leadtrace_api.ticker.hub import RING, Hub
from leadtrace_api.ticker.position import position_of, written
from leadtrace_api.ticker.reader import Reader
from leadtrace_api.ticker.stream import EventStream

KINDS = ("funnel", "notable")


class Entries:
    """Numbered entries in memory."""

    def __init__(self, count: int = 0, pruned: int = 0) -> None:
        self.count, self.pruned = count, pruned

    async def page(self, after: int, limit: int) -> list[Numbered]:
        first = max(after, self.pruned) + 1
        return [Numbered(n, 10 * n, KINDS[n % 2], "{}") for n in range(first, self.count + 1)][:limit]

    async def state(self) -> TickerState:
        return TickerState(self.count, self.pruned)


def events(text: bytes) -> list[tuple[str, str | None]]:
    """Event and id of each event, as a browser dispatches them."""
    found: list[tuple[str, str | None]] = []
    for block in text.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields:
            found.append((fields["event"], fields.get("id")))
    return found


async def opened(entries: Entries, *, ring: int = RING) -> Hub:
    hub = Hub(ring=ring)
    await hub.open(entries)
    return hub


class Client:
    """The other side of a stream; it goes away once the stream waits for something new."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.text = b""
        self.ended = False

    async def follow(self, after: int | None, reader: Reader | None = None) -> list[tuple[str, str | None]]:
        """All events behind a number until the hub closes."""
        reader = reader or Reader()

        async def never() -> Message:
            # The hub closes once the stream has joined: what waits is sent, then the reason.
            await eventually(lambda: reader in self.hub._readers, what="the stream has joined")
            self.hub.close()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            self.text += message.get("body", b"")
            self.ended = message["type"] == "http.response.body" and not message.get("more_body", False)

        scope: dict[str, Any] = {"type": "http"}
        await EventStream(self.hub, reader, after)(scope, never, send)
        assert self.ended
        return events(self.text)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 20), st.data())
async def test_resumes_anywhere_without_a_gap(pruned: int, kept: int, ring: int, data: st.DataObject) -> None:
    entries = Entries(pruned, pruned)
    hub = await opened(entries, ring=ring)
    entries.count = pruned + kept
    await hub.take_in()
    after = data.draw(st.integers(0, pruned + kept + 2))
    got = await Client(hub).follow(after)
    assert got[-1] == ("dropped", None)
    numbers = [int(number) for event, number in got[:-1] if event != "reset" and number]
    resets = [number for event, number in got if event == "reset"]
    if pruned <= after <= pruned + kept:
        assert numbers == list(range(after + 1, pruned + kept + 1))
        assert not resets
    else:
        assert numbers == []
        assert resets == [str(pruned + kept)]


@given(
    counted=st.sets(st.integers(1, 8)),
    only_notable=st.booleans(),
    cuts=st.lists(st.integers(0, 12), max_size=6),
    ring=st.integers(1, 9),
)
async def test_what_is_counted_never_comes_however_often_a_reader_resumes(
    counted: set[int], *, only_notable: bool, cuts: list[int], ring: int
) -> None:
    kinds = frozenset({"notable"}) if only_notable else ALL
    position = written(0, {10 * n for n in counted})
    got: list[tuple[str, int]] = []
    for cut in [*cuts, 99]:
        entries = Entries()
        hub = await opened(entries, ring=ring)
        entries.count = 8
        await hub.take_in()
        start = position_of(position)
        assert start is not None
        client = Client(hub)
        await client.follow(start.number, Reader(kinds, counted=start.counted))
        position, read = as_read(client.text, cut, position)
        got += read
    assert got == [(KINDS[n % 2], n) for n in range(1, 9) if n not in counted and KINDS[n % 2] in kinds]


def as_read(text: bytes, blocks: int, position: str) -> tuple[str, list[tuple[str, int]]]:
    """Where a browser stands that read so many blocks of a stream, and the events in them."""
    read = []
    for block in text.decode().split("\n\n")[:blocks]:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        position = fields.get("id", position)
        if "data" in fields and fields["event"] != "dropped":
            read.append((fields["event"], int(fields["id"].split("-")[0])))
    return position, read


def test_behind_a_reset_everything_is_to_be_counted() -> None:
    reader = Reader(counted={20, 30})
    taken = [Numbered(1, 10, "notable", "{}"), Numbered(2, 20, "funnel", "{}")]
    taken += [Numbered(3, 25, "reset", "{}"), Numbered(4, 30, "funnel", "{}")]
    picked = events(b"".join(reader.pick([frame_of(one) for one in taken])))
    assert picked == [("notable", "1-20-30"), ("reset", "3"), ("funnel", "4")]


async def test_a_reset_forgets_what_was_counted() -> None:
    entries = Entries(3)
    hub = await opened(entries)
    reader = Reader(counted={70})
    assert hub.rejoin(reader, 3)
    reader.take()
    hub.beat()
    assert reader.take() == b": beat\nid: 3-70\n\n"
    entries.count, entries.pruned = 7, 5
    await hub.take_in()
    assert events(reader.take()) == [("reset", "5"), ("funnel", "6"), ("notable", "7")]


async def test_kinds_are_filtered_and_ids_go_on() -> None:
    entries = Entries(3)
    hub = await opened(entries)
    reader = Reader(frozenset({"funnel"}))
    hub.join(reader)
    entries.count = 5
    await hub.take_in()
    assert events(reader.take()) == [("funnel", "4")]
    hub.beat()
    assert reader.take() == b": beat\nid: 5\n\n"


async def test_a_reader_that_does_not_read_is_dropped_and_others_go_on() -> None:
    entries = Entries()
    hub = await opened(entries)
    slow, quick = Reader(most_waiting=3), Reader(most_waiting=30)
    hub.join(slow)
    hub.join(quick)
    entries.count = 10
    await hub.take_in()
    assert slow.dropped is Dropped.SLOW
    assert slow.idle, "what it did not read is let go of"
    assert [number for _, number in events(quick.take())] == [str(n) for n in range(1, 11)]


async def test_beats_spare_those_who_have_something_waiting() -> None:
    hub = await opened(Entries())
    reader = Reader()
    hub.join(reader)
    hub.beat()
    assert b"beat" not in reader.take()
    hub.beat()
    assert b": beat" in reader.take()


async def test_a_revoked_key_ends_the_stream() -> None:
    hub = await opened(Entries())
    live = [True]
    reader = Reader(allowed=lambda: live[0])
    hub.join(reader)
    hub.beat()
    assert reader.dropped is None
    live[0] = False
    hub.beat()
    assert reader.dropped is Dropped.KEY


async def test_what_was_removed_while_the_database_was_away_resets_everybody() -> None:
    entries = Entries(5)
    hub = await opened(entries)
    reader = Reader()
    hub.join(reader)
    entries.count, entries.pruned = 12, 10
    await hub.take_in()
    assert events(reader.take()) == [("reset", "10"), ("notable", "11"), ("funnel", "12")]


async def test_a_database_that_was_restored_resets_everybody() -> None:
    entries = Entries(50)
    hub = await opened(entries)
    reader = Reader()
    hub.join(reader)
    entries.count = 20
    await hub.take_in()
    assert events(reader.take()) == [("reset", "20")]
    assert hub.last == 20
