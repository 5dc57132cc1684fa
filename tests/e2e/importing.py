"""`leadtrace import` as an operator runs it, and the Olist files as a plain reader counts them."""

import asyncio
import csv
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from leadtrace.testing.hubspot_reference import ChannelNumbers
from leadtrace.testing.installation import Installation
from tests.e2e.olist import OLIST_FILE

LEADS_FILE = OLIST_FILE.with_name("olist_marketing_qualified_leads_dataset.csv")
DEALS_FILE = OLIST_FILE.with_name("olist_closed_deals_dataset.csv")
_RUNGS = ("inquiry", "lead", "mql", "sal", "sql", "opportunity", "customer")


@dataclass(frozen=True, slots=True)
class Said:
    """What the command said, and its table of totals."""

    code: int | None
    text: str

    @property
    def totals(self) -> dict[str, int]:
        """Rows by what became of them."""
        found = {}
        for line in self.text.splitlines():
            name, _, count = line.strip().rpartition(" ")
            if count.replace(",", "").isdigit() and name.strip() in _TOTALS:
                found[name.strip()] = int(count.replace(",", ""))
        return found


_TOTALS = {"rows read", "refused", "accepted", "published", "duplicate", "ignored", "quarantined", "pending"}


async def start_import(
    installation: Installation, file: Path, mapping: str, *more: str
) -> asyncio.subprocess.Process:
    """Begin `leadtrace import` in the folder of the file."""
    command = (sys.executable, "-m", "leadtrace.cli.main", "import", file.name, "--mapping", mapping, *more)
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=file.parent,
        env={**installation.environment(), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def run_import(installation: Installation, file: Path, mapping: str, *more: str) -> Said:
    """Run it to its end."""
    process = await start_import(installation, file, mapping, *more)
    output, _ = await process.communicate()
    return Said(process.returncode, output.decode())


def olist_rows(file: Path) -> list[dict[str, str]]:
    """The rows of an Olist file; the test is skipped where there is none, which fails in CI."""
    if not file.is_file():
        pytest.skip(f"no Olist file at {file}")
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    """A CSV file with these rows."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def olist_funnel(
    leads: list[dict[str, str]], deals: list[dict[str, str]]
) -> Mapping[str | None, ChannelNumbers]:
    """The funnel by origin as the two files say it."""
    won: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        won[deal["mql_id"]] += Decimal(deal["declared_monthly_revenue"])
    funnel: dict[str | None, ChannelNumbers] = defaultdict(ChannelNumbers)
    for lead in leads:
        row = funnel[lead["origin"] or None]
        top = "customer" if lead["mql_id"] in won else "mql"
        for rung in _RUNGS[: _RUNGS.index(top) + 1]:
            row.reached[rung] += 1
        row.revenue += won.get(lead["mql_id"], Decimal(0))
    return dict(funnel)
