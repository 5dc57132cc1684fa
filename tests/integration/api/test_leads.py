"""`/v1/leads`, one lead and its trace, and `/v1/intake/{id}`."""

from datetime import timedelta
from uuid import uuid5

import httpx

from leadtrace.events.deal import DealWon
from leadtrace.events.lead import LeadCaptured, Stage
from leadtrace.events.personal import Personal
from leadtrace.events.snapshots import Contribution, DealShare, DealStatus, LeadScore, ScorePoint
from leadtrace.store.engine import connect
from leadtrace.testing.builders import DAY_ZERO, event
from tests.integration.api.ingested import INTAKE, accept, store_event
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DEFINITION, at, deal, deal_id, lead_id, outcome, record

SCORE = LeadScore(
    lead_id=lead_id(1),
    definition=DEFINITION,
    at=at(1),
    fit=35_000,
    intent=17_500,
    band="warm",
    grade="B2",
    fit_contributions=(Contribution("industry", 35_000, "industry is logistics"),),
    intent_contributions=(Contribution("demo", 15_000), Contribution("pricing", 2_500)),
    timeline=(ScorePoint(at(0), 35_000, 0, "cold"), ScorePoint(at(1), 35_000, 17_500, "warm")),
)
SHARE = DealShare(deal_id(1), DealStatus.WON, share=5_000, currency="EUR", closed_at=at(9))
LEAD = outcome(1, (Stage.LEAD, 0), (Stage.CUSTOMER, 9), deals=[SHARE], owner="anna", won_at=at(9))


async def test_one_lead_with_its_explained_score_and_its_deals(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(LEAD, 1), record(SCORE, 1), record(deal(1, 8_000, (1, 5_000)), 1)])
    lead = (await client.get(f"/v1/leads/{lead_id(1)}")).json()
    assert lead["dimensions"]["channel"] == "paid_search"
    assert lead["dimensions"]["owner"] == "anna"
    assert lead["stage"] == "customer"
    score = lead["score"]
    assert (score["fit"], score["intent"], score["total"]) == (35.0, 17.5, 52.5)
    assert sum(reason["points"] for reason in score["intent_reasons"]) == score["intent"]
    assert lead["deals"] == [
        {
            "deal_id": deal_id(1),
            "status": "won",
            "share": {"amount": "50.00", "currency": "EUR"},
            "amount": {"amount": "80.00", "currency": "EUR"},
            "closed_at": "2026-01-10T00:00:00Z",
            "money": [
                {
                    "kind": "win",
                    "at": "2026-01-10T00:00:00Z",
                    "amount": {"amount": "50.00", "currency": "EUR"},
                    "counted": {"amount": "50.00", "currency": "EUR"},
                }
            ],
            "reason": None,
            "flags": [],
        }
    ]
    assert lead["revenue"] == [{"amount": "50.00", "currency": "EUR"}]


async def test_a_lead_of_which_only_the_score_arrived_is_told_as_far_as_it_is_known(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(SCORE, 1)])
    lead = (await client.get(f"/v1/leads/{lead_id(1)}")).json()
    assert (lead["status"], lead["score"]["total"]) == ("visitor", 52.5)
    assert (await client.get("/v1/leads")).json()["leads"] == []


async def test_an_absorbed_lead_leads_on(client: httpx.AsyncClient, projection: Projection) -> None:
    await projection.take([record(LEAD, 1), record(outcome(2, redirect_to=lead_id(1)), 1)])
    for tail in ("", "/trace"):
        answer = await client.get(f"/v1/leads/{lead_id(2)}{tail}")
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/v1/leads/{lead_id(1)}{tail}"


async def test_pages_hold_every_lead_once_newest_first(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take(
        [record(outcome(n, (Stage.LEAD, n // 3), captured=n // 3), 1) for n in range(1, 12)]
    )
    seen, link = [], "/v1/leads?limit=4&channel=paid_search"
    while link:
        page = (await client.get(link)).json()
        seen += [lead["lead_id"] for lead in page["leads"]]
        link = page["next"]
    assert len(seen) == 11
    assert seen == sorted(seen, key=lambda one: (int(one[-12:], 16) // 3, one), reverse=True)


async def test_trace_tells_everything_in_order_and_hides_the_person(
    client: httpx.AsyncClient, projection: Projection, database_url: str
) -> None:
    await projection.take([record(LEAD, 1), record(SCORE, 1)])
    person = Personal(email="ann@example.com", other={"x": "y"})
    data = LeadCaptured(properties={"country": "DE"}, personal=person)
    captured = event(data, "contact/1", 1, partitionkey=lead_id(1))
    owned = event(DealWon("closedwon"), "deal/1", 2, at=DAY_ZERO + timedelta(days=9), partitionkey=deal_id(1))
    elsewhere = event(DealWon("closedwon"), "deal/2", 3, partitionkey=deal_id(2))
    connection = await connect(database_url)
    await store_event(connection, captured)
    await store_event(connection, owned)
    await store_event(connection, elsewhere)
    await connection.close()
    answer = await client.get(f"/v1/leads/{lead_id(1)}/trace")
    assert "ann@example.com" not in answer.text
    entries = answer.json()["entries"]
    assert [(entry["kind"], entry["at"][:10], entry["dwell_s"]) for entry in entries] == [
        ("score", "2026-01-01", 86_400.0),
        ("stage", "2026-01-01", 9 * 86_400.0),
        ("event", "2026-01-01", 9 * 86_400.0 - 60),
        ("score", "2026-01-02", None),
        ("event", "2026-01-10", None),
        ("stage", "2026-01-10", None),
        ("deal", "2026-01-10", None),
    ]
    first = entries[2]
    assert first["data"] == {
        "properties": {"country": "DE"},
        "personal": {"email": "***", "other": {"x": "***"}},
    }
    assert (first["raw_id"], first["mapping"], first["subject"]) == (str(INTAKE), "m1", "contact/1")


async def test_intake_tells_the_fate_of_each_item(client: httpx.AsyncClient, database_url: str) -> None:
    connection = await connect(database_url)
    await accept(connection, DAY_ZERO)
    await connection.close()
    answer = (await client.get(f"/v1/intake/{INTAKE}")).json()
    assert (answer["sender"], answer["state"], answer["accepted_items"]) == ("hubspot", "done", 2)
    assert answer["outcomes"]["items"][0]["outcome"] == "duplicate"


async def test_what_is_not_there_is_a_problem_that_says_where_to_look(client: httpx.AsyncClient) -> None:
    unknown = uuid5(INTAKE, "unknown")
    paths = (f"/v1/leads/{unknown}", f"/v1/leads/{unknown}/trace", f"/v1/intake/{unknown}", "/v1/nothing")
    for path in paths:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]
