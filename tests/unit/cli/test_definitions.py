"""`leadtrace definitions` as those meet it who write the files: lint, words, schemas, exit codes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtrace.cli.main import app
from leadtrace.domain.definitions.metric_model import metrics_of
from leadtrace.events.lead import LADDER
from leadtrace.runtime.definitions import live_path, shipped_files, shipped_shelf

METRICS = len(metrics_of(shipped_shelf().metrics))
FOLDER = Path(__file__).parents[3] / "definitions"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs commands on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "300")
    return CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files."""
    for path in shipped_files():
        shutil.copy(path, tmp_path)
    return tmp_path


class TestLint:
    def test_without_a_file_everything_shipped_is_checked(self, runner: CliRunner) -> None:
        result = runner.invoke(app, ["definitions", "lint"])
        assert result.exit_code == 0
        lines = result.output.splitlines()
        assert [line.startswith("ok ") for line in lines] == [True, True]
        assert "v1.yaml: default, version 1, hash " in lines[0]
        assert f"metrics.yaml: {METRICS} metrics, version 1, hash " in lines[1]

    def test_a_mistake_is_named_with_file_line_key_and_remedy(self, runner: CliRunner, folder: Path) -> None:
        broken = folder / "v1.yaml"
        text = broken.read_text(encoding="utf-8").replace("cap_per_day", "cap_per_dya", 1)
        broken.write_text(text, encoding="utf-8")
        line = next(number for number, one in enumerate(text.splitlines(), 1) if "cap_per_dya" in one)
        result = runner.invoke(app, ["definitions", "lint", str(broken), str(folder / "metrics.yaml")])
        assert result.exit_code == 2
        key = "scorecard.intent.cap_per_dya"
        said = f"definitions: {broken}:{line}: {key}: is no key here; did you mean `cap_per_day`?"
        assert result.stderr.strip() == said
        assert result.stdout.startswith("ok ")

    def test_a_metric_without_owner_decision_or_link_to_revenue_fails(
        self, runner: CliRunner, folder: Path
    ) -> None:
        path = folder / "metrics.yaml"
        text = path.read_text(encoding="utf-8")
        for key in ("owner", "decision", "revenue_link"):
            first = next(line for line in text.splitlines() if line.startswith(f"    {key}: "))
            path.write_text(text.replace(first, f'    {key}: ""', 1), encoding="utf-8")
            result = runner.invoke(app, ["definitions", "lint", str(path)])
            assert result.exit_code == 2
            assert f"metrics[0].{key}: is empty: a metric needs its {key}; " in result.stderr

    def test_a_file_that_is_not_there_is_said_to_be(self, runner: CliRunner) -> None:
        result = runner.invoke(app, ["definitions", "lint", "nowhere.yaml"])
        assert result.exit_code == 2
        assert "nowhere.yaml" in result.output


class TestShow:
    def test_says_clauses_points_half_lives_caps_bands_and_owners(self, runner: CliRunner) -> None:
        output = runner.invoke(app, ["definitions", "show"]).output
        for said in (
            "default, version 1, hash ",
            "mql (marketing): Fits whom we sell to",
            "fit is at least 20 points  fits",
            "the CRM has said sal or a later stage  accepted_by_sales",
            "30 points, half as much after 30 days; never more than 45",
            "one day (UTC) never brings more than 40 points",
            "from 60 points on, until below 50 of fit plus intent",
            "fit is at least 40 points",
        ):
            assert said in output

    def test_says_the_terms_of_attribution_and_of_costs(self, runner: CliRunner, folder: Path) -> None:
        path = folder / "v1.yaml"
        text = path.read_text(encoding="utf-8")
        for comment in ("custom: {", "roles: {", "gross_margin: "):
            assert f"  # {comment}" in text
            text = text.replace(f"  # {comment}", f"  {comment}", 1)
        rule = "{channel: paid_search, when: [{dimension: medium, in: [cpc, ppc]}]}"
        text = text.replace("  lookback_days: 90", f"  lookback_days: 60\n  channels: {{rules: [{rule}]}}")
        path.write_text(text, encoding="utf-8")
        output = runner.invoke(app, ["definitions", "show", str(path)]).output
        lines = [" ".join(line.split()) for line in output.splitlines()]
        assert any("60 days before the win; every touch counts" in one for one in lines)
        assert any(one.startswith("the model custom: 40% to first touch, 20% to lead") for one in lines)
        for said in (
            "paid_search medium is one of cpc, ppc",
            "otherwise the word of the sender stays",
            "decision_maker 3",
            "(marketing and sales) 70% of revenue is gross margin",
        ):
            assert said in lines, output

    def test_json_is_the_same_in_values(self, runner: CliRunner) -> None:
        told = json.loads(runner.invoke(app, ["definitions", "show", "--json"]).stdout)
        assert (told["id"], told["version"]) == ("default", 1)
        assert told["stages"][2]["clauses"][2] == {
            "id": "fits",
            "words": "fit is at least 20 points",
            "test": "fit_at_least",
            "value": 20.0,
        }

    def test_a_catalogue_is_shown_metric_by_metric(self, runner: CliRunner) -> None:
        path = str(shipped_files()[-1])
        output = runner.invoke(app, ["definitions", "show", path]).output
        assert "revenue (money, coincident; revenue operations)" in output
        metrics = json.loads(runner.invoke(app, ["definitions", "show", path, "--json"]).stdout)
        assert len(metrics) == METRICS

    def test_a_file_with_mistakes_is_not_shown(self, runner: CliRunner, tmp_path: Path) -> None:
        (tmp_path / "x.yaml").write_text("id: x\n")
        result = runner.invoke(app, ["definitions", "show", str(tmp_path / "x.yaml")])
        assert (result.exit_code, result.stdout) == (2, "")
        assert "is missing; add it" in result.stderr


class TestSchema:
    @pytest.mark.parametrize("kind", ["definitions", "metrics"])
    def test_the_shipped_schema_is_what_the_command_prints(self, runner: CliRunner, kind: str) -> None:
        printed = runner.invoke(app, ["definitions", "schema", kind]).stdout
        assert printed == (FOLDER / "schema" / f"{kind}.json").read_text(encoding="utf-8")

    def test_the_shipped_files_begin_with_the_line_that_editors_look_for(self) -> None:
        for path in shipped_files():
            key, _, schema = path.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")
            assert key == "# yaml-language-server: "
            assert (path.parent / schema).is_file()

    def test_it_knows_every_key_and_no_other(self, runner: CliRunner) -> None:
        schema = json.loads(runner.invoke(app, ["definitions", "schema"]).stdout)
        blocks = schema["$defs"]
        assert "cap_per_day" in blocks["Intent"]["properties"]
        assert "in" in blocks["FitCase"]["properties"]
        assert blocks["PathTransform"]["enum"] == ["exposure", "first", "unique"]
        assert {"lookback_days", "roles", "channels"} < set(blocks["Attribution"]["properties"])
        assert set(blocks["StageCosts"]["properties"]) == set(LADDER)
        objects = [one for one in blocks.values() if one.get("type") == "object"]
        assert all(one["additionalProperties"] is False for one in objects)
        assert "\n    " not in blocks["Clause"]["description"]


@pytest.mark.parametrize("command", ["lint", "show", "schema", "approve", "shadow", "activate", "history"])
def test_help_shows_an_example_to_copy(runner: CliRunner, command: str) -> None:
    output = runner.invoke(app, ["definitions", command, "--help"]).output
    assert f"leadtrace definitions {command}" in output.split("For instance:")[1]


def test_the_live_version_is_one_of_the_shipped() -> None:
    assert live_path() in shipped_files()
