"""`GET /v1/funnel` over HTTP: sums, drills, refusals."""

import csv
import io
from typing import Any

import httpx
import pytest

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadStatus
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import deal, outcome, record, won

LEAD, MQL, CUSTOMER, LOST = Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.CUSTOMER, Stage.LOST
WORLD = [
    outcome(1, (LEAD, 0), (MQL, 2), channel="email"),
    outcome(2, (LEAD, 1), (CUSTOMER, 9), channel="email", captured=1, deals=[won(1, 12_345, 9)]),
    outcome(3, (LEAD, 2), (LOST, 3), channel=None, captured=2, lost_at=1),
    outcome(4, (LEAD, 3), channel=None, captured=3, status=LeadStatus.DELETED),
    outcome(5, (LEAD, 4), (CUSTOMER, 9), channel="null", captured=4, deals=[won(2, 700, 9, "JPY")]),
    outcome(6, channel="email", captured=None),
]
_QUANTILES = ("p50_s", "p75_s", "p90_s", "p95_s")
DEALS = [deal(1, 12_345, (2, 12_345)), deal(3, 9_999), deal(4, 1, redirect_to="0" * 32)]


@pytest.fixture
async def known(projection: Projection) -> None:
    """The world above, projected."""
    await projection.take([*(record(body, 1) for body in WORLD), *(record(body, 1) for body in DEALS)])


async def get(client: httpx.AsyncClient, path: str, **parameters: Any) -> dict[str, Any]:
    """The body of a 200."""
    answer = await client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def listed(client: httpx.AsyncClient, link: str) -> int:
    """How many leads a link leads to, all pages together."""
    found, pages = 0, 0
    following: str | None = link
    while following is not None:
        answer = (await client.get(following)).json()
        found, following, pages = found + len(answer["leads"]), answer["next"], pages + 1
    return found


