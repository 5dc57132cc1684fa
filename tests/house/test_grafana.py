"""Dashboards: made from code, asking only for what is there, and saying of each number what it is."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import msgspec
import pytest
import yaml
from deploy.grafana.boards.attribution import MODELS
from deploy.grafana.boards.catalogue import files as wanted_files
from deploy.grafana.boards.limits import limit_of, thresholds

from leadtrace.domain.credits.model import PER_DEAL
from leadtrace.store.roles import READER_LOGIN
from tests.house.checkout import ROOT
from tests.house.grafana import (
    DASHBOARDS,
    FOLDER,
    POSTGRES,
    PROMETHEUS,
    Question,
    filled_in_promql,
    filled_in_sql,
    panels,
    questions,
)
from tests.house.promql import check_expression
from tests.house.test_compose import SERVICES

BOARDS = list(DASHBOARDS.values())
PANELS = [(board["title"], panel) for board in BOARDS for panel in panels(board)]
QUESTIONS = list(questions())
OF_PROMETHEUS = [one for one in QUESTIONS if one.source == PROMETHEUS]
OF_POSTGRES = [one for one in QUESTIONS if one.source == POSTGRES]
VARIABLES = {"prometheus", "postgres", "days", "currency", "sender", "timezone"}
GRID = 24
UPDATE = ".venv/bin/python -m deploy.grafana.boards"
TABLE = re.compile(r"\b(?:from|join)\s+([a-z_]+\.[a-z_]+)")
FIRST, LAST = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)


def named(one: tuple[str, dict[str, Any]]) -> str:
    return f"{one[0]}: {one[1]['title']}"


def test_files_are_what_the_code_makes() -> None:
    """A dashboard that was changed in its file is changed back by whoever runs the code next."""
    there = {path.name: path.read_text(encoding="utf-8") for path in DASHBOARDS}
    assert there == wanted_files(), f"make them anew with:\n{UPDATE}"


def test_there_are_four_and_no_two_of_one_identity() -> None:
    assert sorted(board["title"] for board in BOARDS) == [
        "Attribution and cost per order",
        "Funnel and handover",
        "Ingest by sender",
        "Pipeline health",
    ]
    assert len({board["uid"] for board in BOARDS}) == len(BOARDS)
    assert all(path.stem == board["uid"] for path, board in DASHBOARDS.items())


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board["uid"])
def test_panels_have_identities_and_places_of_their_own(board: dict[str, Any]) -> None:
    identities = Counter(panel["id"] for panel in board["panels"])
    assert max(identities.values()) == 1
    titles = Counter(panel["title"] for panel in board["panels"])
    assert max(titles.values()) == 1
    for one, other in combinations((panel["gridPos"] for panel in board["panels"]), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= GRID for panel in board["panels"])


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board["uid"])
def test_variables_are_made_that_are_asked_with(board: dict[str, Any]) -> None:
    made = {variable["name"] for variable in board["templating"]["list"]}
    texts = [question.text for question in QUESTIONS if question.board == board["title"]]
    asked = {name for name in VARIABLES for text in texts if re.search(rf"\$\{{?{name}\b", text)}
    assert made == asked | {"prometheus", "postgres"}


@pytest.mark.parametrize("one", PANELS, ids=named)
def test_panel_says_what_it_shows_and_where_to_read_on(one: tuple[str, dict[str, Any]]) -> None:
    """A number without its unit and its meaning is argued about, not acted upon."""
    panel = one[1]
    assert panel["fieldConfig"]["defaults"]["unit"]
    sentences, _, page = panel["description"].rpartition(" More: ")
    assert sentences.endswith(".")
    assert len(sentences.split()) > 4
    assert {panel["datasource"]["uid"]} <= {"${prometheus}", "${postgres}"}
    assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])
    for found in (page.removesuffix("."), *re.findall(r"docs/runbooks/\w+\.md", sentences)):
        assert (ROOT / found).is_file(), f"there is no page {found}"


@pytest.mark.parametrize("question", OF_PROMETHEUS, ids=lambda q: q.where)
def test_every_number_that_a_panel_asks_for_is_there(question: Question) -> None:
    check_expression(question.text)


@pytest.mark.parametrize("question", OF_POSTGRES, ids=lambda q: q.where)
def test_sql_asks_the_statistics_only(question: Question) -> None:
    """What the login may read is held by the test of it; no other table belongs into a panel."""
    asked = TABLE.findall(question.text)
    assert asked
    assert all(name.partition(".")[2].startswith("pub_stats_") for name in asked)


def test_models_are_those_that_attribution_keeps() -> None:
    assert tuple(MODELS) == tuple(model.value for model in PER_DEAL)


def test_limits_are_those_of_the_alerts() -> None:
    """Read from the rules, and looked at here once by hand."""
    alerts = ("IntakeOldestPending", "SpillNearlyFull", "QuarantineUnread", "HandoverPromisesBroken")
    assert [limit_of(alert).value for alert in alerts] == [120, 0.75, 86_400, 0.1]
    assert limit_of("RowsStuck").value == limit_of("ConservationBroken").value == 1
    disk, balanced, pool = map(
        limit_of, ("DiskNearlyFull", "ConservationUnbalanced", "DatabasePoolExhausted")
    )
    assert (disk.value, disk.below) == (0.1, True)
    assert (balanced.value, balanced.below) == (1, True)
    assert (pool.value, pool.below) == (1, False)
    steps = thresholds(disk).build().steps
    assert [(step.value, step.color) for step in steps] == [(None, "red"), (0.1, "green")]


def test_what_is_provisioned_is_what_the_dashboards_name() -> None:
    provisioned = yaml.safe_load((FOLDER / "provisioning/datasources/leadtrace.yaml").read_text())
    sources = {one["uid"]: one for one in provisioned["datasources"]}
    for board in BOARDS:
        for variable in board["templating"]["list"]:
            if variable["type"] == "datasource":
                assert sources[variable["current"]["value"]]["type"] == variable["query"]
    assert sources["leadtrace-postgres"]["user"] == READER_LOGIN
    given = set(re.findall(r"\$(\w+)", msgspec.json.encode(provisioned).decode()))
    assert given <= SERVICES["grafana"]["environment"].keys()
    assert (
        SERVICES["grafana"]["environment"]["READER_PASSWORD"]
        == (SERVICES["migrate"]["environment"]["LEADTRACE_POSTGRES__READER_PASSWORD"])
    )


def test_dashboards_are_where_grafana_looks_for_them() -> None:
    (provider,) = yaml.safe_load((FOLDER / "provisioning/dashboards/leadtrace.yaml").read_text())["providers"]
    mounted = dict(one.removesuffix(":ro").split(":") for one in SERVICES["grafana"]["volumes"])
    for folder, place in (
        ("provisioning", "/etc/grafana/provisioning"),
        ("dashboards", provider["options"]["path"]),
    ):
        assert mounted[f"./grafana/{folder}"] == place
        assert (FOLDER / folder).is_dir()


class TestFilledIn:
    """As Grafana does it, for the macros and variables that are used here."""

    def test_promql(self) -> None:
        asked = 'sum(rate(leadtrace_x_total{sender=~"$sender",days="${days}"}[$__rate_interval]))'
        values = {"sender": "a|b", "days": "30"}
        assert filled_in_promql(asked, values, interval="1m") == (
            'sum(rate(leadtrace_x_total{sender=~"a|b",days="30"}[1m]))'
        )

    def test_sql(self) -> None:
        asked = "select 1 where $__timeFilter(day::date at time zone '${timezone}') and x > $__timeFrom()"
        assert filled_in_sql(asked, {"timezone": "UTC"}, first=FIRST, last=LAST) == (
            "select 1 where day::date at time zone 'UTC' BETWEEN '2026-03-01T08:00:00Z' AND "
            "'2026-03-31T00:00:00Z' and x > '2026-03-01T08:00:00Z'"
        )
        ended = filled_in_sql("sender ~ '^(${sender:pipe})$'", {"sender": ".*"}, first=FIRST, last=LAST)
        assert ended == "sender ~ '^(.*)$'"

    @pytest.mark.parametrize("asked", ["$__unknown(x)", "$__timeGroup(x)", "${x:csv}", "$__interval"])
    def test_what_it_does_not_know_is_refused(self, asked: str) -> None:
        with pytest.raises(AssertionError):
            filled_in_sql(asked, {"x": "1"}, first=FIRST, last=LAST)

    def test_a_variable_without_a_value_is_refused(self) -> None:
        with pytest.raises(KeyError):
            filled_in_promql("$missing", {}, interval="1m")
