"""Attribution held against what was spent: returns by model, and verdicts that no choice of model changes."""

import csv
import io
from typing import Any

import httpx
import pytest
import pytest_asyncio

from leadtrace.events.spend import SpendKind
from tests.integration.api.crediting import PATH, asked, tell
from tests.integration.api.projection import Projection
from tests.integration.api.spending import posted, spent
from tests.integration.api.test_attribution import told

_DAYS = (0, 30)
_THREE = "first_touch,last_touch,linear"


@pytest_asyncio.fixture(autouse=True)
async def story(projection: Projection) -> None:
    """The deals that `told` tells of, and what was spent before them."""
    rows = (
        spent(_DAYS, "15.00", channel="search", campaign="brand"),
        spent(_DAYS, "5.00", channel="search", campaign="generic"),
        spent(_DAYS, "10.00", channel="email"),
        spent(_DAYS, "5.00", channel="fair"),
        spent(_DAYS, "8.00", channel="social", kind=SpendKind.SALES),
        spent(_DAYS, "1.00", "GBP"),
    )
    await tell(projection, [*told(), posted(500, _DAYS, *rows)])


def by_channel(answer: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    return {one["key"]["channel"]: one for one in answer["groups"] if one["attributed"]}


async def test_returns_are_revenue_by_media_spend(client: httpx.AsyncClient) -> None:
    """What was spent on sales is in no return, and a channel that won nothing keeps its spend."""
    answer = await asked(client, model=_THREE)
    groups = by_channel(answer)
    assert {name: one["spend"] and one["spend"]["amount"] for name, one in groups.items()} == {
        "search": "20.00",
        "email": "10.00",
        "social": None,
        "fair": "5.00",
        None: "0.00",
    }
    assert groups["search"]["roas"] == {"first_touch": 5.5005, "last_touch": 2.5005, "linear": 3.5005}
    assert groups["email"]["roas"] == {"first_touch": 0.0, "last_touch": 0.0, "linear": 2.0}
    assert groups["fair"]["roas"] == dict.fromkeys(_THREE.split(","), 0.0)
    assert groups["social"]["roas"] is None
    assert groups[None]["spend_unconverted"] == [{"amount": "1.00", "currency": "GBP"}]
    assert groups[None]["roas"] == dict.fromkeys(_THREE.split(","))
    assert answer["total"]["spend"]["amount"] == "35.00"
    assert answer["groups"][-1]["attributed"] is False
    assert answer["groups"][-1]["spend"] is None


async def test_a_verdict_is_what_every_model_says(client: httpx.AsyncClient) -> None:
    groups = by_channel(await asked(client, model=_THREE, target_roas="3"))
    assert {name: one["verdict"] for name, one in groups.items()} == {
        "search": "model_dependent",
        "email": "robust_cut",
        "social": None,
        "fair": "robust_cut",
        None: None,
    }
    lower = await asked(client, model=_THREE, target_roas="2.5005")
    assert by_channel(lower)["search"]["verdict"] == "robust_keep"
    assert lower["query"]["target_roas"] == "2.5005"


async def test_nothing_is_said_without_a_target_or_a_second_model(client: httpx.AsyncClient) -> None:
    """The shipped definitions name no target."""
    without = await asked(client, model=_THREE)
    assert (without["query"]["target_roas"], by_channel(without)["search"]["verdict"]) == (None, None)
    alone = await asked(client, model="linear", target_roas="3")
    assert by_channel(alone)["search"]["verdict"] is None


async def test_filters_and_levels_hold_for_spend_too(client: httpx.AsyncClient) -> None:
    only = await asked(client, model=_THREE, channel="search")
    assert (only["total"]["spend"]["amount"], only["total"]["roas"]["linear"]) == ("20.00", 3.5005)
    crossed = await asked(client, model="linear", by="channel,campaign", channel="search")
    assert {one["key"]["campaign"]: one["roas"]["linear"] for one in crossed["groups"]} == {
        "brand": 1.333333,
        "generic": 10.002,
    }
    none = await asked(client, model=_THREE, last="2025-12-31")
    assert (none["groups"], none["total"]["spend"]) == ([], None)


async def test_csv_tells_returns_and_verdicts(client: httpx.AsyncClient) -> None:
    given = {"model": "first_touch,linear", "target_roas": "3", "format": "csv", "channel": "search"}
    rows = list(csv.DictReader(io.StringIO((await client.get(PATH, params=given)).text)))
    assert [(row["row"], row["spend"], row["linear_roas"], row["verdict"]) for row in rows] == [
        ("group", "20.00", "3.5005", "robust_keep"),
        ("total", "20.00", "3.5005", ""),
    ]


@pytest.mark.parametrize("target", ["0", "-1", "1001", "three", "NaN", "1.00001"])
async def test_a_target_that_is_none_is_refused(client: httpx.AsyncClient, target: str) -> None:
    problem = (await client.get(PATH, params={"target_roas": target})).json()
    assert (problem["status"], problem["parameter"]) == (400, "target_roas")
