"""The law of versions: whatever comes when, rows say what a fresh fold by the schedule says."""

import random
from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.schedule import Reign, Schedule
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.frozen import frozen_verdicts
from leadtrace.domain.scoring.history_fold import HistoryFold
from leadtrace.domain.segments import unpack
from leadtrace.events.envelope import Event
from leadtrace.events.snapshots import LeadOutcome, LeadScore
from leadtrace.events.times import to_micros
from leadtrace.runtime.clock import SystemClock
from leadtrace.store.generation.state import State
from leadtrace.testing.corrected_worlds import corrected_worlds
from leadtrace.testing.moving_worlds import moving_worlds
from leadtrace.testing.worlds import worlds
from tests.integration.versions.scene import ZONE, Company, open_company

_THROUGH_THE_STORE = settings(
    deadline=None,
    max_examples=max(3, settings().max_examples // 20),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_WORLDS = st.one_of(
    worlds(),
    moving_worlds().map(lambda world: world.events),
    corrected_worlds().map(lambda world: world.events),
)
_EASIER = ("warm: {enter_at: 30, leave_below: 25}", "warm: {enter_at: 5, leave_below: 4}")
_SCORE = msgspec.json.Decoder(LeadScore)
_OUTCOME = msgspec.json.Decoder(LeadOutcome)


class _Traffic:
    """Events that come a few at a time, and are read by some services sooner than by others."""

    def __init__(self, company: Company, world: list[Event], chance: random.Random) -> None:
        self._company, self._chance = company, chance
        chance.shuffle(world)
        self.coming = world

    async def some(self) -> None:
        """A few more, read by whoever happens to look."""
        count = self._chance.randint(0, 1 + len(self.coming) // 2)
        now, self.coming = self.coming[:count], self.coming[count:]
        await self._company.put(*now)
        for service in self._company.services:
            if self._chance.random() < 0.6:
                await service.read(self._chance.randint(1, 7))

    async def looks(self) -> None:
        """Some services look what is to be done about versions, with events between."""
        for _ in range(self._chance.randint(0, 4)):
            await self._chance.choice(self._company.services).follow()
            await self.some()


@_THROUGH_THE_STORE
@given(world=_WORLDS, seed=st.integers(0, 2**32))
async def test_rows_say_what_a_fresh_fold_by_the_schedule_says(
    database_url: str, world: list[Event], seed: int
) -> None:
    chance = random.Random(seed)
    company = await open_company(database_url)
    try:
        await company.empty()
        await company.register(1)
        await company.register(2, _EASIER)
        traffic, turns = _Traffic(company, world, chance), []
        for version in (2, 1)[: chance.randint(1, 2)]:
            await traffic.some()
            await company.begin(version)
            await traffic.looks()
            if chance.random() < 0.8:
                await company.follow()
            await traffic.some()
            turns.append((version, to_micros(await company.activate(version))))
            await traffic.looks()
            await company.follow()
        await company.put(*traffic.coming)
        await company.settle()
        await company.scoring.fold_due()
        await company.settle()
        await _expect_folds(company, turns)
        await _expect_handed_on(company)
        for service in company.services:
            done = await service.rebuild()
            assert (service.name, done.state, done.error) == (service.name, State.DONE, None)
            assert not [name for name, table in done.report.tables.items() if table.differing]
    finally:
        await company.close()


async def _expect_folds(company: Company, turns: list[tuple[int, int]]) -> None:
    """Every score is the pure fold of its set by the schedule, and served by its last version alone."""
    texts = dict(await company.bodies("select version, body from ingest.definitions"))
    known = {version: parse_definitions(text, "test") for version, text in texts.items()}
    reigns = [Reign(known[1]), *(Reign(known[version], since) for version, since in turns)]
    schedule = Schedule(reigns[-1].definitions, reigns[-1].since, tuple(reigns[:-1]))
    fold = HistoryFold(schedule, Days(ZoneInfo(ZONE)))
    now = to_micros(SystemClock().now())
    rows: list[tuple[UUID, bytes, bytes, Mapping[str, object] | None]] = await company.bodies(
        "select lead_id, facts, body, redirect_to from scoring.leads where body is not null"
    )
    for lead, facts, body, redirect in rows:
        if redirect is None:
            state, _ = fold.judged(refold(fold, unpack(facts))[0], now)
            assert _SCORE.decode(body) == fold.render(state, lead_id=str(lead))
    served = await company.bodies("select distinct definition_version from api.leads")
    assert served in ([], [(schedule.version,)])


async def _expect_handed_on(company: Company) -> None:
    """Every outcome tells the verdicts of its lead's score, those of earlier versions included."""
    rows: list[tuple[bytes, bytes]] = await company.bodies(
        "select s.body, o.body from scoring.leads s join attribution.leads o using (lead_id) "
        "where s.redirect_to is null and s.body is not null and o.body is not null"
    )
    for scored, concluded in rows:
        score, outcome = _SCORE.decode(scored), _OUTCOME.decode(concluded)
        assert outcome.qualifications == score.qualifications
        assert outcome.frozen_qualifications == frozen_verdicts(score.frozen)
