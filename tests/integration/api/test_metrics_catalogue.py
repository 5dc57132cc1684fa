"""`GET /v1/metrics`: every metric with its owner, its decision and where it is served."""

import csv
import io

import httpx

from leadtrace.domain.definitions.metric_model import metrics_of
from leadtrace.runtime.definitions import shipped_shelf

CATALOGUE = metrics_of(shipped_shelf().metrics)


async def test_each_is_told_with_its_owner_its_decision_and_where_it_is_served(
    client: httpx.AsyncClient,
) -> None:
    body = (await client.get("/v1/metrics")).json()
    assert [one["name"] for one in body["metrics"]] == list(CATALOGUE)
    assert all(one["owner"] and one["decision"] and one["revenue_link"] for one in body["metrics"])
    assert all(one["routes"] for one in body["metrics"])
    told = {one["name"]: one for one in body["metrics"]}
    assert told["revenue"]["kind"] == "coincident"
    assert told["customers"]["routes"] == ["/v1/metrics/customers/restatements"]
    assert told["unlinked_deals"]["kind"] is None


async def test_csv_is_a_line_a_metric(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/metrics?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head[:4] == ["name", "unit", "kind", "owner"]
    assert [row[0] for row in rows] == list(CATALOGUE)
    assert {len(row) for row in rows} == {len(head)}


async def test_an_unknown_format_is_refused(client: httpx.AsyncClient) -> None:
    problem = (await client.get("/v1/metrics?format=xml")).json()
    assert (problem["status"], problem["parameter"]) == (400, "format")
