"""The law of attribution: no model loses or makes up a cent, however events came, were moved or refunded."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.envelope import Event
from leadtrace.testing.builders import DAY_ZERO
from leadtrace.testing.moving_worlds import MovingWorld, moving_worlds
from tests.integration.api.crediting import EVERY, PER_DEAL, asked, tell
from tests.integration.api.projection import Projection
from tests.integration.api.test_attribution import told

# What won deals brought, read off the snapshots of attribution; it knows nothing of credits.
_WON = """
with standing as (
  select convert_from(body, 'utf8')::jsonb as body from attribution.deals
), won as (select * from standing where body ->> 'status' = 'won' and not body ? 'redirect_to')
select counted_in, sum(counted)::bigint as amount
from won, lateral (
  select (booking ->> 4)::bigint as counted, booking ->> 5 as counted_in
  from jsonb_array_elements(body -> 'bookings') booking
  union all
  select (body ->> 'amount')::bigint, body ->> 'currency'
  where not body ? 'bookings' and body ? 'amount' and body ? 'currency'
) money
group by 1
union all select null, count(*) from won
"""
_BOOKED = """
select coalesce(channel, ''), attributed, coalesce(sum(amounts[3]), 0)::bigint from attribution.credits
where counted_in = 'EUR' and booked_on between $1 and $2 group by 1, 2 having sum(amounts[3]) <> 0
"""
_SUMS = ("groups", "total", "data_driven", "top_paths")

through_the_store = settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


async def answers(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Every model by channel, rule-based ones by two dimensions, and what was booked on the second day."""
    second = (DAY_ZERO + timedelta(days=1)).date().isoformat()
    found = [
        await asked(client, model=f"{EVERY},shapley_rate"),
        await asked(client, model=EVERY, by="campaign"),
        await asked(client, model=PER_DEAL, by="channel,outlet"),
        await asked(client, model=PER_DEAL, basis="activity", first=second, last=second),
    ]
    return [{name: one[name] for name in _SUMS} for one in found]


@through_the_store
@given(world=moving_worlds(), seed=st.integers(0, 2**32))
async def test_any_order_and_any_moves_end_in_the_same_credit(
    projection: Projection, client: httpx.AsyncClient, world: MovingWorld, seed: int
) -> None:
    events = list(world.events)
    random.Random(seed).shuffle(events)
    await expect_conserved(projection, client, events)
    moved = await answers(client)
    await tell(projection, world.settled)
    assert await answers(client) == moved


async def test_refunds_and_what_nobody_touched_are_conserved(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """The world told by hand has both, of which generated ones have few."""
    await expect_conserved(projection, client, told())


async def expect_conserved(projection: Projection, client: httpx.AsyncClient, events: list[Event]) -> None:
    """Each model, as deals have it; groups and total agree; and the audit says so."""
    await tell(projection, events)
    won = {row["counted_in"]: row["amount"] for row in await projection.owner.fetch(_WON)}
    expected = (Decimal(won.pop(None)), {name: Decimal(minor) / 100 for name, minor in won.items() if minor})
    for answer in (await answers(client))[:3]:
        for model, total in answer["total"]["models"].items():
            assert _said([total]) == expected, model
            assert _said(group["models"][model] for group in answer["groups"]) == expected, model
    audit = (await client.get("/v1/audit/conservation")).json()
    assert (audit["balanced"], audit["credits"]["pending"], audit["credits"]["difference"]) == (True, 0, 0), (
        audit
    )
    differences = {one["difference"] for one in audit["credits"]["deals"]}
    assert differences <= {"0.000000"}
    assert {one["difference"]["amount"] for one in audit["credits"]["money"]} <= {"0.00"}


async def test_days_are_those_of_the_bookings(projection: Projection, client: httpx.AsyncClient) -> None:
    """Against the credits of each deal, which the sums by day are kept of."""
    await tell(projection, told())
    for days in range(0, 30, 5):
        first = (DAY_ZERO + timedelta(days=days)).date()
        last = first + timedelta(days=7)
        booked = {(row[0], row[1]): row[2] for row in await projection.owner.fetch(_BOOKED, first, last)}
        answer = await asked(
            client, model="linear", basis="activity", first=first.isoformat(), last=last.isoformat()
        )
        amounts = {
            (group["key"]["channel"] or "", group["attributed"]): _minor(group["models"]["linear"])
            for group in answer["groups"]
        }
        assert {key: amount for key, amount in amounts.items() if amount} == booked


class TestAudit:
    async def test_a_credit_that_is_lost_shows(
        self, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        await tell(projection, told())
        await projection.owner.execute(
            "delete from attribution.credit_days where channel = 'email' and counted_in = 'EUR'"
        )
        found = (await client.get("/v1/audit/conservation")).json()
        wrong = {
            one["model"]: one["difference"]["amount"]
            for one in found["credits"]["money"]
            if one["won"]["currency"] == "EUR" and one["difference"]["amount"] != "0.00"
        }
        assert wrong["linear"] == "20.00"
        assert (found["balanced"], found["difference"]) == (False, len(wrong))
        assert found["credits"]["difference"] == len(wrong)
        metrics = (await client.get("/metrics")).text
        assert f'leadtrace_conservation_difference_records{{check="credits"}} {len(wrong)}.0' in metrics

    async def test_what_waits_for_its_credits_is_pending_and_no_difference(
        self, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        whole = await tell(projection, [])
        await whole.tell(told())
        found = (await client.get("/v1/audit/conservation")).json()
        assert (found["balanced"], found["credits"]["difference"]) == (True, 0)
        assert found["credits"]["pending"] > 0
        assert found["credits"]["oldest_pending_age_s"] >= 0
        assert ("linear", "4.000000") in {
            (one["model"], one["difference"]) for one in found["credits"]["deals"]
        }

    async def test_a_deal_credited_twice_shows(
        self, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        await tell(projection, told())
        await projection.owner.execute(
            "update attribution.credit_days set amounts[1] = amounts[1] + 1 "
            "where counted_in is null and channel = 'search' and campaign = 'brand'"
        )
        deals = (await client.get("/v1/audit/conservation")).json()["credits"]["deals"]
        assert [(one["model"], one["difference"]) for one in deals if one["difference"] != "0.000000"] == [
            ("first_touch", "-0.000001")
        ]
        assert "custom" not in {one["model"] for one in deals}


def _said(given: Iterable[dict[str, Any]]) -> tuple[Decimal, dict[str, Decimal]]:
    """Deals and money of each currency, added up."""
    deals = Decimal(0)
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in given:
        deals += Decimal(one["deals"])
        for money in (one["revenue"], *one["unconverted"]):
            amounts[money["currency"]] += Decimal(money["amount"])
    return deals, {name: amount for name, amount in amounts.items() if amount}


def _minor(given: dict[str, Any]) -> int:
    return int(Decimal(given["revenue"]["amount"]) * 100)
