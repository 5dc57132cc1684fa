"""A fold that raises: its row waits, its neighbours go on, a rebuild after the fix heals it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_state import DealState
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_state import LeadState
from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadStageChanged, LeadUpdated, Stage
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder, RefoldResult
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import entity_of, event, lead_ref
from leadtrace_attribution.handlers import NOTED_DEALS, NOTED_LEADS
from leadtrace_attribution.store import STUCK_DEALS
from leadtrace_attribution.store import STUCK_LEADS as STUCK_OUTCOMES
from leadtrace_scoring.store import STUCK_LEADS as STUCK_SCORES
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_BAD, _GOOD, _DEAL = entity_of("contact/1"), entity_of("contact/2"), entity_of("deal/1")
_EVENTS = [
    event(LeadCaptured(properties={"country": "DE"}), "contact/1", 1),
    event(LeadCaptured(), "contact/2", 2),
    event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 3),
    event(DealCreated(), "deal/1", 4),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 5),
    event(DealLinked(lead=lead_ref("contact/2")), "deal/1", 6),
    event(DealUpdated(amount="99.99", currency="EUR"), "deal/1", 7),
    event(DealWon(claimed="closedwon"), "deal/1", 8),
]
_MORE = [
    event(LeadOwnerChanged(owner="anna"), "contact/1", 9),
    event(LeadStageChanged(stage=Stage.MARKETING_QUALIFIED, claimed="mql"), "contact/2", 10),
    event(DealUpdated(amount="50.00"), "deal/1", 11),
]
_STUCK = (
    "select count(*), count(*) filter (where stuck_error is not null), sum(event_count)::int,"
    " max(stuck_error) from {}"
)


@contextmanager
def _defective() -> Iterator[None]:
    """Code that cannot fold an update of a lead, nor the win of a deal."""
    lead_step, deal_step, score_step = LeadFold.step, DealFold.step, ScoreFold.step

    def step_lead(self: LeadFold, state: LeadState, fact: Fact) -> None:
        _raise_on(fact, "e3")
        lead_step(self, state, fact)

    def step_deal(self: DealFold, state: DealState, fact: Fact) -> None:
        _raise_on(fact, "e8")
        deal_step(self, state, fact)

    def step_score(self: ScoreFold, state: ScoreState, fact: Fact) -> None:
        _raise_on(fact, "e3")
        score_step(self, state, fact)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LeadFold, "step", step_lead)
        patch.setattr(DealFold, "step", step_deal)
        patch.setattr(ScoreFold, "step", step_score)
        yield


def _raise_on(fact: Fact, identity: str) -> None:
    if fact.id == identity:
        raise ZeroDivisionError(f"a defect \x00 met {identity}")


async def _rebuild(scene: Scene) -> list[RefoldResult]:
    publisher = Publisher(scene.bus, StopSignal())
    ids = SystemIds(SystemClock())
    scores, outcomes = {NOTED_LEADS: STUCK_SCORES}, {NOTED_DEALS: STUCK_DEALS, NOTED_LEADS: STUCK_OUTCOMES}
    scoring = Refolder("scoring", scene.pool, scoring_handler(), publisher, ids, scores)
    attribution = Refolder("attribution", scene.pool, attribution_handler(), publisher, ids, outcomes)
    return [*await scoring.rebuild_stuck(), *await attribution.rebuild_stuck()]


async def _run(scene: Scene, *batches: list[Event]) -> None:
    for batch in batches:
        await scene.put(*batch)
        await scene.settle()


async def test_the_row_waits_with_its_error_and_the_batch_goes_on(scene: Scene) -> None:
    with _defective():
        await _run(scene, _EVENTS)
    said = "ZeroDivisionError: a defect \ufffd met {}"
    assert await scene.row(_STUCK.format("scoring.leads")) == (2, 1, 3, said.format("e3"))
    assert await scene.row(_STUCK.format("attribution.leads")) == (2, 1, 3, said.format("e3"))
    assert await scene.row(_STUCK.format("attribution.deals")) == (1, 1, 5, said.format("e8"))
    assert await scene.row("select count(*) from attribution.seen") == (8,)
    assert await scene.row("select count(*) from attribution.dead_letters") == (0,)
    assert {entity for _, entity, _ in scene.read_by_others()} == {_GOOD}
    assert await scene.row("select lead_id from scoring.pub_leads where stuck_error is not null") == (_BAD,)


async def test_events_go_on_being_kept_while_it_waits(scene: Scene) -> None:
    with _defective():
        await _run(scene, _EVENTS[:3], _EVENTS[3:], _MORE)
    assert (await scene.row(_STUCK.format("scoring.leads")))[:3] == (2, 1, 5)
    assert (await scene.row(_STUCK.format("attribution.leads")))[:3] == (2, 1, 5)
    assert (await scene.row(_STUCK.format("attribution.deals")))[:3] == (1, 1, 6)


async def test_a_rebuild_before_the_fix_changes_nothing(scene: Scene) -> None:
    with _defective():
        await _run(scene, _EVENTS)
        before = await scene.bodies()
        assert await _rebuild(scene) == [
            RefoldResult("leads", 1, 1),
            RefoldResult("deals", 1, 1),
            RefoldResult("leads", 1, 1),
        ]
    assert await scene.bodies() == before
    assert (await scene.row(_STUCK.format("attribution.deals")))[:3] == (1, 1, 5)


@pytest.mark.parametrize("batches", [[_EVENTS, _MORE], [_EVENTS[:2], _EVENTS[2:6], [*_EVENTS[6:], *_MORE]]])
async def test_a_rebuild_after_the_fix_publishes_what_a_clean_run_would(
    scene: Scene, batches: list[list[Event]]
) -> None:
    clean = await scene.clean([*_EVENTS, *_MORE])
    with _defective():
        await _run(scene, *batches)
    assert await scene.bodies() != clean
    assert await _rebuild(scene) == [
        RefoldResult("leads", 1, 0),
        RefoldResult("deals", 1, 0),
        RefoldResult("leads", 1, 0),
    ]
    await scene.stage(attribution_handler()).drain()
    assert await scene.bodies() == clean
    assert scene.read_by_others() == clean
    assert await scene.row("select count(*) from attribution.notes where kind <> 'leads'") == (0,)
    assert await _rebuild(scene) == [
        RefoldResult("leads", 0, 0),
        *[RefoldResult(k, 0, 0) for k in ("deals", "leads")],
    ]


async def test_the_next_event_after_the_fix_heals_it_without_a_rebuild(scene: Scene) -> None:
    clean = await scene.clean([*_EVENTS, *_MORE])
    with _defective():
        await _run(scene, _EVENTS)
    await _run(scene, _MORE)
    assert await scene.bodies() == clean
    assert await _rebuild(scene) == [
        RefoldResult("leads", 0, 0),
        RefoldResult("deals", 0, 0),
        RefoldResult("leads", 0, 0),
    ]


async def test_a_snapshot_beyond_its_bound_waits_like_a_fold_that_raises(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadtrace.runtime.derive.LARGEST_BODY_BYTES", 1_400)
    long = event(LeadOwnerChanged(owner="o" * 1_000), "contact/1", 3)
    await _run(scene, [*_EVENTS[:2], long])
    error, count = await scene.row(
        "select stuck_error, event_count from attribution.leads where lead_id = $1", _BAD
    )
    assert error.startswith("BodyTooLargeError: the body has 1,")
    assert count == 2
    assert await scene.row("select count(*) from attribution.leads where body is not null") == (1,)
    await _run(scene, _MORE[:1])
    assert await scene.row("select count(*) from attribution.leads where body is not null") == (2,)
