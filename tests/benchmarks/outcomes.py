"""Newest outcomes of made-up leads, each at every rung that it comes to, and a projector that takes them."""

import random
import time
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Record
from leadtrace.domain.calendar import DAY_US
from leadtrace.events.lead import LADDER, Acquisition, Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus, Profile, Transition
from leadtrace.store.connection import Connection
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from tests.unit.api.snapshots import DEFINITION, lead_id, record

BATCH: Final = 500
DAYS: Final = 90
_ZONE: Final = ZoneInfo("Europe/Berlin")


async def took_s(connection: Connection, records: Sequence[Record], *, kept: bool) -> float:
    """How long a projector takes for all of them in batches; each batch stays, or none of them."""
    projector = Projector(Relearner(_ZONE))
    whole = connection.transaction()
    if not kept:
        await whole.start()
    try:
        began = time.perf_counter()
        for start in range(0, len(records), BATCH):
            async with connection.transaction():
                applied = await projector.apply(connection, records[start : start + BATCH])
            assert not applied.dead, applied.dead[:1]
        return time.perf_counter() - began
    finally:
        if not kept:
            await whole.rollback()


def records(numbers: Sequence[int], latest: int) -> Iterator[Record]:
    """What leads of these numbers, captured in the days before a moment (µs), come to, rung by rung."""
    chance = random.Random(numbers[0])
    lives = [_life(number, latest, chance) for number in numbers]
    for place in range(len(LADDER)):
        for life in lives:
            if place < len(life):
                yield record(life[place], place + 1)


def _life(number: int, latest: int, chance: random.Random) -> list[LeadOutcome]:
    captured = latest - chance.randrange(DAY_US, DAYS * DAY_US)
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
