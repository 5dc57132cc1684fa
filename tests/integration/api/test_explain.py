"""`/v1/events/{id}/explain`: where an event came from, whose it is, and the numbers that it makes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.deal import DealCreated, DealLinked, DealRefunded, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, Stage
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.store.engine import connect
from leadtrace.testing.builders import DAY_ZERO, SOURCE, entity_of, event, lead_ref
from tests.integration.api.ingested import INTAKE, accept, store_event
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

MQL = LeadStageChanged(stage=Stage.MARKETING_QUALIFIED, claimed="mql")


async def told(client: httpx.AsyncClient, event_id: str, **parameters: str) -> dict[str, Any]:
    """The answer."""
    answer = await client.get(f"/v1/events/{event_id}/explain", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def metrics(explained: dict[str, Any], basis: str = "activity") -> dict[str, str]:
    """What the event adds to each metric."""
    return {one["metric"]: one["change"] for one in explained["counted"] if one["basis"] == basis}


def reasons(explained: dict[str, Any]) -> set[str]:
    """Why it counts in no others."""
    return {one["reason"] for one in explained["not_counted"]}


async def run(projection: Projection, events: Sequence[Event]) -> None:
    """Tell events to all services."""
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(events)


async def test_a_stage_counts_once_and_its_second_claim_says_nothing_new(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    later = DAY_ZERO + timedelta(days=1)
    captured = event(LeadCaptured(acquisition=Acquisition(channel="email")), "contact/1", 1)
    await run(projection, [captured, event(MQL, "contact/1", 2), event(MQL, "contact/1", 3, at=later)])
    first, second = await told(client, "e2"), await told(client, "e3")
    assert metrics(first)["mql_entered"] == "1"
    assert metrics(first)["inquiry_current"] == "-1"
    assert (metrics(second), reasons(second)) == ({}, {"says_nothing_new", "not_read"})
    capture = await told(client, "e1", source=SOURCE)
    assert metrics(capture)["inquiry_entered"] == "1"
    assert [(one["dimension"], one["key"]) for one in capture["dimensions"]] == [("channel", "email")]
    assert [one["fate"] for one in capture["readers"]] == ["applied", "applied"]
    assert [one["entity_id"] for one in capture["bound"]] == [str(entity_of("contact/1"))]


async def test_a_win_brings_its_leads_their_parts(projection: Projection, client: httpx.AsyncClient) -> None:
    deal = [
        event(LeadCaptured(), "contact/1", 1),
        event(LeadCaptured(), "contact/2", 2),
        event(DealCreated(), "deal/1", 3),
        event(DealUpdated(amount="100.01", currency="EUR"), "deal/1", 4),
        event(DealLinked(lead_ref("contact/1")), "deal/1", 5),
        event(DealLinked(lead_ref("contact/2")), "deal/1", 6),
        event(DealWon(claimed="won"), "deal/1", 7),
    ]
    refund = event(DealRefunded(amount="30"), "deal/1", 8, at=DAY_ZERO + timedelta(days=40))
    await run(projection, [*deal, refund])
    won = await told(client, "7")
    assert won["event_no"] == 7
    parts = [
        one["change"] for one in won["counted"] if (one["metric"], one["basis"]) == ("revenue", "cohort")
    ]
    assert sorted(parts) == ["35.00", "35.01"]
    assert [one["reader"] for one in won["readers"]] == ["attribution"]
    back = await told(client, "8")
    days = [(one["metric"], one["basis"], one["day"], one["change"]) for one in back["counted"]]
    assert days == 2 * [
        ("revenue", "activity", "2026-02-10", "-15.00"),
        ("revenue", "cohort", "2026-01-01", "-15.00"),
    ]


async def test_what_was_corrected_counts_no_more_and_says_by_what(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    wrong = EventCorrected("e2", "lead.stage_changed", Declaration.DID_NOT_OCCUR)
    await run(
        projection,
        [event(LeadCaptured(), "contact/1", 1), event(MQL, "contact/1", 2), event(wrong, "contact/1", 3)],
    )
    await projection.owner.execute(
        "insert into ingest.corrections (corrected_source, corrected_id, source, id, recorded_at) "
        "values ($1, 'e2', $1, 'e3', $2)",
        SOURCE,
        DAY_ZERO,
    )
    found = await told(client, "e2")
    assert (found["counts"], metrics(found), reasons(found)) == (False, {}, {"corrected"})
    assert [one["id"] for one in found["corrections"]] == ["e3"]
    assert metrics(await told(client, "e3"))["mql_entered"] == "-1"


async def test_visitors_and_unlinked_deals_count_nowhere(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    touch = TouchpointRecorded(channel="email", signal="demo_request")
    await run(
        projection,
        [event(touch, "user/1", 1), event(MQL, "user/2", 2), event(DealWon(claimed="won"), "deal/1", 3)],
    )
    touched = await told(client, "e1")
    assert (metrics(touched), reasons(touched)) == ({}, {"not_read"})
    assert touched["scored"][0]["intent"] > 0
    assert reasons(await told(client, "e3")) == {"unlinked"}


async def test_what_is_on_its_way_is_pending_and_its_copies_are_named(
    client: httpx.AsyncClient, database_url: str
) -> None:
    connection = await connect(database_url)
    await store_event(connection, event(LeadCaptured(), "contact/1", 1))
    await accept(connection, DAY_ZERO)
    await connection.execute(
        "insert into ingest.intake (intake_id, sender, received_at, items, headers, body, state, outcomes) "
        "values ('0198e6d4-8c00-7000-8000-000000000009', 'hubspot', $1, 1, '{}', '', 'done', $2)",
        DAY_ZERO,
        f'{{"duplicate": 1, "items": [{{"item": 4, "outcome": "duplicate", "of": "{INTAKE}:1"}}]}}',
    )
    await connection.close()
    found = await told(client, "e1")
    assert {one["fate"] for one in found["readers"]} == {"pending"}
    assert (found["accepted"]["sender"], found["accepted"]["item"]) == ("hubspot", 1)
    assert [(one["intake_id"][:13], one["item"]) for one in found["copies"]] == [("0198e6d4-8c00", 4)]
    assert found["mapping"] == "m1"


async def test_an_id_of_two_sources_asks_which_and_an_unknown_one_says_where_to_look(
    client: httpx.AsyncClient, database_url: str
) -> None:
    connection = await connect(database_url)
    await store_event(connection, event(LeadCaptured(), "contact/1", 1))
    await store_event(connection, event(LeadCaptured(), "contact/1", 2, id="e1", source="other"))
    await connection.close()
    several = await client.get("/v1/events/e1/explain")
    assert (several.status_code, several.json()["parameter"]) == (400, "source")
    assert (await told(client, "e1", source="other"))["event_no"] == 2
    for unknown in ("nothing", "99", "%00", "9" * 300):
        answer = await client.get(f"/v1/events/{unknown}/explain")
        assert answer.status_code == 404
        assert answer.json()["remedy"]


@pytest.mark.usefixtures("projection")
@settings(
    deadline=None,
    max_examples=5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(world=moved_worlds(hours_late=(0, 0, 1, -1, 30)))
async def test_every_event_of_any_world_can_be_explained(
    projection: Projection, client: httpx.AsyncClient, world: list[Event]
) -> None:
    await run(projection, world)
    for made in world:
        found = await told(client, made.eventno)
        counted = {one["metric"].rpartition("_")[2] for one in found["counted"]}
        assert counted.isdisjoint(one["measure"] for one in found["not_counted"])
        assert counted | {one["measure"] for one in found["not_counted"]} >= {"entered", "revenue"}
