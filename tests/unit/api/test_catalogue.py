"""The metric catalogue and the definitions as they are served, and that code and catalogue name the same."""

import csv
import io

import httpx
import pytest

from leadtrace.domain.definitions.metric_model import MetricUnit, metrics_of
from leadtrace.domain.definitions.parse import parse_metrics
from leadtrace.runtime.definitions import Shelf, shipped_shelf
from leadtrace_api.catalogue.served import STEPS, served_metrics
from leadtrace_api.funnel.schemas import FunnelNumbers, StageRow, StepRow, Unlinked
from leadtrace_api.knowledge.metrics import RESTATABLE
from leadtrace_api.projector.contribution import Measure

SHELF = shipped_shelf()
CATALOGUE = metrics_of(SHELF.metrics)
_UNITS = {
    Measure.ENTERED: MetricUnit.ENTRIES,
    Measure.REACHED: MetricUnit.LEADS,
    Measure.CURRENT: MetricUnit.LEADS,
    Measure.CUSTOMERS: MetricUnit.CUSTOMERS,
    Measure.REVENUE: MetricUnit.MONEY,
}


def test_the_catalogue_holds_what_the_code_serves_and_nothing_else() -> None:
    assert served_metrics(SHELF.in_force).keys() == CATALOGUE.keys()


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        (StageRow, {"stage", "entered", "reached", "current", "drill"}),
        (StepRow, {"from_stage", "to_stage", "rate", "drop_off"}),
        (FunnelNumbers, {"stages", "steps", "overall", "revenue", "unconverted"}),
        (Unlinked, {"deals", "revenue", "unconverted"}),
    ],
)
def test_the_funnel_tells_no_number_that_has_no_name_yet(schema: type, fields: set[str]) -> None:
    """A field that is added here is a metric: name it in `served_metrics`, then in the catalogue."""
    assert set(schema.model_fields) == fields  # type: ignore[attr-defined]


def test_units_are_those_that_the_code_counts_in() -> None:
    for name, metric in RESTATABLE.items():
        assert CATALOGUE[name].unit is _UNITS[metric.measure]
    assert {CATALOGUE[step].unit for step in (*STEPS, "overall")} == {MetricUnit.RATIO}


class TestMetrics:
    async def test_each_is_told_with_its_owner_its_decision_and_where_it_is_served(
        self, client: httpx.AsyncClient
    ) -> None:
        body = (await client.get("/v1/metrics")).json()
        assert [one["name"] for one in body["metrics"]] == list(CATALOGUE)
        assert all(one["owner"] and one["decision"] and one["revenue_link"] for one in body["metrics"])
        assert all(one["routes"] for one in body["metrics"])
        told = {one["name"]: one for one in body["metrics"]}
        assert told["revenue"]["kind"] == "coincident"
        assert told["customers"]["routes"] == ["/v1/metrics/customers/restatements"]
        assert told["unlinked_deals"]["kind"] is None

    async def test_csv_is_a_line_a_metric(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/metrics?format=csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        head, *rows = csv.reader(io.StringIO(answer.text))
        assert head[:4] == ["name", "unit", "kind", "owner"]
        assert [row[0] for row in rows] == list(CATALOGUE)
        assert {len(row) for row in rows} == {len(head)}

    async def test_an_unknown_format_is_refused(self, client: httpx.AsyncClient) -> None:
        problem = (await client.get("/v1/metrics?format=xml")).json()
        assert (problem["status"], problem["parameter"]) == (400, "format")


class TestDefinitions:
    async def test_every_version_is_listed_with_the_live_one(self, client: httpx.AsyncClient) -> None:
        body = (await client.get("/v1/definitions")).json()
        assert body["live"] == 1
        assert [(one["version"], one["live"]) for one in body["versions"]] == [(1, True)]
        assert len(body["versions"][0]["hash"]) == 64
        assert (await client.get(body["versions"][0]["href"])).status_code == 200

    async def test_one_version_is_told_in_values_and_words(self, client: httpx.AsyncClient) -> None:
        body = (await client.get("/v1/definitions/1")).json()
        assert body["live"] is True
        stages = {one["stage"]: one for one in body["definitions"]["stages"]}
        assert stages["mql"]["clauses"][1] == {
            "id": "touched",
            "words": "there is at least 1 touchpoint",
            "test": "touches_at_least",
            "value": 1,
        }
        signals = {one["id"]: one for one in body["definitions"]["intent"]["signals"]}
        assert signals["pricing_page"]["words"].startswith("8 points, half as much after 10 days")

    @pytest.mark.parametrize("version", ["2", "-1", "99999999999999999999"])
    async def test_a_version_that_is_not_there_is_a_problem(
        self, client: httpx.AsyncClient, version: str
    ) -> None:
        answer = await client.get(f"/v1/definitions/{version}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"] == "There are: 1."

    async def test_a_version_that_is_no_number_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/definitions/newest")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "version")


def test_a_shelf_finds_its_versions() -> None:
    text = b"version: 1\nmetrics: []\n"
    shelf = Shelf(SHELF.versions, 1, parse_metrics(text, "m"))
    assert shelf.version(1) is SHELF.versions[0]
    assert shelf.version(2) is None
