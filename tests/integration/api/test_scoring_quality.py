"""The quality of the score, from snapshots to answer and gauges: judged as it was, and as of one moment."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio

from leadtrace.events.snapshots import DefinitionRef, LeadStatus
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_api.scoring_quality.asked import EACH
from leadtrace_api.scoring_quality.judging import QualityJudge
from tests.integration.api.judged import fate, fates
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import record

PATH = "/v1/scoring/quality"


@pytest_asyncio.fixture
async def judge(projection: Projection) -> AsyncIterator[QualityJudge]:
    """What the projector runs beside its loop."""
    yield QualityJudge(projection.pool, Traffic(), 1)


async def answer(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    """What is said of the score."""
    found = await client.get(PATH, params=asked)
    assert found.status_code == 200, found.text
    told: dict[str, Any] = found.json()
    return told


async def test_until_it_is_computed_it_says_so(client: httpx.AsyncClient, judge: QualityJudge) -> None:
    found = await client.get(PATH)
    assert found.status_code == 503
    assert found.json()["type"] == "urn:leadtrace:problem:not_computed_yet"
    assert found.headers["retry-after"]
    assert "leadtrace_scoring_quality_timestamp_seconds 0.0" in (await client.get("/metrics")).text
    assert await judge.judge_due(StopSignal()) == [1]
    told = await answer(client)
    assert (told["overall"]["rate"]["n"], told["monotone"], told["warnings"]) == (0, None, [])


async def test_bands_are_those_of_the_moment_and_open_leads_are_no_losses(
    projection: Projection, client: httpx.AsyncClient, judge: QualityJudge, now: int
) -> None:
    await projection.take(
        list(
            fates(
                now,
                ("hot", 70, 300, 20, 30),
                ("hot", 70, 300, None, 30),
                ("warm", 40, 300, 20, 10),
                ("warm", 40, 300, None, 90),
                ("cold", 10, 300, None, 50),
                ("hot", 70, 50, None, 5),
                ("hot", 70, 300, 5, 2),  # won before its moment
                ("hot", 70, 3, None, 1),  # too young
            )
        )
    )
    await judge.judge_due(StopSignal())
    told = await answer(client)
    bands = {one["band"]: one for one in told["bands"]}
    assert {band: one["rate"]["n"] for band, one in bands.items()} == {"cold": 50, "warm": 100, "hot": 65}
    assert (bands["hot"]["won"], bands["hot"]["lost"], bands["hot"]["censored"]) == (30, 30, 5)
    # Watched for 13 days were all 65 hot leads, for the horizon 60: a win weighs 1 and a loss 65/60.
    assert bands["hot"]["rate"]["value"] == pytest.approx(30 / (30 + 30 * 65 / 60), abs=1e-6)
    assert bands["hot"]["rate"]["naive"] == pytest.approx(30 / 65, abs=1e-6)
    assert bands["warm"]["rate"]["value"] == 0.1
    assert told["left_out"] == {
        "deleted": 0,
        "too_young": 1,
        "won_before": 2,
        "lost_before": 0,
        "unscored": 0,
    }
    assert told["monotone"] is True
    assert told["auc"]["value"] > 0.7
    assert told["forecast"]["split"] == "at_random"
    assert told["inflation"] is False
    later = await answer(client, age_days=30)
    assert later["left_out"]["won_before"] == 42
    assert (await answer(client, horizon_days=90, age_days=7))["horizon_days"] == 90


async def test_inflation_is_warned_of_and_shown_to_prometheus(
    projection: Projection, client: httpx.AsyncClient, judge: QualityJudge, now: int
) -> None:
    await projection.take(
        list(
            fates(
                now,
                ("hot", 70, 300, 20, 4),
                ("hot", 70, 300, None, 76),
                ("warm", 40, 300, 20, 40),
                ("warm", 40, 300, None, 60),
            )
        )
    )
    await judge.judge_due(StopSignal())
    told = await answer(client)
    assert told["warnings"] == [
        {
            "kind": "hot_no_better",
            "words": "Hot converts no better than warm: 5.0 % of 80 leads against 40.0 % of 100 leads"
            " (-35.0 points, 95 % interval -45.3 to -23.5).",
        }
    ]
    exposition = (await client.get("/metrics")).text
    assert "leadtrace_scoring_inflation_ratio 1.0" in exposition
    assert 'leadtrace_scoring_band_conversion_ratio{band="hot"} 0.05' in exposition
    assert 'leadtrace_scoring_band_conversion_ratio{band="cold"}' not in exposition
    assert "leadtrace_scoring_drift_ratio NaN" in exposition


async def test_deleted_absorbed_and_unscored_leads_are_not_judged(
    projection: Projection, client: httpx.AsyncClient, judge: QualityJudge, now: int
) -> None:
    group = ("hot", 70, 300.0, None, 1)
    kept = fate(1, now, group)
    _, unscored = fate(2, now, group)
    score, outcome = fate(3, now, group)
    deleted = msgspec.structs.replace(outcome, status=LeadStatus.DELETED)
    other, gone = fate(4, now, group)
    absorbed = msgspec.structs.replace(gone, redirect_to=str(UUID(int=1)))
    bodies = (*kept, unscored, score, deleted, other, absorbed)
    await projection.take([record(one, 1) for one in bodies])
    await judge.judge_due(StopSignal())
    told = await answer(client)
    assert told["overall"]["rate"]["n"] == 1
    assert (told["left_out"]["deleted"], told["left_out"]["unscored"]) == (1, 1)


async def test_versions_are_judged_apart_and_what_is_kept_no_longer_stays_as_it_was(
    projection: Projection, client: httpx.AsyncClient, judge: QualityJudge, now: int
) -> None:
    await projection.owner.execute("insert into api.shadows (shadow_id, version) values ($1, 7)", UUID(int=1))
    bodies = fate(1, now, ("hot", 70, 300.0, None, 1))
    other = DefinitionRef(id="default", version=7, hash="h")
    await projection.take([record(msgspec.structs.replace(one, definition=other), 1) for one in bodies])
    assert await judge.judge_due(StopSignal()) == [1, 7]
    assert (await answer(client))["overall"]["rate"]["n"] == 0
    told = await answer(client, version=7)
    assert (told["definition_version"], told["overall"]["rate"]["n"]) == (7, 1)
    missing = await client.get(PATH, params={"version": 8})
    assert (missing.status_code, missing.json()["remedy"]) == (404, "There are: 1, 7.")
    await projection.owner.execute("delete from api.shadows")
    await projection.owner.execute("delete from api.leads")
    await projection.owner.execute("update api.scoring_quality set computation = 0 where age_days = 1")
    assert await judge.judge_due(StopSignal()) == [1]
    assert await answer(client, version=7) == told


async def test_what_is_fresh_is_not_computed_again_and_what_another_computation_made_is(
    projection: Projection, judge: QualityJudge
) -> None:
    assert await judge.judge_due(StopSignal()) == [1]
    assert await judge.judge_due(StopSignal()) == []
    assert await projection.pool.fetchval("select count(*) from api.scoring_quality") == EACH
    await projection.pool.execute("update api.scoring_quality set computation = 0 where age_days = 1")
    assert await judge.judge_due(StopSignal()) == [1]
    await projection.pool.execute(
        "update api.scoring_quality set computed_at = computed_at - $1::interval", timedelta(hours=2)
    )
    assert await judge.judge_due(StopSignal()) == [1]


async def test_a_stop_ends_it_between_two_pages(
    projection: Projection, judge: QualityJudge, now: int
) -> None:
    await projection.take(list(fates(now, ("hot", 70, 300, None, 600))))
    stop = StopSignal()
    stop.set("at once")
    assert await judge.judge_due(stop) == []
    assert await projection.pool.fetchval("select count(*) from api.scoring_quality") == 0
    assert await judge.judge_due(StopSignal()) == [1]
    stored = await projection.pool.fetchval(
        "select convert_from(body, 'UTF8') from api.scoring_quality limit 1"
    )
    assert json.loads(stored)["overall"]["leads"] == 600


async def test_an_answer_that_did_not_change_is_not_sent_again(
    client: httpx.AsyncClient, judge: QualityJudge
) -> None:
    await judge.judge_due(StopSignal())
    first = await client.get(PATH)
    again = await client.get(PATH, headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (await client.get(PATH, headers={"If-None-Match": '"other"'})).status_code == 200
