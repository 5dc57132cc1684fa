"""A made-up company whose leads end well or not by their industry, through both readers, and its trainer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.clock import Clock, FrozenClock, SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.settings_prediction import Prediction
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.testing.builders import DAY_ZERO, event
from leadtrace_scoring.handlers import NOTED_LEADS, ScoringHandler
from leadtrace_scoring.prediction.trainer import Trainer
from leadtrace_scoring.prediction.trainings import Training, newest
from leadtrace_scoring.store import due_leads
from tests.integration.chain.scene import Scene, attribution_handler

CONFIG = Prediction(horizon_days=40, fewest_wins=40, fewest_losses=40)
# None of them earns points, so that the rules cannot know.
_CHANCES = {"fishing": 0.85, "mining": 0.15, None: 0.5}
_CHANNELS = ("email", "events", "social")
LATE = DAY_ZERO + timedelta(days=300)


def company(leads: int, *, decides: bool = True, leaks: bool = False, seed: int = 7) -> list[Event]:
    """Leads, two a day; with `leaks` a CRM tells, dated back, why each ended when it knows."""
    chance = random.Random(seed)
    events: list[Event] = []
    for number in range(1, leads + 1):
        industry = chance.choice(list(_CHANCES))
        won = chance.random() < (_CHANCES[industry] if decides else 0.5)
        days = 10 + chance.random() * 30
        events += _lead(number, industry, _touches(chance), won=won, days=days, leaks=leaks)
    return events


def _touches(chance: random.Random) -> list[tuple[str, float]]:
    """Channels and days after the capture, or before it: they have no bearing on the end."""
    return [(chance.choice(_CHANNELS), chance.uniform(-20, 9)) for _ in range(chance.randint(0, 3))]


def _lead(
    number: int,
    industry: str | None,
    touches: Sequence[tuple[str, float]],
    *,
    won: bool,
    days: float,
    leaks: bool,
) -> list[Event]:
    subject, at = f"contact/{number}", DAY_ZERO + timedelta(hours=12 * number)
    ended, first = at + timedelta(days=days), number * 10
    stage = Stage.CUSTOMER if won else Stage.LOST
    told: list[tuple[msgspec.Struct, Any, Any]] = [
        (LeadCaptured(acquisition=Acquisition(channel="events")), at, at),
        (LeadUpdated(properties={"industry": industry}), at, at),
        (LeadStageChanged(stage=stage, claimed=stage.value), ended, ended),
    ]
    for channel, day in touches:
        touched = at + timedelta(days=day)
        told.append((TouchpointRecorded(channel=channel), touched, touched))
    if leaks:
        told.append((LeadUpdated(properties={"buying_role": stage.value}), at, ended))
    return [
        event(data, subject, first + place, at=happened, recorded=recorded)
        for place, (data, happened, recorded) in enumerate(told)
    ]


def open_lead(number: int, industry: str) -> list[Event]:
    """A lead that has not ended, captured when the others have."""
    subject = f"contact/{number}"
    return [
        event(LeadCaptured(), subject, number * 10, at=LATE, recorded=LATE),
        event(
            LeadUpdated(properties={"industry": industry}), subject, number * 10 + 1, at=LATE, recorded=LATE
        ),
    ]


@dataclass(slots=True)
class Company:
    """The services of a scene, predicting by one configuration."""

    scene: Scene
    config: Prediction = CONFIG
    clock: Clock | None = None

    @property
    def handler(self) -> ScoringHandler:
        """Scoring that may predict, as a process that just started has it."""
        clock = self.clock or FrozenClock(LATE)
        return ScoringHandler(fold_by(live_definitions(), plan=self.config.plan), clock)

    @property
    def trainer(self) -> Trainer:
        """A trainer as a process that just started has it."""
        ids = SystemIds(SystemClock())
        return Trainer(self.config, Schedules("scoring", live_definitions()), UTC_DAYS, self.scene.pool, ids)

    async def live(self, events: Sequence[Event]) -> None:
        """Have both services read them."""
        await self.scene.put(*events)
        await self.scene.stage(self.handler).drain()
        await self.scene.stage(attribution_handler()).drain()

    async def train(self) -> Training:
        """Ask for a training, and see it through."""
        trainer, plan = self.trainer, self.config.plan
        assert plan is not None
        assert await trainer.ask("a test")
        await trainer.work(plan, StopSignal())
        async with self.scene.pool.acquire() as connection:
            found = await newest(connection)
        assert found is not None
        return found

    async def refold(self) -> int:
        """What the task that looks for due rows does every minute; how many there were."""
        stop = StopSignal()
        wanted = {NOTED_LEADS: due_leads(self.config.plan)}
        publisher, ids = Publisher(self.scene.bus, stop), SystemIds(SystemClock())
        refolder = Refolder("scoring", self.scene.pool, self.handler, publisher, ids, wanted)
        return await DueRows(refolder, stop).run_once()

    async def versions(self) -> list[tuple[int, bool]]:
        """Every model and whether it speaks."""
        rows = await self.scene.pool.fetch(
            "select version, activated_at is not null and retired_at is null from scoring.models order by 1"
        )
        return [(row[0], row[1]) for row in rows]
