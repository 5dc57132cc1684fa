"""Scores in attribution: only those whose band or qualifications moved, whenever they come."""

import json
from typing import Any

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import LEAD_CONCLUDED, LEAD_SCORED, DefinitionRef, LeadScore, Qualification
from leadtrace.runtime.derive import body_of, record_of
from leadtrace.testing.builders import entity_of, event
from leadtrace.testing.chain import put
from leadtrace.testing.published import published
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_LEAD = entity_of("contact/1")
_DEFINITION = DefinitionRef("default", 1, "0" * 64)


def _score(revision: int, qualified_at: int, *, band: str = "warm", fit: int = 0) -> Outgoing:
    verdict = Qualification(Stage.MARKETING_QUALIFIED, 1_767_225_600_000_000, holds=band != "cold")
    score = LeadScore(
        lead_id=str(_LEAD), definition=_DEFINITION, at=1, fit=fit, band=band, qualifications=(verdict,)
    )
    return record_of(
        LEAD_SCORED,
        _LEAD,
        version=1,
        revision=revision,
        body=body_of(score),
        qualification_revision=qualified_at,
    )


async def _outcome(scene: Scene) -> dict[str, Any]:
    (body,) = await scene.row("select body from attribution.leads where lead_id = $1", _LEAD)
    outcome: dict[str, Any] = json.loads(body)
    return outcome


async def _read(scene: Scene, *records: Outgoing) -> int:
    """Let attribution read these; how many outcomes it has published by then."""
    await put(scene.bus, records)
    await scene.stage(attribution_handler()).drain()
    return len({one.revision for one in published(scene.bus, LEAD_CONCLUDED)})


async def test_a_score_whose_verdicts_did_not_move_is_skipped(scene: Scene) -> None:
    await scene.put(event(LeadCaptured(), "contact/1", 1))
    assert await _read(scene, _score(10, 10)) == 1
    written = await scene.row("select xmin::text, revision from attribution.leads")
    assert await _read(scene, _score(11, 10, fit=9_000), _score(12, 10, fit=1_000, band="hot")) == 1
    assert (await _outcome(scene))["band"] == "warm"
    assert (await scene.row("select revision from attribution.leads")) == written[1:]


async def test_an_older_score_never_replaces_a_newer_one(scene: Scene) -> None:
    await scene.put(event(LeadCaptured(), "contact/1", 1))
    await _read(scene, _score(20, 20, band="hot"))
    assert await _read(scene, _score(10, 10, band="cold")) == 1
    outcome = await _outcome(scene)
    assert outcome["band"] == "hot"
    assert await scene.row("select qualification_revision from attribution.leads") == (20,)


async def test_of_several_in_one_batch_the_newest_verdict_counts(scene: Scene) -> None:
    await scene.put(event(LeadCaptured(), "contact/1", 1))
    await _read(scene, _score(30, 30, band="hot"), _score(10, 10, band="cold"), _score(20, 20))
    assert (await _outcome(scene))["band"] == "hot"


async def test_a_score_before_the_events_of_its_lead_waits_without_a_snapshot(scene: Scene) -> None:
    assert await _read(scene, _score(10, 10, band="hot")) == 0
    assert await scene.row("select revision, body, event_count from attribution.leads") == (0, None, 0)
    await scene.put(event(LeadCaptured(), "contact/1", 1))
    assert await _read(scene) == 1
    outcome = await _outcome(scene)
    assert (outcome["band"], outcome["status"]) == ("hot", "open")
    assert outcome["qualifications"][0]["holds"] is True


async def test_the_same_outcome_comes_of_either_order(scene: Scene) -> None:
    events = [event(LeadCaptured(), "contact/1", 1), event(LeadOwnerChanged(owner="anna"), "contact/1", 2)]
    await _read(scene, _score(10, 10))
    await scene.put(*events)
    await _read(scene)
    score_first = await _outcome(scene)
    await scene.empty()
    await scene.put(*events)
    await _read(scene)
    await _read(scene, _score(10, 10))
    assert await _outcome(scene) == score_first


async def test_scoring_moves_the_qualification_revision_with_band_and_verdicts_only(scene: Scene) -> None:
    await scene.put(event(LeadCaptured(), "contact/1", 1))
    await scene.stage(scoring_handler()).drain()
    await scene.put(event(LeadOwnerChanged(owner="anna"), "contact/1", 2))
    await scene.stage(scoring_handler()).drain()
    await scene.put(event(LeadUpdated(properties={"company_domain": "acme.example"}), "contact/1", 3))
    await scene.stage(scoring_handler()).drain()
    sent = {one.revision: one for one in published(scene.bus, LEAD_SCORED)}
    first, second, third = (sent[revision] for revision in sorted(sent))
    assert first.qualification_revision == second.qualification_revision == first.revision
    assert third.qualification_revision == third.revision
    bodies = [msgspec.json.decode(one.body, type=LeadScore) for one in (first, second, third)]
    assert bodies[0].qualifications == bodies[1].qualifications != bodies[2].qualifications