@pytest.mark.usefixtures("known")
class TestFunnel:
    async def test_groups_and_total(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, "/v1/funnel", by="channel")
        assert [group["key"] for group in answer["groups"]] == [
            {"channel": "email"},
            {"channel": "null"},
            {"channel": None},
        ]
        email = answer["groups"][0]
        stages = {row["stage"]: (row["entered"], row["reached"], row["current"]) for row in email["stages"]}
        assert stages["inquiry"] == (0, 2, 0)
        assert stages["lead"] == (2, 2, 0)
        assert stages["mql"] == (1, 2, 1)
        assert stages["customer"] == (1, 1, 1)
        assert stages["lost"] == (0, None, 0)
        assert email["revenue"] == {"amount": "123.45", "currency": "EUR"}
        each = ("average_sale", "revenue_per_customer")
        assert [email[name] for name in each] == [email["revenue"]] * 2
        assert email["recurring_revenue"] == {"amount": "0.00", "currency": "EUR"}
        # Who paid in yen only is no customer in euros.
        assert [answer["groups"][1][name] for name in each] == [None, None]
        first = email["steps"][0]
        assert (first["from"], first["to"], first["drop_off"]) == ("inquiry", "lead", 0)
        assert first["rate"] == {
            "value": 1.0,
            "n": 2,
            "at_risk": 0,
            "method": "wilson",
            "interval": [0.34238, 1.0],
            "naive": 1.0,
            "maturity": 1.0,
            "immature": False,
            "late": 0,
            "unwatched": 0,
        }
        assert first["time"] == {**dict.fromkeys(_QUANTILES, 60.0), "n": 2, "censored": 0}
        # Of two one was won on the ninth day, and the other one is open since January.
        assert (email["overall"]["value"], email["overall"]["method"]) == (0.5, "aalen_johansen")
        assert (email["overall"]["n"], email["overall"]["at_risk"]) == (2, 1)
        assert email["time_to_customer"]["p50_s"] == 9 * 86_400
        total = answer["total"]
        assert total["overall"]["n"] == 5
        assert total["unconverted"] == [{"amount": "700", "currency": "JPY"}]
        assert answer["unlinked"] == {
            "deals": 1,
            "revenue": {"amount": "99.99", "currency": "EUR"},
            "unconverted": [],
        }
        assert answer["query"] == {
            "by": ["channel"],
            "top": None,
            "from": "2026-01-01",
            "to": "2026-01-05",
            "basis": "cohort",
            "as_of": None,
            "filters": {},
        }

    @pytest.mark.parametrize("basis", ["cohort", "activity"])
    @pytest.mark.parametrize("by", ["channel", "campaign", "owner"])
    async def test_groups_sum_to_the_total_of_no_groups(
        self, client: httpx.AsyncClient, by: str, basis: str
    ) -> None:
        grouped = await get(client, "/v1/funnel", by=by, basis=basis)
        plain = await get(client, "/v1/funnel", basis=basis)
        assert plain["groups"] == []
        for row, whole in zip(grouped["total"]["stages"], plain["total"]["stages"], strict=True):
            stage = row["stage"]
            parts = [one for group in grouped["groups"] for one in group["stages"] if one["stage"] == stage]
            for measure in ("entered", "reached", "current"):
                assert sum(part[measure] or 0 for part in parts) == (whole[measure] or 0)
                assert row[measure] == whole[measure]
        assert grouped["total"]["revenue"] == plain["total"]["revenue"]

    @pytest.mark.parametrize("basis", ["cohort", "activity"])
    @pytest.mark.parametrize("days", [{}, {"from": "2026-01-02", "to": "2026-01-05"}, {"from": "2026-01-10"}])
    async def test_every_drill_lists_exactly_the_leads_that_are_counted(
        self, client: httpx.AsyncClient, basis: str, days: dict[str, str]
    ) -> None:
        answer = await get(client, "/v1/funnel", by="channel", basis=basis, **days)
        for numbers in (*answer["groups"], answer["total"]):
            for row in numbers["stages"]:
                assert await listed(client, row["drill"]["current"]) == row["current"]
                if row["reached"] is not None:
                    assert await listed(client, row["drill"]["reached"] + "&limit=1") == row["reached"]
            for step in numbers["steps"]:
                if step["drop_off"] is not None:
                    assert await listed(client, step["drill"]) == step["drop_off"]

    async def test_a_filter_may_share_the_dimension_and_the_empty_one_is_the_missing_row(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await get(client, "/v1/funnel", by="channel", channel=["email", ""])
        assert [group["key"]["channel"] for group in answer["groups"]] == ["email", None]
        assert answer["total"]["overall"]["n"] == 4
        assert answer["query"]["filters"] == {"channel": ["email", None]}
        assert (await get(client, "/v1/funnel", channel="null"))["total"]["overall"]["n"] == 1

    async def test_activity_dates_each_step_and_says_so(self, client: httpx.AsyncClient) -> None:
        answer = await get(client, "/v1/funnel", basis="activity", **{"from": "2026-01-10"})
        stages = {row["stage"]: row["reached"] for row in answer["total"]["stages"]}
        assert (stages["lead"], stages["customer"]) == (0, 2)
        assert answer["total"]["overall"] == {
            **dict.fromkeys(("value", "at_risk", "interval", "naive", "maturity", "immature")),
            **dict.fromkeys(("late", "unwatched")),
            "n": 0,
            "method": "activity_ratio",
        }
        assert answer["total"]["steps"][0]["drop_off"] is None
        assert answer["total"]["revenue"]["amount"] == "123.45"

    async def test_the_largest_groups_and_all_others_are_the_total(self, client: httpx.AsyncClient) -> None:
        whole = await get(client, "/v1/funnel", by="channel")
        answer = await get(client, "/v1/funnel", by="channel", top=1)
        assert [group["key"]["channel"] for group in answer["groups"]] == ["email", None]
        other = answer["other"]
        assert other["keys"] == 1
        left_out = {**whole["groups"][1], "keys": 1}
        del left_out["key"]
        for row in (*left_out["stages"], *left_out["steps"]):
            row["drill"] = None
        assert other == left_out
        assert (answer["total"], whole["other"]) == (whole["total"], None)
        text = (await client.get("/v1/funnel", params={"by": "channel", "top": 1, "format": "csv"})).text
        assert [row["row"] for row in csv.DictReader(io.StringIO(text))][-3:] == [
            "other",
            "total",
            "unlinked",
        ]

    async def test_top_is_of_groups(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/funnel", params={"top": 3})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "top")
        assert (await client.get("/v1/funnel", params={"by": "channel", "top": 0})).status_code == 400

    async def test_csv_has_a_line_a_group_and_the_total_last(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/funnel", params={"by": "channel", "format": "csv"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(row["row"], row["channel"]) for row in rows] == [
            ("group", "email"),
            ("group", "null"),
            ("group", ""),
            ("total", ""),
            ("unlinked", ""),
        ]
        assert (rows[3]["inquiry_reached"], rows[3]["revenue"]) == ("5", "123.45")
        assert (rows[4]["revenue"], rows[4]["currency"]) == ("99.99", "EUR")

    async def test_a_formula_in_a_name_stays_text_in_the_csv(
        self, client: httpx.AsyncClient, projection: Projection
    ) -> None:
        await projection.take([record(outcome(9, (LEAD, 0), channel="=cmd()"), 1)])
        answer = await client.get("/v1/funnel", params={"by": "channel", "format": "csv"})
        assert "group,'=cmd()," in answer.text


async def test_nothing_known_is_an_empty_answer(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/v1/funnel", by="channel")
    assert answer["groups"] == []
    assert answer["total"]["overall"]["value"] is None
    assert (answer["query"]["from"], answer["query"]["to"]) == (None, None)


async def test_all_leads_that_groups_are_compared_with_are_those_of_the_moment(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await projection.take([record(outcome(number, (LEAD, 1)), 1) for number in range(1, 5)])
    assert (await get(client, "/v1/funnel"))["total"]["overall"]["maturity"] is None
    await projection.take([record(outcome(number, (LEAD, 1), (CUSTOMER, 3)), 1) for number in range(5, 9)])
    assert (await get(client, "/v1/funnel"))["total"]["overall"]["maturity"] > 0
