"""The history of a score across activations: every point is what its explanation says."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import entity_of, event
from tests.integration.versions.scene import Company

# What knowing the company is worth.
_DEARER = ("{known: true, points: 10,", "{known: true, points: 14,")
_LEAD = entity_of("contact/1")


async def test_points_at_which_another_version_took_over_are_what_they_say(
    company: Company, client: httpx.AsyncClient
) -> None:
    await company.register(1)
    await company.register(2, _DEARER)
    await company.put(
        event(LeadCaptured(properties={"company_domain": "acme.com"}), "contact/1", 1),
        event(TouchpointRecorded(channel="referral", signal="demo_request"), "contact/1", 2),
    )
    await company.settle()
    await company.begin(2)
    await company.follow()
    moment = await company.activate(2)
    await company.follow()
    points = await _explained(client)
    assert [point["definition_version"] for point in points[-2:]] == [1, 2]
    assert points[-1]["at"] == _text(moment)
    # Days went by since the touch, and the new version counts the company for more.
    assert points[-1]["score"]["intent"] < points[-2]["score"]["intent"]
    assert points[-1]["score"]["fit"] == points[-2]["score"]["fit"] + 4
    told = event(LeadUpdated(properties={"seniority": "vp"}), "contact/1", 9, at=moment + timedelta(days=1))
    await company.put(told)
    await company.settle()
    assert len(await _explained(client)) == len(points) + 1


async def _explained(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/leads/{_LEAD}/score/history", params={"view": "frozen"})
    assert answer.status_code == 200, answer.text
    points: list[dict[str, Any]] = answer.json()["points"]
    for point in points:
        explained = (await client.get(point["explained"])).json()
        assert explained["score"] == point["score"]
        assert explained["definition_version"] == point["definition_version"]
        parts = [part["millipoints"] for group in ("fit", "intent") for part in explained[group]["parts"]]
        assert sum(parts) == round(point["score"]["total"] * 1_000)
    totals = [point["score"]["total"] for point in points]
    assert round(sum(point["change"] for point in points), 3) == totals[-1]
    return points


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
