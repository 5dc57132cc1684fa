"""`GET /v1/costs` with terms of costs: what customers bring, how many churned, what working leads costs."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import (
    DefinitionRef,
    LeadOutcome,
    LeadStatus,
)
from leadtrace.events.times import from_micros
from tests.integration.api.projection import Projection
from tests.integration.api.reigns import take_over
from tests.integration.api.selling import SECOND, SPEND, TERMS, world
from tests.integration.api.spending import FIRST, take
from tests.integration.api.test_costs import MQL, QUALIFIED, eur, get, tell
from tests.unit.api.snapshots import outcomes

BERLIN = ZoneInfo("Europe/Berlin")
JANUARY = {"from": "2026-01-01", "to": "2026-01-31"}


@pytest.fixture
async def known(projection: Projection) -> None:
    """The world above by definitions with terms of costs."""
    made = world()
    await take_over(projection.owner, (1, 0), (2, 1), changes=TERMS)
    await tell(projection, made.leads, made.deals)
    await take(projection, SPEND)


def day_of(snapshot: str) -> date:
    """The day of an answer where the numbers are reported."""
    return datetime.fromisoformat(snapshot).astimezone(BERLIN).date()


def months(days: int) -> Fraction:
    """Months of 30.4375 days."""
    return Fraction(days) * 16 / 487


@pytest.mark.usefixtures("known")
class TestCustomers:
    async def test_what_they_bring_by_hand(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, by="channel", **JANUARY)
        today = day_of(answer["snapshot_at"])
        groups = {one["key"]["channel"]: one["numbers"] for one in answer["groups"]}
        assert answer["gross_margin"] == 0.6
        email = groups["email"]["customers"]
        # Number 1 for 30 days, 2 and 3 from the 5th and the 6th of January until now.
        watched = months(30 + sum((today - FIRST - timedelta(days=one)).days for one in (4, 5)))
        brought = 45_000 + 20_001
        assert (email["customers"], email["revenue"], email["unpriced"]) == (3, eur("650.01"), 0)
        assert email["customer_months"] == pytest.approx(float(watched), abs=1e-6)
        assert email["arpa"] == {
            "value": eur(f"{Decimal(round(brought / watched)).scaleb(-2)}"),
            "n": 3,
            "reason": None,
        }
        churn = float(round(1 / watched, 6))
        assert email["churn"] == {"value": churn, "n": 3, "churned": 1, "reason": None}
        # 600.00 spent on three customers.
        payback = float(round(20_000 / (brought / watched * Fraction(6, 10)), 6))
        assert email["payback_months"] == {"value": payback, "n": 3, "reason": None}
        # 650.01 x 0.6, all of which one churn ends.
        assert email["ltv"] == {
            "value": eur("390.01"),
            "n": 3,
            "method": "constant_churn",
            "reason": None,
        }
        # (0.6 x 650.01 - 600) / 600
        assert groups["email"]["cohort"]["romi"] == {"value": -0.34999, "n": 3, "reason": None}

    async def test_who_churned(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, by="channel", **JANUARY)
        seen = {one["key"]["channel"]: one["numbers"]["customers"] for one in answer["groups"]}
        assert {channel: one["churn"]["churned"] for channel, one in seen.items()} == {
            "email": 1,
            "fair": 1,
            "merged": 1,
            "abroad": 0,
        }
        assert answer["total"]["customers"]["churn"]["churned"] == 3
        # The last of its deals to end by churn did so on the 10th day, whatever was paid back later.
        assert seen["merged"]["customer_months"] == pytest.approx(float(months(5)), abs=1e-6)
        assert (seen["merged"]["arpa"]["value"], seen["merged"]["ltv"]["value"]) == (eur("0.00"),) * 2
        assert seen["merged"]["payback_months"]["reason"] == "no_spend"

    async def test_money_without_a_rate_is_no_revenue_of_0(self, client: httpx.AsyncClient) -> None:
        abroad = (await get(client, channel="abroad"))["total"]["customers"]
        assert (abroad["customers"], abroad["unpriced"]) == (1, 1)
        assert [abroad[name]["reason"] for name in ("arpa", "payback_months", "ltv")] == ["no_rate"] * 3
        assert abroad["churn"] == {"value": 0.0, "n": 1, "churned": 0, "reason": None}

    async def test_stages_by_hand(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, by="channel", **JANUARY)
        groups = {one["key"]["channel"]: one["numbers"] for one in answer["groups"]}
        told = groups["email"]["stage_costs"]
        assert [(one["stage"], one["all"]["leads"]) for one in told["stages"]] == [
            ("mql", 5),
            ("sql", 5),
            ("opportunity", 3),
        ]
        # Three customers at 57.50, one lost and one open lead at 50.00; qualifying them cost dollars.
        assert (told["total"], told["won"]) == (eur("272.50"), eur("172.50"))
        assert (told["lost"], told["open"]) == (eur("50.00"), eur("50.00"))
        assert told["unconverted"] == [{"amount": "50.00", "currency": "USD"}]
        # The open one was qualified in February.
        period = groups["email"]["period"]
        assert period["stage_costs"] == eur("222.50")
        assert period["cac"]["value"] == eur("200.00")
        assert period["cac_with_stage_costs"] == {"value": eur("274.17"), "n": 3, "reason": None}
        fair = groups["fair"]["stage_costs"]
        assert fair["stages"][0]["lost"] == {"leads": 1, "cost": {"amount": "10.00", "currency": "USD"}}
        assert fair["stages"][2]["deleted"] == {"leads": 1, "cost": eur("7.50")}

    async def test_work_in_the_range_on_leads_of_before_is_a_group(self, client: httpx.AsyncClient) -> None:
        february = {"from": "2026-02-01", "to": "2026-02-28"}
        answer = await get(client, by="channel", **february)
        assert [one["key"]["channel"] for one in answer["groups"]] == ["email"]
        total = answer["total"]
        assert (total["period"]["stage_costs"], total["stage_costs"]["total"]) == (eur("50.00"), eur("0.00"))

    async def test_csv_tells_the_same(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, by="channel", **JANUARY)
        text = (await client.get("/v1/costs", params={"by": "channel", "format": "csv", **JANUARY})).text
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == len(answer["groups"]) + 1
        for row, numbers in zip(
            rows, [*(one["numbers"] for one in answer["groups"]), answer["total"]], strict=True
        ):
            seen = numbers["customers"]
            assert row["ltv"] == (seen["ltv"]["value"] or {"amount": ""})["amount"]
            assert row["arpa"] == (seen["arpa"]["value"] or {"amount": ""})["amount"]
            assert (row["churned"], row["stage_costs"]) == (
                str(seen["churn"]["churned"]),
                numbers["stage_costs"]["total"]["amount"],
            )
            assert row["romi"] == ("" if (romi := numbers["cohort"]["romi"]["value"]) is None else str(romi))
            assert row["stage_costs_lost"] == numbers["stage_costs"]["lost"]["amount"]


async def test_without_terms_it_says_so(projection: Projection, client: httpx.AsyncClient) -> None:
    made = world()
    told = [structs.replace(one, definition=DefinitionRef("default", 1, "h")) for one in made.leads]
    await tell(projection, told, [])
    await take(projection, SPEND)
    answer = await get(client)
    total = answer["total"]
    assert answer["gross_margin"] is None
    assert total["cohort"]["romi"]["reason"] == "no_margin"
    assert [total["customers"][name]["reason"] for name in ("payback_months", "ltv")] == ["no_margin"] * 2
    assert total["customers"]["arpa"]["value"] is not None
    assert (total["stage_costs"]["stages"], total["stage_costs"]["reason"]) == ([], "no_stage_costs")
    assert total["period"]["cac_with_stage_costs"]["reason"] == "no_stage_costs"


Counts = dict[tuple[str | None, str], list[int]]


def recounted(leads: Sequence[LeadOutcome], inside: Callable[[int], bool]) -> Counts:
    """All, won, lost and open leads of the cohort by channel and stage, in plain loops."""
    found: Counts = {}
    for lead in leads:
        if lead.definition.version != SECOND.version or lead.captured_at is None or lead.redirect_to:
            continue
        for stage in (MQL, QUALIFIED, Stage.OPPORTUNITY):
            got_there = lead.first_reached.keys() & set(LADDER[LADDER.index(stage) :])
            if got_there and inside(lead.captured_at):
                counts = found.setdefault((lead.acquisition.channel or None, stage.value), [0, 0, 0, 0])
                counts[0] += 1
                for place, status in enumerate((LeadStatus.WON, LeadStatus.LOST, LeadStatus.OPEN), start=1):
                    counts[place] += lead.status is status
    return found


@settings(
    deadline=None,
    max_examples=max(10, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    leads=st.tuples(*(outcomes(number) for number in range(1, 7))),
    bounds=st.tuples(st.integers(1, 3), st.integers(3, 7)),
)
async def test_stages_recounted_and_groups_sum_to_the_total(
    projection: Projection,
    client: httpx.AsyncClient,
    leads: tuple[LeadOutcome, ...],
    bounds: tuple[int, int],
) -> None:
    await projection.empty()
    await take_over(projection.owner, (1, 0), (2, 1), changes=TERMS)
    told = [
        structs.replace(one, definition=SECOND if one.definition.version == 1 else DefinitionRef("x", 1, "h"))
        for one in leads
    ]
    await tell(projection, told, [])
    first, last = date(2026, 1, bounds[0]), date(2026, 1, bounds[1])
    answer = await get(client, by="channel", **{"from": first.isoformat(), "to": last.isoformat()})
    counted = {
        (group["key"]["channel"], stage["stage"]): [
            stage[name]["leads"] for name in ("all", "won", "lost", "open")
        ]
        for group in answer["groups"]
        for stage in group["numbers"]["stage_costs"]["stages"]
        if stage["all"]["leads"]
    }
    assert counted == recounted(
        told, lambda moment: first <= from_micros(moment).astimezone(BERLIN).date() <= last
    )
    parts, total = [one["numbers"] for one in answer["groups"]], answer["total"]
    for name in ("total", "won", "lost", "open"):
        assert sum(Decimal(one["stage_costs"][name]["amount"]) for one in parts) == Decimal(
            total["stage_costs"][name]["amount"]
        )
    assert sum(Decimal(one["period"]["stage_costs"]["amount"]) for one in parts) == Decimal(
        total["period"]["stage_costs"]["amount"]
    )
    for name in ("customers", "unpriced"):
        assert sum(one["customers"][name] for one in parts) == total["customers"][name]
