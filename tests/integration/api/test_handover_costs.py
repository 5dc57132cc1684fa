"""What an order costs while sales has not reported all: `cpo` of `GET /v1/handovers`, reckoned by hand."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from msgspec import convert, structs

from leadtrace.domain.definitions.attribution import ChannelGroups
from leadtrace.events.custody import Answer, Clock, Ending, Offer, OpenedBy
from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.events.spend import SpendKind
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace_api.room import Room
from tests.integration.api.projection import Projection
from tests.integration.api.spending import posted, spent, take
from tests.unit.api.snapshots import at, deal, outcome, record

JANUARY = {"from": "2026-01-01", "to": "2026-01-31"}
FEBRUARY = {"from": "2026-02-01", "to": "2026-02-28"}
_NEVER = at(20_000)


def offer(day: float, ended: Ending | None = None, *, due: int | None = None, **fields: Any) -> Offer:
    """Accepted so many days into 2026; its outcome is due an hour later unless said otherwise."""
    made = Offer(
        at=at(day),
        opened_by=OpenedBy.CLAIM,
        version=1,
        team="sales",
        answer=Answer.ACCEPTED,
        answered_at=at(day),
        ended_as=ended,
        ended_at=at(day + 1) if ended is not None else None,
        outcome=Clock(at(day), at(day), due if due is not None else at(day + 1 / 24)),
    )
    return structs.replace(made, **fields)


def lead(number: int, channel: str | None, *offers: Offer, campaign: str | None = None) -> LeadOutcome:
    """A lead that was handed over."""
    made = outcome(number, (Stage.LEAD, 0), channel=channel, offers=offers)
    return structs.replace(made, acquisition=Acquisition(channel=channel, campaign=campaign))


WORLD: Sequence[LeadOutcome] = [
    lead(1, "email", offer(3, Ending.WON), campaign="spring"),
    # Of the same buying group: won, and no order of its own.
    lead(2, "email", offer(3, Ending.WON)),
    lead(3, "email", offer(3, Ending.LOST)),
    lead(4, "email", offer(3)),
    # Nothing is owed of these two yet, or any more.
    lead(5, "email", offer(3, due=_NEVER)),
    lead(6, "email", offer(3, answer=Answer.REJECTED, outcome=None)),
    lead(7, "fair", offer(4, Ending.WON)),
    lead(8, None, offer(4)),
]
DEALS = [
    deal(1, 50_000, (1, 30_000), (2, 20_000), closed_at=at(40)),
    deal(7, 20_000, (7, 20_000), closed_at=at(4)),
    deal(9, 7_000, closed_at=at(5)),
]
SPEND = posted(
    1,
    (0, 40),
    spent((0, 4), "100.00", channel="email", campaign="spring"),
    spent((5, 5), "20.00", channel="email", kind=SpendKind.SALES),
    spent((3, 3), "40.00", channel="print"),
    spent((8, 8), "5", "USD", channel="print"),
    spent((8, 8), "6", "USD", channel="radio"),
    spent((9, 9), "-3", channel="refunds"),
    spent((35, 35), "700.00", channel="email"),
)


def eur(amount: str) -> dict[str, str]:
    """Euros as JSON."""
    return {"amount": amount, "currency": "EUR"}


def bounded(amount: str | None, orders: float | None, reason: str | None = None) -> dict[str, Any]:
    """One bound as JSON."""
    return {"value": eur(amount) if amount is not None else None, "orders": orders, "reason": reason}


async def asked(client: httpx.AsyncClient, **parameters: str) -> tuple[dict[str, Any], dict[Any, Any]]:
    """`cpo` of the total, and of the groups by their keys."""
    answer = await client.get("/v1/handovers", params=parameters)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    groups = {tuple(one["key"].values()): one["numbers"]["cpo"] for one in body["groups"]}
    return body["total"]["cpo"], groups


async def tell(projection: Projection, leads: Sequence[LeadOutcome], deals: Sequence[Any]) -> None:
    """Have the projector take snapshots in."""
    await projection.take([*(record(one, 1) for one in leads), *(record(one, 1) for one in deals)])


@pytest.fixture
async def known(projection: Projection) -> None:
    """The world above, projected."""
    await tell(projection, WORLD, DEALS)
    await take(projection, [SPEND])


@pytest.mark.usefixtures("known")
class TestBounds:
    async def test_the_truth_lies_between_all_lost_and_won_like_the_rest(
        self, client: httpx.AsyncClient
    ) -> None:
        total, groups = await asked(client, by="channel", **JANUARY)
        # One order of three reported leads, so a third of one of the fourth: 120 / (1 + 1/3).
        assert groups["email",] == {
            "spend": eur("120.00"),
            "unconverted": [],
            "orders": 1,
            "unreported": 1,
            "all_lost": bounded("120.00", 1.0),
            "like_the_rest": bounded("90.00", 1.333333),
        }
        # 120 + 40 - 3; two orders of four reported leads, and two unreported ones.
        assert total == {
            "spend": eur("157.00"),
            "unconverted": [{"amount": "11.00", "currency": "USD"}],
            "orders": 2,
            "unreported": 2,
            "all_lost": bounded("78.50", 2.0),
            "like_the_rest": bounded("52.33", 3.0),
        }

    async def test_what_cannot_be_told_is_null_with_its_reason(self, client: httpx.AsyncClient) -> None:
        _, groups = await asked(client, by="channel", **JANUARY)
        assert list(groups) == [("email",), ("fair",), ("print",), ("radio",), ("refunds",), (None,)]
        reasons = {
            key: (one["all_lost"]["reason"], one["like_the_rest"]["reason"]) for (key,), one in groups.items()
        }
        assert reasons == {
            "email": (None, None),
            "fair": ("no_spend", "no_spend"),
            "print": ("none_yet", "none_yet"),
            "radio": ("no_rate", "no_rate"),
            "refunds": ("negative_spend", "negative_spend"),
            None: ("no_spend", "no_spend"),
        }
        assert groups["fair",]["like_the_rest"] == bounded(None, 1.0, "no_spend")
        # Nothing is reported of it: nobody knows what the rest would be.
        assert groups[None,]["like_the_rest"] == bounded(None, None, "no_spend")
        assert groups["print",]["unconverted"] == [{"amount": "5.00", "currency": "USD"}]

    async def test_filters_that_spend_knows_filter_it_too(self, client: httpx.AsyncClient) -> None:
        total, groups = await asked(client, by="campaign", channel="email", **JANUARY)
        assert total["spend"] == eur("120.00")
        assert (groups["spring",]["spend"], groups["spring",]["all_lost"]) == (
            eur("100.00"),
            bounded("100.00", 1.0),
        )
        assert groups[None,]["spend"] == eur("20.00")
        assert groups[None,]["all_lost"] == bounded(None, 0.0, "none_yet")
        nowhere, _ = await asked(client, channel="", **JANUARY)
        assert (nowhere["spend"], nowhere["unreported"]) == (eur("0.00"), 1)

    @pytest.mark.parametrize("name", ["team", "owner", "partner", "form", "segment", "industry", "region"])
    async def test_what_was_spent_on_whom_is_not_known(self, client: httpx.AsyncClient, name: str) -> None:
        key = "sales" if name == "team" else ""
        total, groups = await asked(client, by="channel", **JANUARY, **{name: key})
        assert list(groups) == [("email",), ("fair",), (None,)]
        for one in (total, *groups.values()):
            assert (one["spend"], one["unconverted"]) == (None, [])
            assert one["all_lost"]["reason"] == one["like_the_rest"]["reason"] == "spend_unknown"
        assert total["like_the_rest"] == bounded(None, 3.0, "spend_unknown")
        total, groups = await asked(client, by=f"channel,{name}", **JANUARY)
        assert total["all_lost"] == bounded("78.50", 2.0)
        assert {one["all_lost"]["reason"] for one in groups.values()} == {"spend_unknown"}

    async def test_a_cost_is_that_of_costs(self, client: httpx.AsyncClient) -> None:
        total, groups = await asked(client, by="channel,campaign", **JANUARY)
        costs = (await client.get("/v1/costs", params={"by": "channel,campaign", **JANUARY})).json()
        told = {tuple(one["key"].values()): one["numbers"]["spend"] for one in costs["groups"]}
        for key, one in groups.items():
            assert one["spend"] == (told[key]["total"] if key in told else eur("0.00"))
        assert total["spend"] == costs["total"]["spend"]["total"]
        assert {key for key, one in told.items() if one["total"]["amount"] != "0.00"} <= groups.keys()

    async def test_csv_tells_the_same(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/handovers", params={"by": "channel", "format": "csv", **JANUARY})
        lines = list(csv.DictReader(io.StringIO(answer.text)))
        told = [
            [line[name] for name in ("spend", "orders", "cpo_all_lost", "cpo_like_the_rest")]
            for line in lines
        ]
        assert told[0] == ["120.00", "1", "120.00", "90.00"]
        assert told[1] == ["0.00", "1", "", ""]
        assert told[-1] == ["157.00", "2", "78.50", "52.33"]
        assert {line["currency"] for line in lines} == {"EUR"}
        answer = await client.get("/v1/handovers", params={"team": "sales", "format": "csv"})
        (line,) = csv.DictReader(io.StringIO(answer.text))
        assert (line["spend"], line["orders"], line["cpo_all_lost"]) == ("", "2", "")


async def test_an_order_is_of_the_handover_that_it_came_of(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """It is in one of two ranges, so that ranges add up; what closed before any handover is of the first."""
    leads = [lead(1, "email", offer(3, Ending.WON), offer(10, Ending.RETURNED), offer(40, Ending.WON))]
    deals = [
        deal(number, 1_000, (1, 1_000), closed_at=at(day)) for number, day in enumerate((1, 12, 40, 45, 50))
    ]
    await tell(projection, leads, deals)
    orders = [(await asked(client, **days))[0]["orders"] for days in (JANUARY, FEBRUARY, {})]
    assert orders == [2, 3, 5]


async def test_leads_that_became_one_have_its_orders(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    gone = structs.replace(lead(1, "fair", offer(3, Ending.WON)), redirect_to=lead(2, None).lead_id)
    await tell(projection, [gone, lead(2, "email", offer(3, Ending.WON))], [deal(1, 10, (1, 10))])
    total, groups = await asked(client, by="channel")
    assert (total["orders"], groups["email",]["orders"], list(groups)) == (1, 1, [("email",)])


async def test_spend_is_of_the_channel_that_the_rules_name(
    room: Room, projection: Projection, client: httpx.AsyncClient
) -> None:
    """Leads come with the names of the rules; spend that kept its own would never meet them."""
    live = live_definitions()
    rules = convert(
        {"rules": [{"channel": "paid", "when": [{"dimension": "medium", "in": ["cpc"]}]}]}, ChannelGroups
    )
    terms = structs.replace(live.attribution, channels=rules)
    object.__setattr__(room, "schedules", Schedules("api", structs.replace(live, attribution=terms)))
    await tell(projection, [lead(1, "paid", offer(3, Ending.WON))], [deal(1, 10, (1, 10))])
    rows = [spent((0, 0), "100", channel=name, medium="CPC") for name in ("google_ads", "bing_ads")]
    await take(projection, [posted(1, (0, 9), *rows)])
    total, groups = await asked(client, by="channel")
    assert list(groups) == [("paid",)]
    assert total["all_lost"] == groups["paid",]["all_lost"] == bounded("200.00", 1.0)
    assert (await asked(client, channel="google_ads"))[0]["spend"] == eur("0.00")
