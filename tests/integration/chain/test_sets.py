"""Rows as they are stored: stepped or folded anew, the set is the union and every count agrees."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.fact import Fact, union
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.segments import unpack
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadUpdated
from leadtrace.events.snapshots import LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.runtime.arrivals import fact_from
from leadtrace.runtime.clock import FrozenClock
from leadtrace.testing.builders import entity_of, event
from leadtrace.testing.published import published
from leadtrace.testing.worlds import worlds
from tests.integration.chain.scene import (
    THROUGH_THE_STORE,
    Scene,
    attribution_handler,
    open_scene,
    scoring_handler,
)

_ROWS = {
    "scoring.leads": ("lead_id", "contact/", extract),
    "attribution.leads": ("lead_id", "contact/", extract_lead),
    "attribution.deals": ("deal_id", "deal/", extract_deal),
}
_COLUMNS = (
    "{}, facts, event_count, ignored_count, last_key, fold_version, state, body_hash, definition_version"
)


async def _rows(scene: Scene, table: str) -> dict[Any, dict[str, Any]]:
    key = _ROWS[table][0]
    found = await scene.pool.fetch(f"select {_COLUMNS.format(key)} from {table}")
    return {row[key]: dict(row) for row in found}


def _expected_sets(world: list[Event], table: str) -> dict[Any, list[Fact]]:
    _, prefix, extractor = _ROWS[table]
    facts: dict[Any, list[Fact]] = {}
    for made in world:
        if made.subject.startswith(prefix):
            facts.setdefault(entity_of(made.subject), []).append(fact_from(made, extractor))
    return {entity: union(arrived) for entity, arrived in facts.items()}


async def _read_one_by_one(scene: Scene, events: list[Event], size: int) -> None:
    await scene.put(*events)
    await scene.stage(scoring_handler(), max_records=size).drain()
    await scene.stage(attribution_handler(), max_records=size).drain()


@THROUGH_THE_STORE
@given(world=worlds(), seed=st.integers(0, 2**32))
async def test_a_stepped_row_equals_one_that_was_folded_anew(
    database_url: str, world: list[Event], seed: int
) -> None:
    chance = random.Random(seed)
    scene = await open_scene(database_url)
    in_order = sorted(world, key=lambda made: made.time)
    shuffled = chance.sample(world, len(world))
    try:
        held = []
        for events in (in_order, shuffled, world):
            await scene.empty()
            await _read_one_by_one(scene, events, chance.randint(1, 5))
            held.append({table: await _rows(scene, table) for table in _ROWS})
            for table, rows in held[-1].items():
                expected = _expected_sets(world, table)
                for entity, row in rows.items():
                    facts = expected.get(entity, [])
                    assert union(unpack(row.pop("facts"))) == facts
                    assert row["event_count"] == len(facts)
                    assert row["ignored_count"] == 0
                assert expected.keys() <= rows.keys()
        assert held[0] == held[1] == held[2]
    finally:
        await scene.pool.close()


async def test_an_event_that_sorts_last_is_stepped_without_reading_the_set(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = unpack

    def watched(stored: bytes) -> list[Fact]:
        facts = real(stored)
        read.append(len(facts))
        return facts

    monkeypatch.setattr("leadtrace.runtime.absorb.unpack", watched)
    for number in range(1, 6):
        await _read_one_by_one(scene, [event(LeadOwnerChanged(owner=f"o{number}"), "contact/1", number)], 10)
    assert read == []
    late = event(LeadCaptured(), "contact/1", 6, at=datetime(2025, 1, 1, tzinfo=UTC))
    await _read_one_by_one(scene, [late], 10)
    assert read == [5, 5]


async def test_a_fold_of_another_version_folds_its_rows_anew(scene: Scene) -> None:
    events = [event(LeadCaptured(), "contact/1", 1), event(LeadOwnerChanged(owner="a"), "contact/1", 2)]
    clean = await scene.clean(events)
    await _read_one_by_one(scene, events[:1], 10)
    # What an older fold saved, which this one must not read.
    await scene.pool.execute("update attribution.leads set fold_version = 0, state = '\\x00'")
    await scene.pool.execute("update scoring.leads set fold_version = 0, state = '\\x00'")
    await _read_one_by_one(scene, events[1:], 10)
    assert await scene.bodies() == clean
    assert await scene.row("select count(*) from attribution.leads where stuck_error is null") == (1,)


async def test_a_score_kept_before_its_lead_survives_another_fold_version(scene: Scene) -> None:
    events = [event(LeadCaptured(), "contact/1", 1)]
    clean = await scene.clean(events)
    await scene.put(*events)
    await scene.stage(scoring_handler()).drain()
    (score,) = published(scene.bus, LEAD_SCORED)
    assert score.qualification_revision == score.revision
    await scene.pool.execute(
        "insert into attribution.leads (lead_id, state) values ($1, '\\x00')", score.entity_id
    )
    await scene.stage(attribution_handler()).drain()
    assert await scene.bodies() == clean


@pytest.mark.parametrize(
    "step", [timedelta(0), timedelta(hours=-1), timedelta(microseconds=1), timedelta(hours=1)]
)
async def test_revisions_grow_whatever_the_clock_does(scene: Scene, step: timedelta) -> None:
    clock = FrozenClock()
    started = clock.now_us()
    for number in range(1, 5):
        owner = event(LeadUpdated(properties={"country": f"C{number}"}), "contact/1", number)
        await scene.put(owner, event(LeadOwnerChanged(owner=f"o{number}"), "contact/1", number + 10))
        await scene.stage(scoring_handler(clock)).drain()
        await scene.stage(attribution_handler(clock)).drain()
        clock.advance(step)
    sent = sorted({one.revision: one.body for one in published(scene.bus, LEAD_CONCLUDED)}.items())
    assert sent[0][0] == started
    assert len(sent) >= 4
    assert len({body for _, body in sent}) == len(sent)
    by_clock = [started + number * max(1, step // timedelta(microseconds=1)) for number in range(4)]
    if step > timedelta(0):
        assert set(by_clock) <= {revision for revision, _ in sent}
    else:
        assert [revision for revision, _ in sent] == [started + number for number in range(len(sent))]
