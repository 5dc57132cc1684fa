"""Crediting run by hand, and what its tables hold."""

import random
from collections.abc import Sequence
from typing import Any

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.domain.credits.model import ModelParameters
from leadtrace.events.envelope import Event
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.testing.builders import outgoing
from leadtrace.testing.chain import put
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.worker import CreditingWorker
from tests.integration.chain.scene import Scene, attribution_handler

TABLES = ("credit_due", "journeys", "credits", "credit_days", "journey_days", "journey_steps")
_JOURNEYS = """
select unit_id, kind, outcome, ended_on, touches, cut, leads, amount, counted_in, missing, channels,
       entered_on
from attribution.journeys where outcome is not null order by unit_id
"""
_CREDITS = "select * from attribution.credits order by deal_id, place"
_DAYS = "select * from attribution.credit_days order by key"
_JOURNEY_DAYS = "select * from attribution.journey_days order by key"
_STEPS = "select * from attribution.journey_steps order by key"

Held = list[list[tuple[Any, ...]]]


def worker(scene: Scene, parameters: ModelParameters | None = None) -> CreditingWorker:
    """A worker by these parameters, the usual ones if none are given."""
    chosen = parameters or ModelParameters()
    schedules = Schedules("attribution", live_definitions())
    return CreditingWorker(scene.pool, schedules, lambda _: (Crediting(chosen, UTC_DAYS), str(chosen)))


async def credit(scene: Scene, parameters: ModelParameters | None = None) -> None:
    """Work until nothing is due."""
    working = worker(scene, parameters)
    while await working.work():
        pass


async def held(scene: Scene) -> Held:
    """Journeys, credits and sums by day."""
    asked = (_JOURNEYS, _CREDITS, _DAYS, _JOURNEY_DAYS, _STEPS)
    return [[tuple(row) for row in await scene.pool.fetch(one)] for one in asked]


async def credited_anew(scene: Scene) -> Held:
    """The same, after all was forgotten and credited once more."""
    await scene.pool.execute(f"truncate {', '.join(f'attribution.{table}' for table in TABLES)}")
    await credit(scene)
    return await held(scene)


async def credited_bit_by_bit(scene: Scene, events: Sequence[Event], chance: random.Random) -> Held:
    """What is held after events came shuffled, in portions, credits being worked on now and then."""
    await scene.empty()
    records = [outgoing(made) for made in events]
    chance.shuffle(records)
    working = worker(scene)
    while records:
        size = chance.randint(1, 8)
        portion, records = records[:size], records[size:]
        await put(scene.bus, portion)
        await scene.stage(attribution_handler()).drain()
        if chance.random() < 0.6:
            await working.work()
    await credit(scene)
    return await held(scene)
