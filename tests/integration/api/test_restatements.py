"""What changed a past number: items by cause that sum exactly to the change, and the leads behind them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.deal import DealCreated, DealLinked, DealRefunded, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, Stage
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace_api.knowledge.metrics import RESTATABLE, Metric
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

HOURS_LATE = (0, 0, 1, -1, 20, 30, 80)
DAYS = st.integers(-1, 4).map(lambda number: DAY_ZERO.date() + timedelta(days=number))


async def restated(client: httpx.AsyncClient, metric: str, **asked: object) -> dict[str, Any]:
    """The answer, with `from` spelled `first` and `to` spelled `last`."""
    names = {"first": "from", "last": "to"}
    parameters = {names.get(name, name): str(value) for name, value in asked.items() if value is not None}
    answer = await client.get(f"/v1/metrics/{metric}/restatements", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def counted(client: httpx.AsyncClient, metric: Metric, day: date, **asked: object) -> Decimal:
    """The same number as the funnel tells it as of a day."""
    parameters = {"from": asked["first"], "to": asked["last"], "basis": asked["basis"], "as_of": day}
    answer = await client.get("/v1/funnel", params={name: str(value) for name, value in parameters.items()})
    total = answer.json()["total"]
    if metric.stage is None:
        return Decimal(total[metric.name]["amount"])
    row = next(one for one in total["stages"] if one["stage"] == metric.stage)
    return Decimal(row[metric.measure.value])


@settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(world=moved_worlds(hours_late=HOURS_LATE), data=st.data())
async def test_items_sum_exactly_to_the_change_between_two_states_of_knowledge(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], data: st.DataObject
) -> None:
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(world)
    counts = [metric for metric in RESTATABLE.values() if metric.name != "customers"]
    for _ in range(6):
        metric, basis = data.draw(st.sampled_from(counts)), data.draw(st.sampled_from(["cohort", "activity"]))
        first, last = sorted((data.draw(DAYS), data.draw(DAYS)))
        before, after = sorted((data.draw(DAYS), data.draw(DAYS)))
        by = data.draw(st.sampled_from([None, "channel", "owner"]))
        known = {"known_from": before + timedelta(days=1), "known_to": after}
        if before == after:
            known = {}
            before, after = last, date(2026, 2, 1)
        asked = {"first": first, "last": last, "basis": basis}
        found = await restated(client, metric.name, by=by, **asked, **known)
        assert Decimal(found["before"]) == await counted(client, metric, before, **asked)
        assert Decimal(found["after"]) == await counted(client, metric, after, **asked)
        assert Decimal(found["change"]) == Decimal(found["after"]) - Decimal(found["before"])
        parts = [Decimal(item["change"]) for item in found["items"]]
        assert sum(parts) == Decimal(found["change"])
        for item, part in zip(found["items"], parts, strict=True):
            assert sum(Decimal(day["change"]) for day in item["days"]) == part
            assert item["leads"] or item["cause"] == "on_the_day", item


async def test_a_late_win_and_a_changed_amount_are_told_apart(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """Both become known on the same day; one happened late, the other later."""
    whole = Whole(projection)
    await whole.begin()
    second, third, ninth = (DAY_ZERO + timedelta(days=number) for number in (1, 2, 8))
    amount = DealUpdated(amount="10", currency="EUR")
    told: list[Event] = []
    for number in (1, 2):
        lead, deal, start = f"contact/{number}", f"deal/{number}", number * 10
        captured = LeadCaptured(acquisition=Acquisition(channel=f"channel {number}"))
        told += [
            event(captured, lead, start),
            event(DealCreated(), deal, start + 1, at=second),
            event(amount, deal, start + 2, at=second),
            event(DealLinked(lead_ref(lead)), deal, start + 3, at=second),
        ]
    told.append(event(DealWon(claimed="won"), "deal/1", 30, at=third))
    await whole.tell(told)
    await whole.tell(
        [
            event(DealUpdated(amount="12", currency="EUR"), "deal/1", 40, at=ninth),
            event(DealWon(claimed="won"), "deal/2", 41, at=third, recorded=ninth),
        ]
    )
    found = await restated(client, "revenue", first="2026-01-03", last="2026-01-03", by="channel")
    assert (found["before"], found["after"], found["change"]) == ("10.00", "22.00", "12.00")
    items = [(one["cause"], one["key"]["channel"], one["change"], one["leads"]) for one in found["items"]]
    assert items == [
        ("later_event", "channel 1", "2.00", [str(entity_of("contact/1"))]),
        ("late_event", "channel 2", "10.00", [str(entity_of("contact/2"))]),
    ]


async def test_a_lead_behind_a_change_is_named_however_many_came_late_beside_it(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """All of an import becomes known on one day; the lead that is asked for has the last id of all."""
    whole = Whole(projection)
    await whole.begin()
    *others, asked_for = sorted((f"contact/{number}" for number in range(130)), key=entity_of)
    ninth = DAY_ZERO + timedelta(days=8)
    captured = [(contact, DAY_ZERO) for contact in others] + [(asked_for, DAY_ZERO + timedelta(days=2))]
    await whole.tell(
        [
            event(LeadCaptured(), contact, number, at=at, recorded=ninth)
            for number, (contact, at) in enumerate(captured)
        ]
    )
    for basis in ("cohort", "activity"):
        found = await restated(client, "inquiry_reached", first="2026-01-03", last="2026-01-03", basis=basis)
        items = [(one["cause"], one["change"], one["leads"]) for one in found["items"]]
        assert items == [("late_event", "1", [str(entity_of(asked_for))])]


async def test_a_refund_is_told_apart_and_leaves_the_month_of_the_win_alone(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """The cohort brings less than was known; the day of the win brought what it brought."""
    whole = Whole(projection)
    await whole.begin()
    third, ninth = DAY_ZERO + timedelta(days=2), DAY_ZERO + timedelta(days=8)
    await whole.tell(
        [
            event(LeadCaptured(acquisition=Acquisition(channel="email")), "contact/1", 1),
            event(DealCreated(), "deal/1", 2, at=third),
            event(DealUpdated(amount="10", currency="EUR"), "deal/1", 3, at=third),
            event(DealLinked(lead_ref("contact/1")), "deal/1", 4, at=third),
            event(DealWon(claimed="won"), "deal/1", 5, at=third),
        ]
    )
    await whole.tell([event(DealRefunded(amount="4", currency="EUR"), "deal/1", 6, at=ninth)])
    cohort = {"first": "2026-01-01", "last": "2026-01-01", "basis": "cohort", "by": "channel"}
    found = await restated(client, "revenue", **cohort)
    assert (found["before"], found["after"]) == ("0.00", "6.00")
    items = [(one["cause"], one["key"]["channel"], one["change"], one["leads"]) for one in found["items"]]
    lead = str(entity_of("contact/1"))
    assert ("refund", "email", "-4.00", [lead]) in items
    assert (await restated(client, "revenue", **cohort, known_from="2026-01-04"))["change"] == "-4.00"
    won, back = ({"first": day, "last": day, "basis": "activity"} for day in ("2026-01-03", "2026-01-09"))
    assert (await restated(client, "revenue", **won))["items"] == []
    for day, amount in ((won, "10.00"), (back, "-4.00")):
        asked = {"from": day["first"], "to": day["last"], "basis": "activity"}
        total = (await client.get("/v1/funnel", params=asked)).json()["total"]
        assert (total["revenue"]["amount"], total["average_sale"]) == (amount, None)
    total = (await client.get("/v1/funnel")).json()["total"]
    assert total["average_sale"] == {"amount": "6.00", "currency": "EUR"}
    customers = (await restated(client, "customers", **cohort))["after"]
    assert customers == "1"


async def test_several_causes_of_one_lead_on_one_day_are_folded_one_after_the_other(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """What happened in time comes first, so what came late is told by what it changes on top."""
    whole = Whole(projection)
    await whole.begin()
    lead, third, ninth = "contact/1", DAY_ZERO + timedelta(days=2), DAY_ZERO + timedelta(days=8)
    await whole.tell([event(LeadCaptured(), lead, 1)])
    stages = {2: (Stage.MARKETING_QUALIFIED, third), 3: (Stage.SALES_QUALIFIED, ninth)}
    await whole.tell(
        [
            event(LeadStageChanged(stage=stage, claimed=stage.value), lead, number, at=at, recorded=ninth)
            for number, (stage, at) in stages.items()
        ]
    )
    cohort = {"first": "2026-01-01", "last": "2026-01-01", "basis": "cohort"}
    entered = await restated(client, "mql_entered", **cohort)
    assert [(one["cause"], one["change"]) for one in entered["items"]] == [("late_event", "1")]
    reached = await restated(client, "sql_reached", **cohort)
    assert [(one["cause"], one["change"]) for one in reached["items"]] == [("later_event", "1")]


async def test_an_unknown_metric_and_an_open_day_are_refused(client: httpx.AsyncClient) -> None:
    asked = {"from": "2026-01-01", "to": "2026-01-02"}
    unknown = await client.get("/v1/metrics/revenues/restatements", params=asked)
    assert (unknown.status_code, unknown.json()["remedy"]) == (404, "Did you mean revenue?")
    for wrong in (
        {"to": "2999-01-01"},
        {"known_to": "2999-01-01"},
        {"known_to": "2026-01-02"},
        {"by": "chanel"},
        {"from": "2026-01-03"},
    ):
        answer = await client.get("/v1/metrics/revenue/restatements", params={**asked, **wrong})
        assert answer.status_code == 400, wrong
        assert answer.json()["parameter"] in {*wrong, "to"}
