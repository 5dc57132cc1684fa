"""`GET /v1/costs`: spend beside what became of it; each number has its n, or a reason why there is none."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from msgspec import structs

from leadtrace.domain.predict.reliability import wilson
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DealOutcome, LeadOutcome, LeadStatus
from leadtrace.events.spend import SpendKind
from tests.integration.api.projection import Projection
from tests.integration.api.spending import posted, spent, take
from tests.unit.api.snapshots import at, deal, outcome, record, won

LEAD, MQL, QUALIFIED, CUSTOMER = Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED, Stage.CUSTOMER


async def get(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    """The body of a 200."""
    answer = await client.get("/v1/costs", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def eur(amount: str) -> dict[str, str]:
    """Euros as JSON."""
    return {"amount": amount, "currency": "EUR"}


def sold(number: int, channel: str | None, captured: float, day: float, share: int) -> LeadOutcome:
    """A lead that was won."""
    return outcome(
        number,
        (LEAD, captured),
        (CUSTOMER, day),
        channel=channel,
        captured=captured,
        deals=[won(number, share, day)],
        status=LeadStatus.WON,
        won_at=at(day),
    )


WORLD = [
    sold(1, "email", 0, 3, 50_000),
    outcome(2, (LEAD, 1), (MQL, 2), channel="email", captured=1),
    outcome(3, (LEAD, 1), (QUALIFIED, 2), channel="email", captured=1),
    sold(4, "fair", 2, 4, 20_000),
    outcome(5, (LEAD, 2), channel=None, captured=2),
]
DEALS = [
    deal(1, 50_000, (1, 50_000), closed_at=at(3)),
    deal(4, 20_000, (4, 20_000), closed_at=at(4)),
    deal(9, 7_000, closed_at=at(5)),
]
SPEND = [
    posted(
        1,
        (0, 9),
        spent((0, 4), "100.00", channel="email"),
        spent((0, 0), "20.00", channel="email", kind=SpendKind.SALES),
        spent((3, 3), "40.00", channel="print"),
        spent((8, 8), "5", "USD", channel="print"),
    )
]


async def tell(projection: Projection, leads: Iterable[LeadOutcome], deals: Iterable[DealOutcome]) -> None:
    """Have the projector take snapshots in."""
    await projection.take([*(record(one, 1) for one in leads), *(record(one, 1) for one in deals)])


@pytest.fixture
async def known(projection: Projection) -> None:
    """The world above, projected."""
    await tell(projection, WORLD, DEALS)
    await take(projection, SPEND)


@pytest.mark.usefixtures("known")
class TestCosts:
    async def test_spend_without_a_win_and_wins_without_spend_are_both_groups(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await get(client, by="channel", **{"from": "2026-01-01", "to": "2026-01-31"})
        groups = {group["key"]["channel"]: group["numbers"] for group in answer["groups"]}
        assert list(groups) == ["email", "print", "fair", None]
        email, print_, fair, nobody = groups.values()
        assert email["spend"] == {
            "media": eur("100.00"),
            "sales": eur("20.00"),
            "total": eur("120.00"),
            "unconverted": [],
        }
        assert print_["spend"]["unconverted"] == [{"amount": "5.00", "currency": "USD"}]
        assert print_["period"]["cpo"] == {"value": None, "n": 0, "reason": "none_yet", "interval": None}
        assert print_["cohort"]["roas"] == {"value": 0.0, "n": 0, "reason": None}
        assert fair["period"]["cpo"] == {"value": None, "n": 1, "reason": "no_spend", "interval": None}
        assert fair["cohort"]["roas"] == {"value": None, "n": 1, "reason": "no_spend"}
        assert (nobody["period"]["orders"], nobody["period"]["unlinked_orders"]) == (1, 1)
        assert nobody["cohort"]["leads"] == 1

    async def test_each_cost_has_its_n(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, channel="email")
        numbers = answer["total"]
        cohort, period = numbers["cohort"], numbers["period"]
        assert cohort["cpl"] == {"value": eur("40.00"), "n": 3, "reason": None}
        assert cohort["cpmql"] == {"value": eur("40.00"), "n": 3, "reason": None}
        assert cohort["cpsql"] == {"value": eur("60.00"), "n": 2, "reason": None}
        assert cohort["roas"] == {"value": 5.0, "n": 1, "reason": None}
        assert cohort["revenue_to_expense"] == {"value": 4.166667, "n": 1, "reason": None}
        assert period["cac"] == {"value": eur("120.00"), "n": 1, "reason": None}
        assert period["average_order"] == {"value": eur("500.00"), "n": 1, "reason": None}
        low, high = wilson(1 / 3, 3)
        assert period["cpo"] == {
            "value": eur("120.00"),
            "n": 1,
            "reason": None,
            "interval": [eur(f"{120 / (3 * high):.2f}"), eur(f"{120 / (3 * low):.2f}")],
        }

    async def test_the_naive_cost_counts_orders_of_before_and_the_lag_matched_does_not(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = (await get(client, **{"from": "2026-01-04", "to": "2026-01-31"}))["total"]
        assert (answer["period"]["orders"], answer["cohort"]["cpo"]["n"]) == (3, 0)
        assert answer["cohort"]["leads"] == 0
        assert answer["period"]["cpo"]["value"] == eur("26.67")
        assert answer["period"]["cpo"]["interval"] is None
        assert answer["cohort"]["cpo"]["reason"] == "none_yet"

    async def test_csv_tells_the_same(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/costs?by=channel&format=csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(row["row"], row["channel"], row["spend"], row["orders"]) for row in rows] == [
            ("group", "email", "120.00", "1"),
            ("group", "print", "40.00", "0"),
            ("group", "fair", "0.00", "1"),
            ("group", "", "0.00", "1"),
            ("total", "", "160.00", "3"),
        ]
        assert [row["cpo"] for row in rows] == ["120.00", "", "", "", "53.33"]

    @pytest.mark.parametrize(
        ("asked", "parameter"),
        [
            ({"by": "owner"}, "by"),
            ({"by": "chanel"}, "by"),
            ({"basis": "cohort"}, "basis"),
            ({"owner": "anna"}, "owner"),
            ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ],
    )
    async def test_what_it_does_not_know_it_refuses(
        self, client: httpx.AsyncClient, asked: dict[str, str], parameter: str
    ) -> None:
        answer = await client.get("/v1/costs", params=asked)
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


async def test_nothing_at_all_is_no_number(client: httpx.AsyncClient) -> None:
    answer = await get(client, by="channel")
    assert (answer["groups"], answer["lag"]["horizon_s"], answer["lag"]["orders_per_win"]) == ([], None, None)
    assert answer["total"]["cohort"]["cpl"] == {"value": None, "n": 0, "reason": "no_spend"}
    assert answer["total"]["cohort"]["cpo"]["immature"] is True


async def test_money_without_a_rate_and_credits_give_no_cost(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await tell(projection, WORLD, DEALS)
    lines = spent((8, 8), "5", "USD", channel="fair"), spent((0, 0), "-3", channel="email")
    await take(projection, [posted(1, (0, 9), *lines)])
    groups = {one["key"]["channel"]: one["numbers"] for one in (await get(client, by="channel"))["groups"]}
    assert groups["fair"]["cohort"]["cpl"] == {"value": None, "n": 1, "reason": "no_rate"}
    assert groups["email"]["period"]["cpo"]["reason"] == "negative_spend"


async def test_a_deal_of_several_leads_counts_once_with_the_lead_that_has_most_of_it(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    leads = [sold(1, "email", 0, 3, 30), sold(2, "fair", 1, 3, 70)]
    await tell(projection, leads, [deal(1, 100, (1, 30), (2, 70), closed_at=at(3))])
    answer = await get(client, by="channel")
    assert {one["key"]["channel"]: one["numbers"]["period"]["orders"] for one in answer["groups"]} == {
        "email": 0,
        "fair": 1,
    }
    assert answer["total"]["period"]["orders"] == 1
    # One deal, two leads won.
    assert answer["lag"]["orders_per_win"] == 0.5


async def test_wins_to_come_are_those_of_leads_that_were_as_old(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    """Of four older leads half were won at 10 and half lost at 20 days; two are open, 5 and 15 days old."""
    day_us = 86_400_000_000
    start = now - 40 * day_us

    def ended(number: int, days: int, *, is_won: bool) -> LeadOutcome:
        end = start + days * day_us
        status = LeadStatus.WON if is_won else LeadStatus.LOST
        made = outcome(number, (LEAD, 0), channel="old", captured_at=start, status=status)
        return structs.replace(made, won_at=end if is_won else None, lost_at=None if is_won else end)

    def young(number: int, days: int) -> LeadOutcome:
        return outcome(number, (LEAD, 0), channel="new", captured_at=now - days * day_us)

    older = [*(ended(n, 10, is_won=True) for n in (1, 2)), *(ended(n, 20, is_won=False) for n in (3, 4))]
    deals = [deal(n, 100, (n, 100), closed_at=start + 10 * day_us) for n in (1, 2)]
    await tell(projection, [*older, young(5, 5), young(6, 15)], deals)
    await take(projection, [posted(1, (0, 400), spent((0, 400), "300", channel="new"))])
    answer = await get(client, channel="new")
    # Won at 10: 2 of 5 at risk; from then on nobody is. Those of 5 days have that before them.
    assert answer["lag"]["orders_per_win"] == 1.0
    cpo = answer["total"]["cohort"]["cpo"]
    assert (cpo["n"], cpo["expected"], cpo["maturity"], cpo["immature"]) == (0, 0.4, 0.5, True)
    assert cpo["value"] == eur("750.00")
    low, high = wilson(0.4 / 2, 2 * 0.5)
    assert cpo["interval"] == [eur(f"{300 / (2 * high):.2f}"), eur(f"{300 / (2 * low):.2f}")]
