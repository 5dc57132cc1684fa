"""Business gauges over a database: equal to what the api answers, bounded, and frozen when it is away."""

import re
from typing import Any

import httpx
import pytest

from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import DealStatus
from leadtrace.store.sql_engine import make_engine
from leadtrace_api.business.metrics import OF_A_SNAPSHOT
from leadtrace_api.room import Room
from tests.integration.api.projection import Projection
from tests.integration.api.scraped import US_A_DAY, Scraped, days_until, get, window
from tests.unit.api.snapshots import START_US, deal, outcome, record, won

LEAD, MQL, CUSTOMER = Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.CUSTOMER
_SPEND = """
insert into api.spend_days
  (event_no, place, day, account_id, kind, channel, currency, amount, counted, counted_in)
select 1, place, $1::text::date, gen_random_uuid(), kind, channel, currency, minor, minor, currency
from (values (0, 'media', 'email', 'EUR', 3000), (1, 'sales', 'Ähre', 'EUR', 1002),
  (2, 'media', 'email', 'SEK', 5)) as spent (place, kind, channel, currency, minor)
"""


@pytest.fixture
async def known(projection: Projection, now: int) -> None:
    """Leads of the last days, months, and of long ago; two currencies; no channel, and a strange one."""
    today = days_until(now)
    bodies = [
        outcome(1, (LEAD, today - 5), (MQL, today - 4), channel="email", captured=today - 5),
        outcome(
            2,
            (LEAD, today - 60),
            (CUSTOMER, today - 9),
            channel="email",
            captured=today - 60,
            deals=[won(1, 12_345, today - 9)],
        ),
        outcome(3, (LEAD, today - 2), channel=None, captured=today - 2),
        outcome(4, (LEAD, today - 3), channel="anna@example.com", captured=today - 3),
        outcome(
            5,
            (LEAD, today - 200),
            (CUSTOMER, today - 100),
            captured=today - 200,
            deals=[won(2, 700, today - 100, "JPY")],
        ),
    ]
    closed = START_US + round((today - 9) * US_A_DAY)
    deals = [
        deal(1, 12_345, (2, 12_345), closed_at=closed),
        deal(3, 9_999),
        deal(4, 500, closed_at=closed, status=DealStatus.LOST),
    ]
    await projection.take([*(record(body, 1) for body in bodies), *(record(body, 1) for body in deals)])


