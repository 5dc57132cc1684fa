"""`GET /v1/leads` in any order: pages hold everyone once, in the order of a list sorted in plain words."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DealShare, DealStatus, LeadOutcome, LeadScore, LeadStatus
from leadtrace_api.leads.order import Sort
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DEFINITION, deal_id, lead_id, outcome, record, won

_LEAST = -(10**30)


@st.composite
def _worlds(draw: st.DrawFn) -> list[tuple[LeadOutcome, LeadScore | None]]:
    made = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        days = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
        deals = []
        if draw(st.booleans()):
            deals.append(won(number, draw(st.integers(0, 3)), 5, draw(st.sampled_from(("EUR", "USD")))))
        if draw(st.booleans()):
            share = draw(st.integers(1, 3))
            deals.append(DealShare(deal_id(50 + number), DealStatus.OPEN, share=share, currency="EUR"))
        lead = outcome(
            number,
            (Stage.LEAD, days[1] + 4),
            captured=days[0],
            deals=deals,
            status=draw(st.sampled_from((LeadStatus.OPEN, LeadStatus.LOST))),
        )
        points = draw(st.one_of(st.none(), st.integers(-2, 2)))
        score = None
        if points is not None:
            band = draw(st.sampled_from(("cold", "warm", "hot")))
            score = LeadScore(
                lead_id=lead_id(number), definition=DEFINITION, fit=points, intent=points, band=band
            )
        made.append((lead, score))
    return made


def _value(lead: LeadOutcome, score: LeadScore | None, by: str) -> int:
    def in_euros(status: DealStatus) -> int:
        found = [one.share for one in lead.deals if one.status is status and one.currency == "EUR"]
        return sum(found) if found else _LEAST

    match by:
        case "captured_at":
            assert lead.captured_at is not None
            return lead.captured_at
        case "score":
            return score.fit + score.intent if score is not None else _LEAST
        case "stage_since":
            assert lead.stage_since is not None
            return lead.stage_since
        case "revenue":
            return in_euros(DealStatus.WON)
        case _:
            return in_euros(DealStatus.OPEN)


async def _all_pages(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    found: list[str] = []
    answer = (await client.get("/v1/leads", params=asked)).json()
    while True:
        found += [one["lead_id"] for one in answer["leads"]]
        if answer["next"] is None:
            return found
        answer = (await client.get(answer["next"])).json()


@settings(
    deadline=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    world=_worlds(),
    sort=st.sampled_from(Sort),
    page=st.tuples(st.integers(1, 4), st.sampled_from(("", "open"))),
)
async def test_pages_hold_everyone_once_in_order(
    projection: Projection,
    client: httpx.AsyncClient,
    world: list[tuple[LeadOutcome, LeadScore | None]],
    sort: Sort,
    page: tuple[int, str],
) -> None:
    limit, status = page
    await projection.empty()
    await projection.take([record(lead, 1) for lead, _ in world])
    await projection.take([record(score, 1) for _, score in world if score is not None])
    asked = {"status": status} if status else {}
    passing = [(lead, score) for lead, score in world if not status or lead.status.value == status]
    expected = sorted(
        ((_value(lead, score, sort.by), UUID(lead.lead_id)) for lead, score in passing), reverse=sort.falling
    )
    found = await _all_pages(client, sort=sort.value, limit=limit, **asked)
    assert found == [str(lead) for _, lead in expected]


async def test_filters_by_status_and_band(projection: Projection, client: httpx.AsyncClient) -> None:
    leads = [outcome(number, (Stage.LEAD, 0), status=status) for number, status in ((1, "open"), (2, "lost"))]
    await projection.take([record(outcome(3, (Stage.LEAD, 0)), 1), *(record(lead, 1) for lead in leads)])
    hot = LeadScore(lead_id=lead_id(1), definition=DEFINITION, band="hot")
    await projection.take([record(hot, 1)])
    assert await _all_pages(client, status=["open", "lost"]) == [lead_id(3), lead_id(2), lead_id(1)]
    assert await _all_pages(client, status="lost") == [lead_id(2)]
    assert await _all_pages(client, band="hot") == [lead_id(1)]
    assert await _all_pages(client, band=["", "warm"], status="open", limit=1) == [lead_id(3)]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"sort": "points"}, "sort"),
        ({"status": "opened"}, "status"),
        ({"band": "lukewarm"}, "band"),
        ({"sort": "score", "cursor": "c2NvcmV8MXwwMA"}, "cursor"),
        ({"sort": "score", "cursor": "c3RhZ2Vfc2luY2V8MXwwMA"}, "cursor"),
    ],
)
async def test_what_is_no_order_is_refused(
    client: httpx.AsyncClient, asked: dict[str, str], named: str
) -> None:
    answer = await client.get("/v1/leads", params=asked)
    assert (answer.status_code, answer.json()["parameter"].split(".")[0]) == (400, named)


async def test_a_cursor_belongs_to_its_order(projection: Projection, client: httpx.AsyncClient) -> None:
    await projection.take([record(outcome(number, (Stage.LEAD, 0)), 1) for number in (1, 2)])
    page = (await client.get("/v1/leads", params={"sort": "revenue", "limit": 1})).json()
    other = page["next"].replace("sort=revenue", "sort=score")
    assert (await client.get(other)).status_code == 400


@settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=_worlds(), sort=st.sampled_from(Sort), changes=st.lists(st.integers(1, 30), max_size=8))
async def test_pages_read_while_leads_come_and_go_hold_the_others_once(
    projection: Projection,
    client: httpx.AsyncClient,
    world: list[tuple[LeadOutcome, LeadScore | None]],
    sort: Sort,
    changes: list[int],
) -> None:
    await projection.empty()
    await projection.take([record(lead, 1) for lead, _ in world])
    await projection.take([record(score, 1) for _, score in world if score is not None])
    found: list[str] = []
    path: str | None = f"/v1/leads?sort={sort.value}&limit=1"
    coming = iter(changes)
    while path is not None:
        answer = (await client.get(path)).json()
        found += [one["lead_id"] for one in answer["leads"]]
        path = answer["next"]
        number = next(coming, None)
        if number is not None:
            # One of those that are there goes on, is lost or brings money; or another one comes.
            lead = outcome(number, (Stage.LEAD, 9.0), captured=1.0, deals=[won(number, 9, 9)], status="lost")
            await projection.take([record(lead, 2)])
    touched = {lead_id(number) for number in changes}
    untouched = [lead.lead_id for lead, _ in world if lead.lead_id not in touched]
    assert sorted(one for one in found if one in untouched) == sorted(untouched)
