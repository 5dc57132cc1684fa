"""`leadtrace definitions diff` as it is typed: what it asks for, what it prints, how it ends."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from leadtrace.cli.main import app
from leadtrace.domain.comparison.comparison import Comparison, LeftOut
from leadtrace.domain.comparison.judgement import Judgement
from leadtrace.domain.comparison.movement import Won
from leadtrace.domain.comparison.report import report_of
from leadtrace.domain.comparison.spending import Spending
from leadtrace.embedded.readiness import free_port
from leadtrace.events.lead import Stage
from leadtrace.runtime.definitions import live_definitions, live_path
from leadtrace.runtime.problem import problem
from leadtrace.testing.served import served

_MQL = Stage.MARKETING_QUALIFIED
_COLD = Judgement("cold", "C3", 0, frozenset(), frozenset())
_WARM = Judgement("warm", "B2", 30_500, frozenset({_MQL}), frozenset({_MQL}))
_TRUNCATED = replace(_WARM, truncated=True)
_PROGRESS = b'{"done":0,"total":3}\n{"done":3,"total":3}\n'

Run = Callable[..., Result]


def _report(spending: Spending) -> bytes:
    comparison = Comparison([_MQL], sample=1)
    for number, judged in enumerate(((_COLD, _WARM), (_WARM, _COLD), (_COLD, _WARM)), 1):
        comparison.take(UUID(int=number), *judged, Won((f"d{number}",), {"EUR": 123_456}))
    sides = live_definitions(), live_definitions()
    names, at = ("version 1", "definitions/v2.yaml"), "2026-11-27T01:02:03.456+00:00"
    return msgspec.json.encode({"report": report_of(comparison, sides, names, at=at, spending=spending)})


class Scoring:
    """Stands in for the route: remembers what it was asked for, and answers as it was told."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.answer = Response(_PROGRESS + _report(Spending({})))

    def routes(self) -> Starlette:
        """The app."""

        async def compare(request: Request) -> Response:
            self.asked = await request.json()
            return self.answer

        return Starlette(routes=[Route("/v1/admin/definitions/diff", compare, methods=["POST"])])


@pytest.fixture
def scoring() -> Scoring:
    """What answers."""
    return Scoring()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, scoring: Scoring) -> Run:
    """Runs the command against it."""
    port = free_port()
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LEADTRACE_KEYS__BOOTSTRAP", "the-bootstrap-key")
    monkeypatch.setenv("LEADTRACE_PORTS__SCORING", str(port))

    def run(*given: str) -> Result:
        with served(scoring.routes(), port):
            return CliRunner().invoke(app, ["definitions", "diff", *given])

    return run


def test_numbers_are_asked_for_and_files_are_sent(run: Run, scoring: Scoring) -> None:
    path = str(live_path())
    assert run("3", path, "--sample", "7").exit_code == 0
    text = live_path().read_text(encoding="utf-8")
    assert scoring.asked == {"a": {"version": 3}, "b": {"body": text, "file": path}, "sample": 7}


def test_without_b_the_version_in_force_is_asked_for(run: Run, scoring: Scoring) -> None:
    assert run("1").exit_code == 0
    assert scoring.asked == {"a": {"version": 1}, "sample": 5}


def test_who_moves_is_told_in_tables(run: Run) -> None:
    output = run("1", "2").output
    lines = [" ".join(line.split()) for line in output.splitlines()]
    for said in (
        "3 leads compared, as of 2026-11-27 01:02:03 UTC",
        "3 have another score; the mean change of all is +10.167 points",
        "cold 0 2 0 2",
        "all by B 1 2 0 3",
        "into warm 2 2 2,469.12 EUR",
        "out of warm 1 1 1,234.56 EUR",
        "mql now 1 2 2 1 - -",
        "into mql ever 2 2 2,469.12 EUR",
        "3 orders were won of these leads, revenue 3,703.68 EUR",
        "no spend was posted, so that nothing cost anything",
        "into warm (1 of 2)",
        "00000000-0000-0000-0000-000000000001",
    ):
        assert said in lines, output


