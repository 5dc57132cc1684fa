"""Handovers and balances: equal to what is reckoned in plain words from each lead's own page."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.deal import DealCreated, DealLinked, DealLost
from leadtrace.events.envelope import Event
from leadtrace.events.handover import HandoverAccepted, HandoverRejected, HandoverReturned
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadStageChanged, Stage
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace.testing.worlds import worlds
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

_LEADS = [entity_of(f"contact/{number}") for number in (1, 2, 3)]
_NOW = DAY_ZERO + timedelta(days=200)
_REPORTED = {"won", "lost", "disqualified", "recycled", "returned"}

through_the_store = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


async def offers_of_all(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Every offer, as the pages of the leads tell them."""
    found: list[dict[str, Any]] = []
    for lead in _LEADS:
        answer = await client.get(f"/v1/leads/{lead}")
        if answer.status_code == 200:
            found += answer.json()["offers"]
    return found


def reckoned(offers: Iterable[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """The counts of a group, one offer after the other."""
    counts: Counter[str] = Counter()
    rejections: Counter[str | None] = Counter()
    for one in offers:
        counts["offered"] += 1
        counts[one["answer"]] += 1
        ended = one["ended_as"]
        if one["answer"] == "rejected":
            rejections[one["reason"]] += 1
        if one["answer"] != "accepted":
            continue
        counts["returned"] += ended == "returned"
        due = one["contact_due_at"] is not None and _moment(one["contact_due_at"]) < now
        counts["untouched"] += ended is None and one["contacted_at"] is None and due
        counts["reported"] += ended in _REPORTED
        counts["without_reason"] += ended in _REPORTED - {"won"} and one["end_reason"] is None
        over = one["outcome_due_at"] is not None and _moment(one["outcome_due_at"]) < now
        counts["never_concluded"] += ended is None and over and one["contacted_at"] is not None
        counts["unreported"] += ended is None and over
        counts["won"] += ended == "won"
    return {"counts": counts, "rejections": rejections}


def told(numbers: dict[str, Any]) -> dict[str, Any]:
    """The same of an answer."""
    counts = Counter(
        {
            name: numbers[name]
            for name in ("offered", "open", "accepted", "rejected", "superseded", "gone", "returned")
        }
        | {name: numbers["debt"][name] for name in ("untouched", "never_concluded", "without_reason")}
        | {name: numbers["win_rate"][name] for name in ("unreported", "won")}
    )
    reported = numbers["debt"]["reported"]
    counts["reported"] = round((reported["value"] or 0) * reported["n"])
    implied = numbers["opened_by"]["implied"]
    answered = counts["accepted"] + counts["rejected"] - implied
    assert numbers["acceptance"]["n"] == answered
    assert reported["n"] == counts["reported"] + counts["unreported"]
    assert sum(age["leads"] for age in numbers["deep_sixed"]["ages"]) == counts["untouched"]
    assert numbers["deep_sixed"]["leads"] == counts["untouched"]
    accept = numbers["accept"]["time"]
    assert accept["n"] == counts["offered"] - implied
    assert accept["censored"] == accept["n"] - answered
    return {
        "counts": counts,
        "rejections": Counter({one["reason"]: one["n"] for one in numbers["rejections"]}),
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@through_the_store
@given(world=st.one_of(worlds(max_events=40), moved_worlds(hours_late=(0, 1, 30))))
async def test_groups_and_total_are_the_sum_of_the_leads_own_offers(
    projection: Projection, client: httpx.AsyncClient, world: list[Event]
) -> None:
    whole = Whole(projection)
    whole.clock.set(_NOW)
    await whole.begin()
    await whole.tell(world)
    answer = (await client.get("/v1/handovers", params={"by": "team"})).json()
    now = _moment(answer["snapshot_at"])
    offers = await offers_of_all(client)
    assert told(answer["total"]) == reckoned(offers, now)
    by_team: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for one in offers:
        by_team[one["team"]].append(one)
    assert {group["key"]["team"] for group in answer["groups"]} == by_team.keys()
    for group in answer["groups"]:
        assert told(group["numbers"]) == reckoned(by_team[group["key"]["team"]], now)
    assert len(answer["deep_sixed"]) == answer["total"]["deep_sixed"]["leads"]
    queue = (await client.get("/v1/handovers/queue")).json()["clocks"]
    open_offers = [one for one in queue if one["clock"] == "accept"]
    assert len(open_offers) == answer["total"]["open"]
    assert [one["due_at"] for one in queue] == sorted(one["due_at"] for one in queue)


async def hand_over(projection: Projection) -> None:
    """One accepted and contacted, one rejected with a reason, one returned, one whom nobody has touched."""
    whole = Whole(projection)
    await whole.begin()
    hour = timedelta(hours=1)
    begun = DAY_ZERO + timedelta(days=4, hours=9)  # a Monday
    mql = LeadStageChanged(Stage.MARKETING_QUALIFIED, "mql")
    call = ActivityRecorded(ActivityKind.CALL)
    robot = ActivityRecorded(ActivityKind.EMAIL, automatic=True)
    told_of: list[tuple[str, Any, timedelta]] = []
    for number in (1, 2, 3):
        told_of += [(f"contact/{number}", LeadCaptured(), -hour), (f"contact/{number}", mql, 0 * hour)]
    told_of += [
        ("contact/1", HandoverAccepted(team="sales", owner="anna", actor="anna"), 2 * hour),
        ("contact/1", robot, 3 * hour),
        ("contact/1", call, 5 * hour),
        ("contact/2", HandoverRejected("not_a_fit", actor="ben"), 4 * hour),
        ("contact/3", LeadOwnerChanged("cleo", "sales", "cleo"), 1 * hour),
        ("contact/3", HandoverReturned("no_budget", actor="cleo"), 900 * hour),
    ]
    await whole.tell(
        [
            event(data, subject, number, at=begun + after, recorded=begun + after)
            for number, (subject, data, after) in enumerate(told_of, start=1)
        ]
    )


async def test_both_promises_are_measured_in_both_times(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await hand_over(projection)
    numbers = (await client.get("/v1/handovers", params={"by": "owner"})).json()
    total = numbers["total"]
    assert (total["offered"], total["accepted"], total["rejected"], total["returned"]) == (3, 2, 1, 1)
    assert total["rejections"] == [{"reason": "not_a_fit", "listed": True, "n": 1}]
    assert total["returns"] == [{"reason": "no_budget", "listed": True, "n": 1}]
    assert total["accept"]["time"]["p50_s"] == 2 * 3600
    anna = next(one["numbers"] for one in numbers["groups"] if one["key"]["owner"] == "anna")
    # An automatic e-mail is no contact: it took three hours, not one.
    assert anna["contact"]["time"]["p50_s"] == 3 * 3600
    lead = (await client.get(f"/v1/leads/{entity_of('contact/1')}")).json()
    assert lead["hands"] == {
        "account": "sales",
        "team": "sales",
        "owner": "anna",
        "partner": None,
        "since": "2026-01-05T11:00:00Z",
    }
    trace = (await client.get(f"/v1/leads/{entity_of('contact/1')}/trace")).json()["entries"]
    hops = [(one["hands"]["account"], one["dwell_s"]) for one in trace if one["kind"] == "hands"]
    assert hops == [("marketing", 3600.0), ("in_transit", 7200.0), ("sales", None)]


async def test_a_reason_of_the_lost_deal_is_the_lead_s(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    whole = Whole(projection)
    await whole.begin()
    told_of: list[tuple[str, Any]] = [("contact/1", LeadCaptured()), ("contact/2", LeadCaptured())]
    for number, reason in ((1, "price"), (2, None)):
        link = DealLinked(lead=lead_ref(f"contact/{number}"))
        told_of += [(f"deal/{number}", one) for one in (DealCreated(), link, DealLost("lost", reason))]
    await whole.tell([event(data, subject, n) for n, (subject, data) in enumerate(told_of, start=1)])
    total = (await client.get("/v1/handovers")).json()["total"]
    assert (total["accepted"], total["debt"]["without_reason"]) == (2, 1)
    (offer,) = (await client.get(f"/v1/leads/{entity_of('contact/1')}")).json()["offers"]
    assert (offer["ended_as"], offer["end_reason"]) == ("lost", "price")


async def test_balances_are_those_of_the_moment(projection: Projection, client: httpx.AsyncClient) -> None:
    await hand_over(projection)
    begun = DAY_ZERO + timedelta(days=4, hours=9)

    async def at(hours: float) -> dict[str, int]:
        moment = (begun + timedelta(hours=hours)).isoformat()
        answer = (await client.get("/v1/ledger/balances", params={"at": moment})).json()
        assert answer["total"]["imbalance"] == 0
        return {one["key"]["account"]: one["balance"] for one in answer["groups"]}

    assert await at(-2) == {}
    assert await at(-0.5) == {"marketing": 3}
    assert await at(0) == {"in_transit": 3}
    assert await at(3) == {"in_transit": 1, "sales": 2}
    assert await at(5) == {"marketing": 1, "sales": 2}
    assert await at(1000) == {"marketing": 2, "sales": 1}
    text = (await client.get("/v1/ledger/balances", params={"by": "team,owner", "format": "csv"})).text
    assert text.splitlines() == [
        "account,team,owner,balance",
        "marketing,,,2",
        "sales,sales,anna,1",
        "total,,,3",
    ]
    audit = (await client.get("/v1/audit/conservation")).json()
    assert audit["custody"] == {
        "captured": 3,
        "without_hands": 0,
        "held": 3,
        "imbalance": 0,
        "difference": 0,
    }


@pytest.mark.parametrize(
    ("path", "params", "parameter"),
    [
        ("/v1/ledger/balances", {"by": "channel"}, "by"),
        ("/v1/handovers", {"by": "team,seniority"}, "by"),
        ("/v1/handovers", {"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ("/v1/handovers/queue", {"cursor": "x"}, "cursor"),
        ("/v1/handovers/queue", {"limit": "0"}, "limit"),
    ],
)
async def test_a_wrong_parameter_is_named(
    client: httpx.AsyncClient, path: str, params: dict[str, str], parameter: str
) -> None:
    answer = await client.get(path, params=params)
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == parameter


async def test_a_queue_is_read_page_by_page(projection: Projection, client: httpx.AsyncClient) -> None:
    await hand_over(projection)
    whole = (await client.get("/v1/handovers/queue")).json()["clocks"]
    path, pages = "/v1/handovers/queue?limit=1", []
    while path:
        page = (await client.get(path)).json()
        pages += page["clocks"]
        path = page["next"]
    assert pages == whole
    assert [one["clock"] for one in whole] == ["outcome"]
    assert (await client.get("/v1/handovers/queue", params={"owner": "ben"})).json()["clocks"] == []
