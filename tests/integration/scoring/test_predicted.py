"""Predictions in the bodies that others read: by the model that stands, published anew as it changes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from leadtrace.events.lead import LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import LEAD_SCORED, LeadScore, Predicted
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.settings_prediction import Prediction
from leadtrace.testing.builders import entity_of, event
from leadtrace.testing.published import newest, published
from tests.integration.chain.scene import Scene
from tests.integration.scoring.trained import CONFIG, LATE, Company, company, open_lead

LEADS = 420
FISHING, MINING = LEADS + 1, LEADS + 2
_BODY = "select body from scoring.leads where lead_id = $1"
_MODELS = "select model_version, count(*) from scoring.leads group by 1 order by 1"
_DECODER = msgspec.json.Decoder(LeadScore)


async def trained(scene: Scene) -> Company:
    """A company with two open leads, and a model that speaks but has not been heard yet."""
    made = Company(scene)
    await made.live([*company(LEADS), *open_lead(FISHING, "fishing"), *open_lead(MINING, "mining")])
    await made.train()
    assert await made.versions() == [(1, True)]
    return made


async def predicted(scene: Scene, number: int) -> Predicted | None:
    """What is said of a lead."""
    return _DECODER.decode(await scene.pool.fetchval(_BODY, entity_of(f"contact/{number}"))).predicted


async def rows(scene: Scene) -> Mapping[UUID, tuple[Any, ...]]:
    """Every row as others read it."""
    found = await scene.pool.fetch("select lead_id, revision, body from scoring.leads")
    return {row[0]: (row[1], row[2]) for row in found}


async def test_a_model_that_begins_to_speak_is_heard_of_every_open_lead(scene: Scene) -> None:
    made = await trained(scene)
    assert await predicted(scene, FISHING) is None
    before = await rows(scene)
    assert await made.refold() == LEADS + 2
    assert await made.refold() == 0
    fishing, mining = await predicted(scene, FISHING), await predicted(scene, MINING)
    assert fishing is not None
    assert mining is not None
    assert fishing.probability > 0.6
    assert mining.probability < 0.4
    for one in (fishing, mining):
        assert sum(part.micro for part in one.parts) == one.log_odds
        assert (one.model_version, one.horizon_days) == (1, CONFIG.horizon_days)
    assert "industry is fishing" in [part.because for part in fishing.parts]
    # Those that have ended say what they said, under the number that they had.
    after = await rows(scene)
    assert {lead for lead, row in after.items() if row != before[lead]} == {
        entity_of(f"contact/{number}") for number in (FISHING, MINING)
    }
    told = newest(published(scene.bus, LEAD_SCORED))
    assert {lead: (one.revision, one.body) for lead, one in told.items()} == after


async def test_an_event_is_scored_by_the_model_that_stands_in_its_transaction(scene: Scene) -> None:
    made = await trained(scene)
    touch = TouchpointRecorded(channel="email")
    at = LATE + timedelta(days=1)
    await made.live([event(touch, f"contact/{FISHING}", 99_000, at=at, recorded=at)])
    first = await predicted(scene, FISHING)
    assert first is not None
    assert await predicted(scene, MINING) is None
    await scene.pool.execute("update scoring.models set retired_at = now()")
    await made.live([event(touch, f"contact/{FISHING}", 99_001, at=at, recorded=at)])
    assert await predicted(scene, FISHING) is None


async def test_who_has_won_or_lost_is_not_predicted_until_it_is_open_again(scene: Scene) -> None:
    made = await trained(scene)
    await made.refold()
    said = []
    for place, stage in enumerate((Stage.LOST, Stage.RECYCLED, Stage.CUSTOMER, Stage.OPPORTUNITY)):
        at = LATE + timedelta(days=place + 1)
        claim = LeadStageChanged(stage=stage, claimed=stage.value)
        await made.live([event(claim, f"contact/{MINING}", 99_000 + place, at=at, recorded=at)])
        said.append(await predicted(scene, MINING) is not None)
    assert said == [False, True, False, False]


@pytest.mark.parametrize("retired", [True, False])
async def test_another_model_refolds_and_publishes_every_open_lead(scene: Scene, *, retired: bool) -> None:
    """A model that is retired leaves nothing; the next one puts its own in the place."""
    made = await trained(scene)
    await made.refold()
    before = await rows(scene)
    if retired:
        made.config = Prediction(**{**CONFIG.model_dump(), "fewest_wins": 5_000})
    else:
        # Nine more have ended, and all of them otherwise than the others.
        for number in range(1, 10):
            at = LATE + timedelta(hours=number)
            won = LeadStageChanged(stage=Stage.CUSTOMER, claimed="won")
            told = event(won, f"contact/{number}", 98_000 + number, at=at, recorded=at)
            await made.live([told])
    await made.train()
    speaks = 0 if retired else 2
    assert [one for one, active in await made.versions() if active] == ([] if retired else [2])
    assert await made.refold() == LEADS + 2
    said = await predicted(scene, FISHING)
    assert (said.model_version if said else 0) == speaks
    after = await rows(scene)
    for number in (FISHING, MINING):
        lead = entity_of(f"contact/{number}")
        assert after[lead][0] > before[lead][0]
        assert newest(published(scene.bus, LEAD_SCORED))[lead].body == after[lead][1]
    assert [tuple(row) for row in await scene.pool.fetch(_MODELS)] == [(speaks, LEADS + 2)]


async def test_a_lead_that_does_not_fold_is_not_tried_every_minute(scene: Scene) -> None:
    made = await trained(scene)
    await scene.pool.execute(
        "update scoring.leads set stuck_error = 'broken', state = null where lead_id = $1",
        entity_of(f"contact/{MINING}"),
    )
    assert await made.refold() == LEADS + 1
    assert await made.refold() == 0


async def test_a_model_whose_bytes_are_another_is_not_heard(scene: Scene) -> None:
    made = await trained(scene)
    await scene.pool.execute("update scoring.models set hash = 'another'")
    assert await made.refold() == LEADS + 2
    assert await predicted(scene, FISHING) is None
    assert await made.refold() == 0


async def test_turned_off_nothing_is_kept_or_predicted(scene: Scene) -> None:
    made = Company(scene, Prediction(enabled=False))
    assert not await made.trainer.ask("a test")
    await made.live(open_lead(1, "fishing"))
    size = await scene.pool.fetchval("select length(state) from scoring.leads")
    await scene.empty()
    made.config = CONFIG
    await made.live(open_lead(1, "fishing"))
    assert await scene.pool.fetchval("select length(state) from scoring.leads") > size


async def test_what_is_told_late_changes_what_is_predicted(scene: Scene) -> None:
    """A fact that sorts before the latest has the set folded anew, and the features with it."""
    made = await trained(scene)
    await made.refold()
    at = LATE - timedelta(days=3)
    update = LeadUpdated(properties={"industry": "mining"})
    first = await predicted(scene, FISHING)
    await made.live([event(update, f"contact/{FISHING}", 99_000, at=at, recorded=LATE)])
    late = await predicted(scene, FISHING)
    assert first is not None
    assert late is not None
    # The industry told last still holds; only how long the lead is known is another.
    assert {part.feature for part in late.parts} >= {"industry"}
    assert [part.micro for part in first.parts if part.feature == "industry"] == [
        part.micro for part in late.parts if part.feature == "industry"
    ]