def test_who_is_left_out_and_what_each_costs_is_told(run: Run, scoring: Scoring) -> None:
    comparison = Comparison([_MQL], sample=1)
    comparison.take(UUID(int=1), _COLD, _TRUNCATED, Won(("d",)))
    for number, why in enumerate((LeftOut.ABSORBED, LeftOut.WITHOUT_FACTS, LeftOut.FAILED), 2):
        comparison.leave_out(UUID(int=number), why)
    sides = live_definitions(), msgspec.structs.replace(live_definitions(), qualification=())
    spending = Spending({"EUR": Decimal(1_000)})
    report = report_of(comparison, sides, ("1", "2"), at="2026-11-27T01:02:03+00:00", spending=spending)
    scoring.answer = Response(msgspec.json.encode({"report": report}))
    output = run("1", "2").output
    for said in (
        "1 left out: they belong to another lead now",
        "1 left out: they have no facts of a known type",
        "1 left out: they could not be folded",
        "could not be folded: 00000000-0000-0000-0000-000000000004",
        "1 have older verdicts than are kept: 'ever' may miss some of them",
        "B has no clauses for mql",
        "all spend: 1,000.00 EUR; cost per order: 1,000.00 EUR",
    ):
        assert said in output, output


def test_without_leads_nothing_moves(run: Run, scoring: Scoring) -> None:
    sides = live_definitions(), live_definitions()
    report = report_of(Comparison([], sample=1), sides, ("1", "1"), at="", spending=Spending({}))
    scoring.answer = Response(msgspec.json.encode({"report": report}))
    output = run("1", "1").output
    assert "0 leads compared" in output
    assert "movement" not in output
    assert "Stages" not in output


def test_spend_that_cannot_be_told_is_said_to_be(run: Run, scoring: Scoring) -> None:
    scoring.answer = Response(_report(Spending(None, "a posting of spend cannot be read")))
    assert "costs cannot be told: a posting of spend cannot be read" in run("1").output


def test_json_is_everything_and_nothing_else_on_stdout(run: Run) -> None:
    told = json.loads(run("1", "--json").stdout)
    assert told["leads"]["compared"] == 3
    assert told["bands"][1]["moved_in"]["sample"] == ["00000000-0000-0000-0000-000000000001"]


def test_a_file_with_mistakes_is_not_sent(run: Run, scoring: Scoring, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(live_path().read_text(encoding="utf-8").replace("cap_per_day", "cap_per_dya", 1))
    result = run("1", str(path))
    assert (result.exit_code, scoring.asked) == (2, {})
    assert f"{path}:" in result.stderr
    assert "scorecard.intent.cap_per_dya: is no key here; did you mean `cap_per_day`?" in result.stderr


def test_what_is_neither_number_nor_file_is_said_to_be(run: Run) -> None:
    result = run("nowhere.yaml")
    assert result.exit_code == 2
    assert "nowhere.yaml is neither a version's number nor a file" in result.output


def test_a_refusal_is_told_in_its_own_words(run: Run, scoring: Scoring) -> None:
    scoring.answer = problem(404, "unknown_version", "There is no version 9.", remedy="Give a file.")
    result = run("9")
    assert result.exit_code == 1
    assert "scoring: There is no version 9. Give a file." in result.stderr


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_PROGRESS + b'{"error":"The database went away"}\n', "scoring: The database went away"),
        (_PROGRESS, "the answer ended before the report"),
    ],
)
def test_one_that_does_not_come_to_its_end_fails(
    run: Run, scoring: Scoring, answer: bytes, said: str
) -> None:
    scoring.answer = Response(answer)
    result = run("1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in " ".join(result.stderr.split())


def test_help_shows_an_example_to_copy() -> None:
    output = CliRunner().invoke(app, ["definitions", "diff", "--help"]).output
    assert "leadtrace definitions diff 1 definitions/v2.yaml" in output.split("For instance:")[1]
