"""`/v1/deals/{id}/credits`: one deal, its journey and what each model gives of it."""

from typing import Any

import httpx

from leadtrace.events.binding import DealRebound, Rebound
from leadtrace.testing.builders import SOURCE, entity_of, event
from tests.integration.api.crediting import PER_DEAL, tell
from tests.integration.api.projection import Projection
from tests.integration.api.test_attribution import WON_DAY, told


async def credits_of(client: httpx.AsyncClient, subject: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/deals/{entity_of(subject)}/credits")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_each_model_gives_one_deal_and_what_is_left_of_its_money(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await tell(projection, told())
    found = await credits_of(client, "deal/1")
    assert (found["status"], found["deal_id"]) == ("won", str(entity_of("deal/1")))
    assert list(found["total"]["models"]) == PER_DEAL.split(",")
    assert {
        (one["deals"], one["revenue"]["amount"], *one["unconverted"])
        for one in found["total"]["models"].values()
    } == {("1.000000", "60.00")}
    linear = {
        (one["key"]["channel"], one["key"]["campaign"]): one["models"]["linear"]["revenue"]["amount"]
        for one in found["credits"]
    }
    assert linear == {("search", "brand"): "20.00", ("email", "news"): "20.00", ("social", "brand"): "20.00"}
    assert found["leads"] == [
        {
            "lead_id": str(entity_of("contact/1")),
            "role": None,
            "share": {"amount": "60.00", "currency": "EUR"},
        }
    ]


async def test_the_journey_is_told_touch_by_touch(projection: Projection, client: httpx.AsyncClient) -> None:
    await tell(projection, told())
    journey = (await credits_of(client, "deal/1"))["journey"]
    assert [(one["place"], one["channel"], one["campaign"]) for one in journey.pop("path")] == [
        (1, "search", "brand"),
        (2, "email", "news"),
        (3, "social", "brand"),
    ]
    assert journey == {
        "outcome": "won",
        "ended_on": WON_DAY,
        "touches": 3,
        "cut": False,
        "missing_milestones": [],
    }
    lost = await credits_of(client, "deal/4")
    assert (lost["status"], lost["journey"]["outcome"], lost["credits"], lost["total"]["models"]) == (
        "lost",
        "lost",
        [],
        {model: _nothing() for model in PER_DEAL.split(",")},
    )
    nobody = (await credits_of(client, "deal/3"))["credits"]
    assert [(one["attributed"], one["models"]["linear"]["revenue"]["amount"]) for one in nobody] == [
        (False, "9.99")
    ]


async def test_a_deal_that_was_merged_answers_under_the_other_one(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    absorbed, survivor = entity_of("deal/1"), entity_of("deal/2")
    bound = Rebound(SOURCE, "deal/1", str(absorbed), str(absorbed), str(survivor), 2)
    merged = [
        event(
            DealRebound(bindings=(bound,)),
            f"rebound/{place}",
            900 + place,
            source="ingest",
            partitionkey=str(one),
        )
        for place, one in enumerate((absorbed, survivor))
    ]
    await tell(projection, [*told(), *merged])
    answer = await client.get(f"/v1/deals/{absorbed}/credits")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/deals/{survivor}/credits")
    found = await credits_of(client, "deal/2")
    assert found["total"]["models"]["linear"]["deals"] == "1.000000"
    assert {one["key"]["channel"] for one in found["credits"]} == {"search", "email", "social"}


async def test_a_deal_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    problem = (await client.get(f"/v1/deals/{entity_of('deal/9')}/credits")).json()
    assert (problem["status"], problem["parameter"]) == (404, "deal_id")


def _nothing() -> dict[str, Any]:
    return {"deals": "0.000000", "revenue": {"amount": "0.00", "currency": "EUR"}, "unconverted": []}
