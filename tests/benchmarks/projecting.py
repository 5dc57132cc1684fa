"""What rollups cost the projector: the same outcomes with them, and with their writes replaced by nothing."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final
from unittest.mock import AsyncMock, patch
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Record
from leadtrace.domain.calendar import DAY_US
from leadtrace.events.lead import LADDER, Acquisition, Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus, Profile, Transition
from leadtrace.events.times import to_micros
from leadtrace.store.connection import Connection
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.scene import database, fresh_installation
from tests.unit.api.snapshots import DEFINITION, lead_id, record

_ZONE: Final = ZoneInfo("Europe/Berlin")
_LEADS: Final = 1_000
_BATCH: Final = 500
_ROUNDS: Final = 3
# What keeps sums of leads: the counts and money, the ages of steps, and the differences by known day.
_ROLLUPS: Final = (
    "leadtrace_api.store.rollups.add",
    "leadtrace_api.store.step_ages.add",
    "leadtrace_api.store.known.add",
)


async def _run() -> list[Figure]:
    async with fresh_installation() as installation, database(installation) as connection:
        await connection.execute("set role leadtrace_api; set search_path = api")
        return await _figures(connection)


async def _figures(connection: Connection) -> list[Figure]:
    """With rollups and without in turns, the better of three each; each run is taken back."""
    now = to_micros(await connection.fetchval("select now()"))
    records = list(_records(now, random.Random(1)))
    with_rollups, without = [], []
    for _ in range(_ROUNDS):
        with_rollups.append(await _took_s(connection, records))
        with ExitStack() as stack:
            for name in _ROLLUPS:
                stack.enter_context(patch(name, AsyncMock()))
            without.append(await _took_s(connection, records))
    best, least = min(with_rollups), min(without)
    return [
        higher("snapshots", len(records) / best, "1/s"),
        lower("a snapshot", 1e6 * best / len(records), "µs"),
        lower("a snapshot without rollups", 1e6 * least / len(records), "µs"),
        lower("rollups, a snapshot", 1e6 * (best - least) / len(records), "µs"),
    ]


async def _took_s(connection: Connection, records: list[Record]) -> float:
    projector = Projector(Relearner(_ZONE))
    transaction = connection.transaction()
    await transaction.start()
    try:
        began = time.perf_counter()
        for start in range(0, len(records), _BATCH):
            applied = await projector.apply(connection, records[start : start + _BATCH])
            assert not applied.dead, applied.dead[:1]
        return time.perf_counter() - began
    finally:
        await transaction.rollback()


def _records(now: int, chance: random.Random) -> Iterator[Record]:
    """Lead by lead what it comes to, in the order of rungs: one batch after another has a later one."""
    lives = [_life(number, now, chance) for number in range(1, _LEADS + 1)]
    for place in range(len(LADDER)):
        for life in lives:
            if place < len(life):
                yield record(life[place], place + 1)


def _life(number: int, now: int, chance: random.Random) -> list[LeadOutcome]:
    captured = now - chance.randrange(DAY_US, 90 * DAY_US)
    channel = f"channel {chance.randint(1, 20)}"
    origin = Acquisition(channel=channel, campaign=f"campaign {channel}/{chance.randint(1, 25)}")
    profile = Profile(segment=f"segment {chance.randint(1, 5)}")
    depth = chance.choices(range(1, 6), (20, 30, 25, 15, 10))[0]
    moments = [captured + place * 3_600_000_000 for place in range(depth)]
    return [
        LeadOutcome(
            lead_id=lead_id(number),
            definition=DEFINITION,
            status=LeadStatus.OPEN,
            captured_at=captured,
            acquisition=origin,
            profile=profile,
            stage=LADDER[place],
            stage_since=moments[place],
            transitions=tuple(
                Transition(at, rung, "forward", f"hubspot/1 {at}")
                for rung, at in zip(LADDER, moments[: place + 1], strict=False)
            ),
            first_reached={Stage(rung): at for rung, at in zip(LADDER, moments[: place + 1], strict=False)},
            latest_at=moments[place],
        )
        for place in range(depth)
    ]


PROJECTING = Benchmark(
    "projecting",
    "outcomes taken by the projector in batches of 500, each lead at every rung, and what its rollups cost",
    _run,
)
