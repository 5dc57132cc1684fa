"""`leadtrace rates`: what a file says, what an amount counts as, and what is wrong with either."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtrace.cli.main import app

ROWS = "# source: ECB\ndate,currency,rate\n2026-03-27,USD,1.0815\n2026-03-31,USD,1.0824\n2026-03-31,JPY,163\n"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Runs commands in a folder whose configuration names a file of rates."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LEADTRACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "rates.csv").write_text(ROWS)
    (tmp_path / "leadtrace.toml").write_text('[reporting]\nrates = "rates.csv"\n')
    return CliRunner()


def said(runner: CliRunner, *words: str, code: int = 0) -> str:
    result = runner.invoke(app, ["rates", *words])
    assert result.exit_code == code, result.output
    return result.output


def test_check_says_where_rates_are_from_and_of_which_days(runner: CliRunner) -> None:
    output = said(runner, "check")
    assert "source: ECB" in output
    usd = next(line.split() for line in output.splitlines() if line.startswith("USD"))
    assert usd == ["USD", "2", "2026-03-27", "2026-03-31", "1.0824"]


def test_check_names_the_line_of_a_mistake(runner: CliRunner) -> None:
    Path("other.csv").write_text(ROWS + "2026-04-01,USD,1,08\n")
    assert "other.csv:6: a line has 3 fields, this one 4" in said(runner, "check", "other.csv", code=2)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("100", "USD", "2026-03-31"), "100.00 USD = 92.39 EUR at 1.0824"),
        (("100", "USD", "2026-03-30"), "100.00 USD = 92.46 EUR at 1.0815"),
        (("163", "JPY", "2026-04-07"), "163 JPY = 1.00 EUR at 163"),
        (("163", "JPY", "2026-04-08"), "no rate of JPY on 2026-04-08 or the 7 days before"),
        (("1", "EUR", "2026-04-08"), "it counts as it is"),
    ],
)
def test_show_tells_what_an_amount_counts_as(runner: CliRunner, asked: tuple[str, ...], answer: str) -> None:
    assert answer in said(runner, "show", *asked)


def test_show_names_what_it_cannot_read(runner: CliRunner) -> None:
    output = said(runner, "show", "1,5", "USD", "31.03.2026", code=2)
    assert "amount: is a decimal number" in output
    assert "day: is a day of the calendar" in output


def test_without_a_file_the_setting_is_named(runner: CliRunner) -> None:
    Path("leadtrace.toml").write_text("[reporting]\n")
    assert "reporting.rates: not set" in said(runner, "check", code=2)
