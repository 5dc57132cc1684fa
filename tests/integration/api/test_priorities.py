"""The work list over the real tables: whom it holds, in which order, and its numbers."""

import csv
import io
from datetime import datetime
from uuid import UUID

import httpx

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadStatus
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_api.scoring_quality.judging import QualityJudge
from leadtrace_api.store.fill_work import fill_work_if_filled_otherwise
from tests.integration.api.judged import fates
from tests.integration.api.projection import Projection
from tests.integration.api.worklist import PATH, Body, at_stage, numbers, open_deal, pages, predicted, scored
from tests.unit.api.snapshots import lead_id, record, won


async def test_hot_first_then_what_is_due_first_then_what_brings_most(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    bodies: list[Body] = [
        scored(1, now, "warm", 1), at_stage(1, now),
        scored(2, now, "hot", 1), at_stage(2, now),
        scored(3, now, "hot", 9), at_stage(3, now),
        scored(4, now, "hot", 50), at_stage(4, now, Stage.OPPORTUNITY, deals=(open_deal(4, 10_000),)),
        scored(5, now, "hot", 50, predicted=predicted(0.5)),
        at_stage(5, now, Stage.OPPORTUNITY, deals=(open_deal(5, 10_001), open_deal(6, 90_000, "USD"))),
        scored(6, now, "cold", 900), at_stage(6, now),
        at_stage(7, now),
        # Recycled while hot: sales has had it. Hot again since: it waits once more.
        scored(8, now, "hot", 30), at_stage(8, now, Stage.RECYCLED),
        scored(9, now, "hot", 20), at_stage(9, now, Stage.RECYCLED),
    ]  # fmt: skip
    await projection.take([record(one, 1) for one in bodies])
    leads = await pages(client, limit=2)
    assert numbers(leads) == [9, 3, 2, 5, 4, 8, 1, 6, 7]
    told = {UUID(one["lead_id"]).int: one for one in leads}
    assert [number for number, one in told.items() if one["clock"]] == [9, 3, 2, 1]
    assert told[3]["reason"] == "Hot for 9 h: asked to see it. Contact was due 5 h ago."
    assert told[3]["clock"]["left_s"] < -5 * 3_599
    assert told[7]["reason"] == "Not scored yet."
    assert told[5]["expected_value"] == {
        "value": {"amount": "50.01", "currency": "EUR"},
        "probability": {"value": 0.5, "method": "predicted", "n": None, "interval": None},
        "amount": {"value": {"amount": "100.01", "currency": "EUR"}, "method": "open_deals", "n": None},
    }
    assert told[4]["expected_value"] is None
    assert told[2]["intent_trend"] == {"change": 30.0, "direction": "rising"}
    assert told[6]["intent_trend"] == {"change": 0.0, "direction": "steady"}


async def test_who_is_won_lost_gone_or_never_captured_is_nobodys_work(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    bodies = [
        at_stage(1, now, status=LeadStatus.WON),
        at_stage(2, now, status=LeadStatus.LOST),
        at_stage(3, now, status=LeadStatus.DELETED),
        at_stage(4, now, status=LeadStatus.VISITOR, captured_at=None),
        at_stage(5, now, redirect_to=lead_id(6)),
        at_stage(6, now),
    ]
    scores = [scored(number, now, "hot", 1) for number in range(1, 7)]
    everything: list[Body] = [*bodies, *scores]
    await projection.take([record(one, 1) for one in everything])
    assert numbers(await pages(client)) == [6]


async def test_without_a_model_the_band_says_how_likely_and_the_average_sale_how_much(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    await projection.take(list(fates(now, ("hot", 70, 300, 20, 25), ("hot", 70, 300, None, 75), first=100)))
    # Two customers for 100.00 and 50.01, and money that nobody has converted.
    sold = [
        at_stage(number, now, status=LeadStatus.WON, won_at=now, deals=(won(number, share, 1, currency),))
        for number, share, currency in ((1, 10_000, "EUR"), (2, 5_001, "EUR"), (3, 10**9, "JPY"))
    ]
    bodies: list[Body] = [*sold, scored(4, now, "hot", 1), at_stage(4, now)]
    await projection.take([record(one, 1) for one in bodies])
    before = (await pages(client, team="inside"))[0]
    assert before["expected_value"] is None
    await QualityJudge(projection.pool, Traffic(), 1).judge_due(StopSignal())
    (one,) = await pages(client, team="inside")
    assert one["expected_value"]["probability"]["method"] == "band_rate"
    assert one["expected_value"]["probability"]["value"] == 0.25
    assert one["expected_value"]["probability"]["n"] == 100
    assert one["expected_value"]["amount"] == {
        "value": {"amount": "75.01", "currency": "EUR"},
        "method": "average_sale",
        "n": 2,
    }
    assert one["expected_value"]["value"]["amount"] == "18.75"


async def test_pages_of_one_walk_are_valued_alike(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    await projection.take(list(fates(now, ("cold", 5, 300, 20, 50), ("cold", 5, 300, None, 50), first=100)))
    sold = at_stage(1, now, status=LeadStatus.WON, won_at=now, deals=(won(1, 10_000, 1),))
    mine = [one for number in (2, 3) for one in (scored(number, now, "cold", 1), at_stage(number, now))]
    bodies: list[Body] = [sold, *mine]
    await projection.take([record(one, 1) for one in bodies])
    judge = QualityJudge(projection.pool, Traffic(), 1)
    await judge.judge_due(StopSignal())
    first = (await client.get(PATH, params={"owner": "anna", "limit": 1})).json()
    await projection.take(list(fates(now, ("cold", 5, 300, None, 900), first=1_000)))
    await projection.pool.execute("delete from api.scoring_quality")
    await judge.judge_due(StopSignal())
    second = (await client.get(first["next"])).json()
    values = [
        one["expected_value"]["probability"]["value"] for page in (first, second) for one in page["leads"]
    ]
    assert values == [0.5, 0.5]
    assert (await pages(client, owner="anna"))[0]["expected_value"]["probability"]["value"] == 0.05


async def test_filters_csv_and_what_is_asked_again_on_the_next_page(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    bodies: list[Body] = [
        scored(1, now, "hot", 1), at_stage(1, now, owner="=cmd()"),
        scored(2, now, "warm", 1), at_stage(2, now, Stage.MARKETING_QUALIFIED),
        scored(3, now, "cold", 1), at_stage(3, now),
    ]  # fmt: skip
    await projection.take([record(one, 1) for one in bodies])
    assert numbers(await pages(client, band=["hot", "cold"], limit=1)) == [1, 3]
    assert numbers(await pages(client, stage="mql")) == [2]
    assert numbers(await pages(client, channel="")) == [1, 2, 3]
    answer = await client.get(PATH, params={"format": "csv", "limit": 1, "team": "inside"})
    head, row = csv.reader(io.StringIO(answer.text))
    told = dict(zip(head, row, strict=True))
    assert (told["owner"], told["band"], told["expected_value"]) == ("'=cmd()", "hot", "")
    assert datetime.fromisoformat(told["due_at"]).tzinfo is not None
    link = answer.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    assert lead_id(2) in (await client.get(link)).text


async def test_after_an_update_the_columns_are_filled_from_what_is_stored(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    deals = (open_deal(1, 5_000),)
    bodies: list[Body] = [
        scored(1, now, "hot", 1, predicted=predicted(0.5)),
        at_stage(1, now, deals=deals),
    ]
    await projection.take([record(one, 1) for one in bodies])
    statement = "select stage_since, open_amounts, band_since, predicted from api.leads"
    kept = await projection.pool.fetchrow(statement)
    assert kept is not None
    assert None not in tuple(kept)
    await projection.owner.execute("delete from api.projections where name = 'priorities'")
    await projection.owner.execute(
        "update api.leads set stage_since = null, open_amounts = null, band_since = null, predicted = null"
    )
    async with projection.pool.acquire() as connection:
        assert await fill_work_if_filled_otherwise(connection)
        assert not await fill_work_if_filled_otherwise(connection)
    assert await projection.pool.fetchrow(statement) == kept
    assert numbers(await pages(client)) == [1]


async def test_a_cursor_that_it_never_made_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/priorities?cursor=abc")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor")
    assert answer.json()["remedy"].startswith("Leave cursor out")