@pytest.mark.usefixtures("known")
class TestEqualToAnswers:
    async def test_stages_and_channels_are_those_of_the_funnel(
        self, room: Room, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        scraped = await Scraped(room).refreshed()
        ever = await get(client, "/v1/funnel")
        for row in ever["total"]["stages"]:
            assert scraped.value("stage_current_leads", stage=row["stage"]) == row["current"]
        for days in (30, 90):
            asked = await window(projection, days)
            found = await get(client, "/v1/funnel", by="channel", basis="activity", **asked)
            reached = {row["stage"]: row["reached"] for row in found["total"]["stages"]}
            shown = {
                rung: scraped.value("stage_reached_leads", stage=rung, days=str(days)) for rung in LADDER
            }
            assert shown == {rung: reached[rung] for rung in LADDER}
            email = next(one for one in found["groups"] if one["key"] == {"channel": "email"})
            for row in email["stages"]:
                if row["reached"] is not None:
                    of = {"channel": "email", "stage": row["stage"], "days": str(days)}
                    assert scraped.value("channel_reached_leads", **of) == row["reached"]
        assert scraped.value("stage_reached_leads", stage="inquiry", days="30") == 3
        assert scraped.value("stage_reached_leads", stage="inquiry", days="90") == 4
        of = {"stage": "lead", "days": "30"}
        assert scraped.value("channel_reached_leads", channel="none", **of) == 1
        assert scraped.value("channel_reached_leads", channel="other", **of) == 1

    async def test_rates_are_those_of_the_funnel(
        self, room: Room, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        scraped = await Scraped(room).refreshed()
        for days, asked in (("90", await window(projection, 90)), ("all", {})):
            found = (await get(client, "/v1/funnel", **asked))["total"]
            steps = [(one["from"], one["to"], one["rate"]) for one in found["steps"]]
            for before, after, rate in [*steps, ("inquiry", "customer", found["overall"])]:
                of = {"from_stage": before, "to_stage": after, "days": days}
                assert scraped.value("step_conversion_ratio", **of) == rate["value"]
                assert scraped.value("step_conversion_leads", **of) == rate["n"]
                assert scraped.value("step_conversion_naive_ratio", **of) == rate["naive"]
                assert scraped.value("step_conversion_maturity_ratio", **of) == rate["maturity"]
                low, high = rate["interval"] or (None, None)
                assert scraped.value("step_conversion_lower_ratio", **of) == low
                assert scraped.value("step_conversion_upper_ratio", **of) == high

    async def test_money_is_that_of_funnel_and_costs(
        self, room: Room, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        today = (await window(projection, 1))["to"]
        await projection.owner.execute(_SPEND, today)
        scraped = await Scraped(room).refreshed()
        assert scraped.value("revenue_amount", currency="JPY", days="all") == 700
        assert scraped.value("revenue_amount", currency="JPY", days="90") == 0
        for days in (30, 90):
            asked = await window(projection, days)
            total = (await get(client, "/v1/funnel", basis="activity", **asked))["total"]
            of = {"currency": "EUR", "days": str(days)}
            assert scraped.value("revenue_amount", **of) == float(total["revenue"]["amount"])
            costs = (await get(client, "/v1/costs", **asked))["total"]
            assert scraped.value("spend_amount", **of) == float(costs["spend"]["total"]["amount"]) == 40.02
            assert scraped.value("won_orders", days=str(days)) == costs["period"]["orders"]
            cpo = costs["period"]["cpo"]["value"]
            assert scraped.value("order_cost_amount", **of) == (cpo and float(cpo["amount"]))
            roas = costs["cohort"]["roas"]["value"]
            assert scraped.value("media_return_ratio", days=str(days)) == pytest.approx(roas)
            assert scraped.value("channel_spend_amount", channel="email", **of) == 30
            assert scraped.value("channel_spend_amount", channel="other", **of) == 10.02
            assert scraped.value("channel_revenue_amount", channel="email", **of) == 123.45


async def test_a_channel_that_is_no_longer_among_the_largest_is_shown_no_longer(
    room: Room, projection: Projection, now: int
) -> None:
    today = days_until(now)
    first = outcome(1, (LEAD, today - 1), channel="events", captured=today - 1)
    await projection.take([record(first, 1)])
    scraped = await Scraped(room).refreshed()
    assert scraped.labels("channel_reached_leads", "channel") == {"events", "other", "none"}
    moved = outcome(1, (LEAD, today - 1), channel="email", captured=today - 1)
    await projection.take([record(moved, 2)])
    await scraped.refreshed()
    for name in ("channel_reached_leads", "channel_revenue_amount", "channel_spend_amount"):
        assert scraped.labels(name, "channel") == {"email", "other", "none"}


async def test_the_largest_channel_is_the_one_of_most_leads(
    room: Room, projection: Projection, now: int
) -> None:
    today = days_until(now)
    channels = ("a", "b", "b", None, None, None)
    await projection.take(
        [
            record(outcome(number, (LEAD, today - 1), channel=channel, captured=today - 1), 1)
            for number, channel in enumerate(channels)
        ]
    )
    scraped = await Scraped(room, top_channels=1).refreshed()
    of = {"stage": "inquiry", "days": "30"}
    reached = {
        channel: scraped.value("channel_reached_leads", channel=channel, **of)
        for channel in ("b", "other", "none")
    }
    assert reached == {"b": 2, "other": 1, "none": 3}


async def test_a_thousand_channels_and_forty_currencies_stay_few_series(
    room: Room, projection: Projection, now: int
) -> None:
    today = days_until(now)
    codes = [f"X{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(40)]
    await projection.take(
        [
            record(
                outcome(
                    number,
                    (LEAD, today - 1),
                    channel=f"channel {number}",
                    captured=today - 1,
                    deals=[won(number, 1, today - 1, codes[number])] if number < len(codes) else [],
                ),
                1,
            )
            for number in range(1_000)
        ]
    )
    scraped = await Scraped(room).refreshed()
    assert len(scraped.labels("channel_reached_leads", "channel")) == 12
    reached = [
        value for labels, value in scraped.samples("channel_reached_leads") if labels["stage"] == "lead"
    ]
    assert sum(reached) == 2_000
    assert len(scraped.labels("revenue_amount", "currency")) == 20
    assert scraped.value("revenue_unshown_currencies") == 21
    for definition in OF_A_SNAPSHOT:
        short = definition.name.removeprefix("leadtrace_")
        for label in definition.labels:
            shown = scraped.labels(short, label.name)
            assert len(shown) <= label.largest
            assert not label.values or shown <= set(label.values)
    business = re.findall(r"^leadtrace_(?!build)", scraped.metrics.render().decode(), re.MULTILINE)
    assert len(business) < 700


async def test_a_database_that_went_away_leaves_the_last_snapshot_and_its_moment(
    room: Room, projection: Projection, now: int, tmp_path: Any
) -> None:
    today = days_until(now)
    await projection.take([record(outcome(1, (LEAD, today - 1), captured=today - 1), 1)])
    scraped = await Scraped(room).refreshed()
    taken = scraped.value("business_snapshot_timestamp_seconds")
    assert taken is not None
    assert scraped.value("business_snapshot_failures_total") == 0
    away = make_engine(f"postgresql:///none?host={tmp_path}")
    scraped.gauges._room = Room(away, room.settings, room.shelf, room.keys, room.vault)
    await scraped.refreshed()
    await away.dispose()
    assert scraped.value("business_snapshot_timestamp_seconds") == taken
    assert scraped.value("stage_current_leads", stage="lead") == 1
    assert scraped.value("business_snapshot_failures_total") == 1


async def test_before_the_first_snapshot_nothing_is_shown(room: Room) -> None:
    scraped = Scraped(room)
    assert "# HELP leadtrace_stage_current_leads" in scraped.metrics.render().decode()
    assert not list(scraped.samples("stage_current_leads"))
    assert scraped.value("business_snapshot_timestamp_seconds") is None
