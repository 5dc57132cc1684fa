"""Segment, industry and region of leads: as groups and as filters of what is told of them."""

from typing import Any

import httpx
import pytest

from leadtrace.events.deal import DealCreated, DealLinked
from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.testing.builders import entity_of, event, lead_ref
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

SMALL: dict[str, str | None] = {"segment": "smb", "industry": "software", "region": "emea"}
LARGE: dict[str, str | None] = {"segment": "enterprise", "industry": "software", "region": "apac"}


async def _three_leads(projection: Projection) -> None:
    """A small one, a large one which had been small, and one of whom nothing is known; all handed over."""
    whole = Whole(projection)
    await whole.begin()
    told: list[tuple[str, Any]] = [
        ("contact/1", LeadCaptured(properties=SMALL)),
        ("contact/2", LeadCaptured(properties=SMALL)),
        ("contact/2", LeadUpdated(properties=LARGE)),
        ("contact/3", LeadCaptured()),
    ]
    for number in (1, 2, 3):
        told += [
            (f"deal/{number}", DealCreated()),
            (f"deal/{number}", DealLinked(lead=lead_ref(f"contact/{number}"))),
        ]
    await whole.tell([event(data, subject, n) for n, (subject, data) in enumerate(told, start=1)])


def _counted(path: str, answer: dict[str, Any]) -> dict[str | None, int]:
    """How many leads each group has."""
    found = {}
    for group in answer["groups"]:
        (key,) = group["key"].values()
        if path == "/v1/velocity":
            found[key] = group["leads"]
        elif path == "/v1/handovers":
            found[key] = group["numbers"]["offered"]
        else:
            found[key] = group["stages"][0]["reached"]
    return found


@pytest.mark.parametrize("path", ["/v1/funnel", "/v1/velocity", "/v1/handovers"])
@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("segment", {"smb": 1, "enterprise": 1, None: 1}),
        ("industry", {"software": 2, None: 1}),
        ("region", {"emea": 1, "apac": 1, None: 1}),
    ],
)
async def test_leads_are_grouped_and_filtered_by_what_they_are(
    projection: Projection, client: httpx.AsyncClient, path: str, by: str, groups: dict[str | None, int]
) -> None:
    await _three_leads(projection)
    answer = (await client.get(path, params={"by": by})).json()
    assert _counted(path, answer) == groups
    for key, leads in groups.items():
        answer = (await client.get(path, params={"by": by, by: key or ""})).json()
        assert _counted(path, answer) == {key: leads}


async def test_a_lead_says_what_it_is_and_is_found_by_it(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await _three_leads(projection)
    lead = (await client.get(f"/v1/leads/{entity_of('contact/2')}")).json()
    assert {name: lead["dimensions"][name] for name in LARGE} == LARGE
    listed = (await client.get("/v1/leads", params={"segment": "enterprise", "region": "apac"})).json()[
        "leads"
    ]
    assert [one["lead_id"] for one in listed] == [str(entity_of("contact/2"))]
    assert await projection.rollups() == await projection.recomputed()
