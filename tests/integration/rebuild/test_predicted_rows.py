"""Rebuilding scores that a model predicts: equal rows by the same model, and by the next one after it."""

import random
from collections.abc import AsyncIterator
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.predict.features import Plan
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.events.snapshots import LeadScore
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.rebuild.both import BothRefolded
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.handlers import Always
from leadtrace.store.generation.state import State
from leadtrace.testing.builders import event
from leadtrace.testing.worlds import worlds
from leadtrace_scoring.handlers import NOTED_LEADS, ScoringHandler
from leadtrace_scoring.store import due_leads
from leadtrace_scoring.wiring import rebuild_plan
from tests.integration.rebuild.scene import Scene, Service, open_scene
from tests.integration.scoring.speaking import speak

PLAN = Plan(texts=("country",))
_LEADS = [event(LeadCaptured(), f"contact/{number}", number) for number in range(1, 12)]
_COUNTRIES = [
    event(LeadUpdated(properties={"country": "DE"}), f"contact/{number}", 100 + number)
    for number in range(1, 12, 2)
]
_SAID = "select lead_id, body, model_version from scoring.leads where body is not null order by 1"


async def predicting(scene: Scene) -> Scene:
    """The same scene, with a scoring service that predicts."""
    fold = fold_by(live_definitions(), Days(ZoneInfo("Europe/Berlin")), PLAN)
    handler = ScoringHandler(fold, SystemClock())
    plain = scene.services["scoring"]
    scene.services["scoring"] = Service("scoring", scene.bus, plain.pool, handler, rebuild_plan(fold))
    await scene.owner.execute("truncate scoring.models")
    return scene


@pytest_asyncio.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    """All services, of which scoring predicts."""
    opened = await predicting(await open_scene(database_url))
    yield opened
    await opened.close()


async def refold(scene: Scene) -> int:
    """Fold what is due again; how many rows that were."""
    service, stop, ids = scene["scoring"], StopSignal(), SystemIds(SystemClock())
    raw, wanted = service._raw, {NOTED_LEADS: due_leads(PLAN)}
    assert isinstance(raw, ScoringHandler)
    both = BothRefolded(Always(raw), service.plan.generation, Traffic())
    refolder = Refolder("scoring", service.pool, both, Publisher(scene.bus, stop), ids, wanted)
    return await DueRows(refolder, stop).run_once()


async def said(scene: Scene) -> list[tuple[UUID, int | None, int]]:
    """By which model each body is, and what its row says of that."""
    rows = await scene.owner.fetch(_SAID)
    bodies = [msgspec.json.decode(row["body"], type=LeadScore) for row in rows]
    return [
        (row["lead_id"], body.predicted.model_version if body.predicted else None, row["model_version"])
        for row, body in zip(rows, bodies, strict=True)
    ]


@settings(
    deadline=None,
    max_examples=settings().max_examples // 10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_rebuilt_rows_equal_live_ones_with_what_is_predicted(
    database_url: str, world: list[Event], seed: int
) -> None:
    scene = await predicting(await open_scene(database_url))
    try:
        await speak(scene.owner, PLAN, 1)
        await scene.live_through(world, random.Random(seed))
        await refold(scene)
        before = await scene.rows()
        rebuild = await scene["scoring"].rebuild()
        assert (rebuild.state, rebuild.error, rebuild.report.published) == (State.DONE, None, 0)
        assert [table.differing for table in rebuild.report.tables.values()] == [0, 0, 0]
        assert await scene.rows() == before
    finally:
        await scene.close()


@pytest.mark.parametrize("pages", [0, 1, 3])
async def test_a_model_that_changes_amid_a_rebuild_is_heard_of_every_lead(scene: Scene, pages: int) -> None:
    await speak(scene.owner, PLAN, 1)
    await scene.put(*_LEADS, *_COUNTRIES)
    await scene.settle()
    assert {row[1:] for row in await said(scene)} == {(1, 1)}
    rebuilder = scene["scoring"].rebuilder()
    await rebuilder.begin(takes_over=True, by="test")
    for _ in range(pages):
        await scene["scoring"].page(rebuilder, await scene["scoring"].newest())
    await speak(scene.owner, PLAN, 2)
    await rebuilder.work(UUID(int=1), StopSignal())
    assert (await scene["scoring"].newest()).state is State.DONE
    while await refold(scene):
        pass
    assert {row[1:] for row in await said(scene)} == {(2, 2)}
    after = await scene.rows()
    assert (await scene["scoring"].rebuild()).report.published == 0
    assert await scene.rows() == after
