"""Scores fade by themselves: a lead is judged at midnight, and published if that says anything else."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.events.snapshots import LEAD_SCORED
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.clock import FrozenClock, SystemClock, SystemIds
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import DAY_ZERO, entity_of, event
from leadtrace.testing.published import published
from leadtrace_scoring.handlers import NOTED_LEADS
from leadtrace_scoring.store import due_leads
from tests.integration.chain.scene import Scene, scoring_handler

_DAY_US = 86_400_000_000
_ROW = "select body, due_at, revision from scoring.leads where lead_id = $1"


async def _interested(scene: Scene, clock: FrozenClock) -> None:
    """A lead that asked for a demo on the first day, scored on that day."""
    await scene.put(
        event(LeadCaptured(), "contact/1", 1),
        event(LeadUpdated(properties={"company_domain": "acme.example"}), "contact/1", 2),
        event(TouchpointRecorded(signal="demo_request"), "contact/1", 3),
    )
    await scene.stage(scoring_handler(clock)).drain()


def _due(scene: Scene, clock: FrozenClock, metrics: Metrics | None = None) -> DueRows:
    stop = StopSignal()
    publisher, ids = Publisher(scene.bus, stop), SystemIds(SystemClock())
    wanted = {NOTED_LEADS: due_leads(None)}
    refolder = Refolder("scoring", scene.pool, scoring_handler(clock), publisher, ids, wanted)
    return DueRows(refolder, stop, metrics)


async def _held(scene: Scene) -> tuple[Mapping[str, Any], int | None, int]:
    body, due, revision = await scene.row(_ROW, entity_of("contact/1"))
    return msgspec.json.decode(body), due, revision


async def test_a_lead_whose_interest_faded_is_published_in_its_new_band(scene: Scene) -> None:
    clock = FrozenClock(DAY_ZERO + timedelta(hours=1))
    await _interested(scene, clock)
    before, due, first = await _held(scene)
    assert due is not None
    assert due % _DAY_US == 0
    clock.set(DAY_ZERO + timedelta(days=400))
    assert await _due(scene, clock).run_once() == 1
    after, later, second = await _held(scene)
    assert (before["band"], after.get("band", "cold")) == ("warm", "cold")
    assert (after["at"] % _DAY_US, second > first) == (0, True)
    assert later is None or later > clock.now_us()
    assert [one.revision for one in published(scene.bus, LEAD_SCORED)] == [first, second]
    # The midnight that took it out of its band is in its history, as if somebody had looked then.
    assert after["timeline"][-1]["at"] == after["at"]


async def test_nothing_is_published_of_a_lead_that_midnight_says_nothing_new_of(scene: Scene) -> None:
    clock = FrozenClock(DAY_ZERO + timedelta(hours=1))
    await _interested(scene, clock)
    before = await _held(scene)
    assert await _due(scene, clock).run_once() == 1
    assert await _held(scene) == before
    assert len(published(scene.bus, LEAD_SCORED)) == 1


async def test_a_lead_that_does_not_fold_does_not_come_again_every_minute(scene: Scene) -> None:
    clock = FrozenClock(DAY_ZERO + timedelta(hours=1))
    await _interested(scene, clock)
    await scene.pool.execute("update scoring.leads set stuck_error = 'ValueError'")
    assert await _due(scene, clock).run_once() == 0


async def test_an_event_after_midnight_finds_the_lead_judged_as_at_midnight(scene: Scene) -> None:
    """Whether or not anybody looked at it meanwhile."""
    bodies = []
    for looked in (False, True):
        await scene.empty()
        clock = FrozenClock(DAY_ZERO + timedelta(hours=1))
        await _interested(scene, clock)
        clock.set(DAY_ZERO + timedelta(days=400))
        if looked:
            assert await _due(scene, clock).run_once() == 1
        late = DAY_ZERO + timedelta(days=10)
        await scene.put(event(TouchpointRecorded(channel="email"), "contact/1", 4, at=late))
        await scene.stage(scoring_handler(clock)).drain()
        bodies.append((await _held(scene))[0])
    assert bodies[0] == bodies[1]


async def test_what_is_due_and_when_none_was_left_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, metrics = FrozenClock(DAY_ZERO + timedelta(hours=1)), Metrics()
    await _interested(scene, clock)
    clock.set(DAY_ZERO + timedelta(days=400))
    due = _due(scene, clock, metrics)
    with monkeypatch.context() as away:
        away.setattr(Refolder, "_page", _away)
        with pytest.raises(OSError, match="away"):
            await due.run_once()
    told = metrics.render().decode()
    assert "leadtrace_timer_overdue_rows 1.0" in told
    assert "leadtrace_timer_pass_timestamp_seconds 0.0" in told
    await due.run_once()
    told = metrics.render().decode()
    assert "leadtrace_timer_overdue_rows 0.0" in told
    assert "leadtrace_timer_folded_rows_total 1.0" in told
    assert "leadtrace_timer_pass_timestamp_seconds 0.0" not in told


async def _away(*_: object) -> None:
    raise OSError("the database is away")
