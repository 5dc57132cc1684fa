"""The UCI bank data as a training set: 45,211 contacts with their real outcome (Moro et al. 2011).

`duration` is left out: how long the call took that decided is known only after it decided. A model that
reads it looks far better than it could ever be for whoever picks up the telephone.
"""

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from leadtrace.domain.predict.dataset import Dataset, Row, canonical
from leadtrace.domain.predict.features import Features

BANK_FILE: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank" / "bank-full.csv.gz"

LEAKS: Final = ("duration",)
NUMBERS: Final = ("age", "balance", "day", "campaign", "pdays", "previous")
TEXTS: Final = (
    "job",
    "marital",
    "education",
    "default",
    "housing",
    "loan",
    "contact",
    "month",
    "poutcome",
)
# How the file writes that something is not known; -1 days since a former contact means that there was none.
UNKNOWN: Final = "unknown"
NEVER_CONTACTED: Final = "-1"


def read_bank(path: Path = BANK_FILE, *, leaks: bool = False) -> Dataset:
    """The rows in the order of the file, which is that of the calls; `leaks` reads `duration` too.

    Raises:
        FileNotFoundError: the data, which is never committed, does not lie there.
        ValueError: it has other columns.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: the UCI bank marketing data (bank-full.csv, gzip) lies beside the checkout,"
            " in ../shared/data/bank"
        )
    numbers = (*NUMBERS, *LEAKS) if leaks else NUMBERS
    with gzip.open(path, "rb") as packed:
        reader = csv.DictReader(io.TextIOWrapper(packed, encoding="ascii"), delimiter=";")
        lines = list(reader)
    expected = {*TEXTS, *NUMBERS, *LEAKS, "y"}
    if set(reader.fieldnames or ()) != expected:
        raise ValueError(f"{path} has the columns {reader.fieldnames}, not {sorted(expected)}")
    rows = tuple(_row(number, line, numbers) for number, line in enumerate(lines))
    return canonical(Dataset(horizon_days=1, texts=TEXTS, numbers=numbers, rows=rows))


def _row(number: int, line: Mapping[str, str], numbers: tuple[str, ...]) -> Row:
    features = Features(
        {name: line[name] for name in TEXTS if line[name] != UNKNOWN},
        {
            name: float(line[name])
            for name in numbers
            if not (name == "pdays" and line[name] == NEVER_CONTACTED)
        },
    )
    return Row(f"{number:05}", at=number, decided_at=number, won=line["y"] == "yes", features=features)
