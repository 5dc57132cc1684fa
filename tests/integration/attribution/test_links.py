"""Deals and their leads: linked in any order, moved, shared, deleted; each lead knows what is its own."""

import json
from typing import Any

import pytest

from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLinked,
    DealRestored,
    DealUnlinked,
    DealUpdated,
    DealWon,
)
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured
from leadtrace.testing.builders import entity_of, event, lead_ref
from tests.integration.chain.scene import Scene, attribution_handler

_ONE, _TWO, _DEAL = entity_of("contact/1"), entity_of("contact/2"), entity_of("deal/1")
_CAPTURES = [event(LeadCaptured(), "contact/1", 1), event(LeadCaptured(), "contact/2", 2)]
_WON = [
    event(DealCreated(), "deal/1", 3),
    event(DealUpdated(amount="100.01", currency="EUR"), "deal/1", 4),
    event(DealWon(claimed="closedwon"), "deal/1", 5),
]
_LINK_ONE = event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 6)
_LINK_TWO = event(DealLinked(lead=lead_ref("contact/2")), "deal/1", 7)
_LEAVE_ONE = event(DealUnlinked(lead=lead_ref("contact/1")), "deal/1", 8)


async def _read(scene: Scene, *batches: list[Event]) -> dict[Any, dict[str, Any]]:
    """The snapshots by entity after these batches."""
    for batch in batches:
        await scene.put(*batch)
        await scene.stage(attribution_handler()).drain()
    return {entity: json.loads(body) for _, entity, body in await scene.bodies()}


def _shares(outcome: dict[str, Any]) -> list[tuple[str, int]]:
    return [(share["status"], share.get("share", 0)) for share in outcome.get("deals", [])]


async def test_a_deal_before_its_contact_makes_the_lead_and_the_capture_completes_it(scene: Scene) -> None:
    held = await _read(scene, [*_WON, _LINK_ONE])
    assert held[_ONE]["status"] == "won"
    assert "unhydrated" in held[_ONE]["flags"]
    held = await _read(scene, _CAPTURES[:1])
    assert held[_ONE]["status"] == "won"
    assert "flags" not in held[_ONE]


async def test_two_leads_of_one_deal_share_it_to_the_cent(scene: Scene) -> None:
    held = await _read(scene, [*_CAPTURES, *_WON], [_LINK_ONE], [_LINK_TWO])
    shares = sorted((*_shares(held[_ONE]), *_shares(held[_TWO])))
    assert shares == [("won", 5_000), ("won", 5_001)]
    assert sum(lead["share"] for lead in held[_DEAL]["leads"]) == held[_DEAL]["amount"] == 10_001


async def test_a_deal_that_moves_takes_the_customer_along(scene: Scene) -> None:
    held = await _read(scene, [*_CAPTURES, *_WON, _LINK_ONE], [_LINK_TWO, _LEAVE_ONE])
    assert (held[_ONE]["status"], _shares(held[_ONE])) == ("open", [])
    assert (held[_TWO]["status"], _shares(held[_TWO])) == ("won", [("won", 10_001)])


async def test_a_lead_that_is_linked_again_is_a_customer_again(scene: Scene) -> None:
    again = event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 9)
    held = await _read(scene, [*_CAPTURES, *_WON, _LINK_ONE], [_LEAVE_ONE], [again])
    assert (held[_ONE]["status"], _shares(held[_ONE])) == ("won", [("won", 10_001)])


async def test_a_deleted_deal_takes_the_customer_away_and_its_return_brings_it_back(scene: Scene) -> None:
    delete, restore = event(DealDeleted(), "deal/1", 9), event(DealRestored(), "deal/1", 10)
    held = await _read(scene, [*_CAPTURES, *_WON, _LINK_ONE, _LINK_TWO], [delete])
    assert [held[lead]["status"] for lead in (_ONE, _TWO)] == ["open", "open"]
    assert held[_DEAL]["status"] == "deleted"
    held = await _read(scene, [restore])
    assert [held[lead]["status"] for lead in (_ONE, _TWO)] == ["won", "won"]


async def test_a_changed_amount_reaches_every_lead_and_only_once(scene: Scene) -> None:
    held = await _read(scene, [*_CAPTURES, *_WON, _LINK_ONE, _LINK_TWO])
    revisions = await scene.row("select array_agg(revision order by lead_id) from attribution.leads")
    same = event(DealUpdated(amount="100.010", currency="EUR"), "deal/1", 9)
    await _read(scene, [same])
    assert await scene.row("select array_agg(event_count) from attribution.deals") == ([6],)
    held = await _read(scene, [event(DealUpdated(amount="50.00"), "deal/1", 10)])
    assert [_shares(held[lead]) for lead in (_ONE, _TWO)] == [[("won", 2_500)], [("won", 2_500)]]
    later = await scene.row("select array_agg(revision order by lead_id) from attribution.leads")
    assert all(new > old for new, old in zip(later[0], revisions[0], strict=True))


@pytest.mark.parametrize("captured", [[], _CAPTURES[:1]])
async def test_link_and_unlink_leave_in_one_batch_what_they_leave_in_two(
    scene: Scene, captured: list[Event]
) -> None:
    whole = await _read(scene, [*captured, *_WON, _LINK_ONE, _LEAVE_ONE])
    await scene.empty()
    parts = await _read(scene, captured, _WON, [_LINK_ONE], [_LEAVE_ONE])
    assert parts == whole
    assert whole[_ONE].get("status", "visitor") == ("open" if captured else "visitor")


async def test_an_early_unlink_that_comes_late_changes_nothing_for_the_later_link(scene: Scene) -> None:
    late = event(DealUnlinked(lead=lead_ref("contact/1")), "deal/1", 20, at=_WON[0].time)
    held = await _read(scene, [*_CAPTURES, *_WON, _LINK_ONE], [late])
    assert held[_ONE]["status"] == "won"
