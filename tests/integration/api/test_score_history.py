"""A score's history: each of its points is what the explanation of that moment says."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.correction import Declaration, EventCorrected
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadUpdated
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, SOURCE, entity_of, event
from leadtrace.testing.lapsing import lapse
from leadtrace.testing.worlds import worlds
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

_HOURS_LATE = (0, 0, 1, -1, 30, 80)
_LEADS = [entity_of(f"contact/{number}") for number in (1, 2, 3)]
_LEAD = _LEADS[0]


async def history(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    """Of the first lead."""
    answer = await client.get(f"/v1/leads/{_LEAD}/score/history", params=asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def whole_of(projection: Projection, *events: Event) -> Whole:
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(events)
    return whole


@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    world=st.one_of(worlds(hours_late=_HOURS_LATE), moved_worlds(hours_late=_HOURS_LATE)),
    hours=st.one_of(st.none(), st.integers(0, 130)),
)
async def test_every_point_is_what_its_explanation_says(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], hours: int | None
) -> None:
    await whole_of(projection, *world)
    asked = {} if hours is None else {"as_of": (DAY_ZERO + timedelta(hours=hours)).isoformat()}
    for lead in _LEADS:
        answer = await client.get(f"/v1/leads/{lead}/score/history", params=asked)
        if answer.status_code != 200:
            assert answer.status_code in {308, 404}
            continue
        points = answer.json()["points"]
        for point in points:
            explained = (await client.get(point["explained"])).json()
            assert explained["score"] == point["score"]
            parts = [part["millipoints"] for group in ("fit", "intent") for part in explained[group]["parts"]]
            assert sum(parts) == round(point["score"]["total"] * 1_000)
        assert points == sorted(points, key=lambda point: datetime.fromisoformat(point["at"]))
        totals = [point["score"]["total"] for point in points]
        assert round(sum(point["change"] for point in points), 3) == (totals[-1] if totals else 0)


async def test_interest_that_fades_leaves_its_band_at_a_midnight(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await whole_of(
        projection,
        event(LeadCaptured(), "contact/1", 1),
        event(LeadUpdated(properties={"company_domain": "acme.example"}), "contact/1", 2),
        event(TouchpointRecorded(signal="demo_request"), "contact/1", 3),
        event(LeadOwnerChanged(owner="ann"), "contact/1", 4, at=DAY_ZERO + timedelta(days=200)),
    )
    points = (await history(client))["points"]
    bands = [(point["score"]["band"], datetime.fromisoformat(point["at"])) for point in points]
    faded = next(at for (was, _), (band, at) in pairwise(bands) if band < was == "warm")
    # Midnight in Berlin, in winter or summer.
    assert (faded.hour, faded.minute, faded.second) in {(23, 0, 0), (22, 0, 0)}
    # It fell below the threshold on the day before; until that midnight it was warm.
    at = (faded - timedelta(minutes=1)).isoformat()
    asked = (await client.get(f"/v1/leads/{_LEAD}/score", params={"at": at})).json()
    assert asked["score"]["band"] == "warm"
    assert asked["score"]["total"] < 25
    assert all(verdict["at"] != asked["at"] for verdict in asked["qualifications"])


async def test_a_correction_restates_it_and_the_past_stays_askable(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    later = DAY_ZERO + timedelta(days=3)
    touched = event(TouchpointRecorded(signal="demo_request"), "contact/1", 2)
    whole = Whole(projection)
    whole.clock.set(later)
    await whole.begin()
    await whole.tell([event(LeadCaptured(), "contact/1", 1), touched])
    before = (await history(client))["points"]
    wrong = EventCorrected(
        event=touched.id, source=SOURCE, corrects=touched.type, declaration=Declaration.DID_NOT_OCCUR
    )
    await whole.tell([event(wrong, "contact/1", 3, at=later, recorded=later)])
    after = (await history(client))["points"]
    assert max(point["score"]["intent"] for point in after) == 0 < before[-1]["score"]["intent"]
    # Also at a moment before it was told: what is known now holds of every moment.
    at = {"at": (DAY_ZERO + timedelta(days=1)).isoformat()}
    assert (await client.get(f"/v1/leads/{_LEAD}/score", params=at)).json()["score"]["intent"] == 0
    as_of = (later - timedelta(seconds=1)).isoformat()
    was = (await history(client, as_of=as_of))["points"]
    assert [(one["at"], one["score"]) for one in was] == [(one["at"], one["score"]) for one in before]


async def test_without_all_events_the_snapshot_still_tells(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await whole_of(
        projection,
        event(LeadCaptured(), "contact/1", 1),
        event(TouchpointRecorded(signal="demo_request"), "contact/1", 2),
    )
    before = await history(client)
    await lapse(projection.owner, [1])
    assert (await history(client))["points"] == before["points"]
    as_of = {"as_of": (DAY_ZERO + timedelta(days=1)).isoformat()}
    assert (await client.get(f"/v1/leads/{_LEAD}/score/history", params=as_of)).status_code == 400


async def test_an_unknown_lead_has_none(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/leads/{entity_of('contact/99')}/score/history")
    assert (answer.status_code, answer.json()["parameter"]) == (404, "lead_id")
