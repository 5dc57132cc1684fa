"""The reader of the bank data: the leak stays out, and a file that is not there is said, not skipped."""

import gzip
from pathlib import Path

import pytest

from leadtrace.domain.predict.features import Features
from tests.benchmarks.bank import read_bank

COLUMNS = ["age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day"]
COLUMNS += ["month", "duration", "campaign", "pdays", "previous", "poutcome", "y"]
LINES = (
    '58;"management";"married";"tertiary";"no";-12;"yes";"no";"unknown";5;"may";261;1;-1;0;"unknown";"no"',
    '44;"unknown";"single";"secondary";"no";29;"yes";"no";"cellular";6;"may";151;2;90;3;"failure";"yes"',
)


def written(path: Path, columns: list[str]) -> Path:
    """A small file of the same form."""
    text = "\n".join([";".join(f'"{name}"' for name in columns), *LINES]) + "\n"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_rows_are_read_without_the_leak(tmp_path: Path) -> None:
    dataset = read_bank(written(tmp_path / "bank.csv.gz", COLUMNS))
    assert [(row.id, row.at, row.won) for row in dataset.rows] == [("00000", 0, False), ("00001", 1, True)]
    assert "duration" not in dataset.numbers + dataset.texts
    assert all("duration" not in {**row.features.texts, **row.features.numbers} for row in dataset.rows)
    assert dataset.rows[1].features == Features(
        {
            "marital": "single",
            "education": "secondary",
            "default": "no",
            "housing": "yes",
            "loan": "no",
            "contact": "cellular",
            "month": "may",
            "poutcome": "failure",
        },
        {"age": 44.0, "balance": 29.0, "day": 6.0, "campaign": 2.0, "pdays": 90.0, "previous": 3.0},
    )
    assert "pdays" not in dataset.rows[0].features.numbers


def test_a_missing_file_is_an_error_that_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"\.\./shared/data/bank"):
        read_bank(tmp_path / "nothing.csv.gz")


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has the columns"):
        read_bank(written(tmp_path / "bank.csv.gz", [*COLUMNS[:-1], "z"]))
