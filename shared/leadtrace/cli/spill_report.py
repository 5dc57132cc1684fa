"""What the door tells of its spill, for `leadtrace status`: nothing is lost there, but something waits."""

from dataclasses import dataclass
from typing import Any

import httpx
from rich.table import Table

from leadtrace.cli.tables import names, numbers, plain_table

_BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class SpillReport:
    """The answer of `GET /v1/admin/spill`, or why there is none."""

    places: tuple[dict[str, Any], ...] = ()
    set_aside: int = 0
    problem: str | None = None

    @property
    def requests(self) -> int:
        """Acknowledged requests that are in no table yet."""
        return sum(place["requests"] for place in self.places)


async def ask_spill(client: httpx.AsyncClient, url: str) -> SpillReport:
    """What the door at this address says."""
    try:
        answer = await client.get(f"{url}/v1/admin/spill")
    except httpx.HTTPError:
        return SpillReport(problem="the door does not answer")
    if not answer.is_success:
        return SpillReport(problem=f"the door answers {answer.status_code}")
    body = answer.json()
    return SpillReport(tuple(body["places"]), body["set_aside"])


def spill_line(report: SpillReport) -> str:
    """The whole in one line."""
    if report.problem is not None:
        return f"spill: unknown, {report.problem}"
    aside = (
        f"; [red]{report.set_aside} files were set aside[/], see docs/spill.md" if report.set_aside else ""
    )
    if report.requests == 0:
        return f"spill: nothing waits{aside}"
    oldest = max(place["oldest_age_s"] for place in report.places)
    waiting = f"[yellow]{report.requests:,} requests wait[/] for the database"
    return f"spill: {waiting}, the oldest {oldest:,.0f} s{aside}"


def spill_table(report: SpillReport) -> Table:
    """A row for each place."""
    table = plain_table(
        names("spill"), "takes requests", numbers("requests"), numbers("MB"), numbers("oldest, s")
    )
    for place in report.places:
        size = "" if place["bytes"] is None else f"{place['bytes'] / _BYTES_PER_MB:,.1f}"
        takes = "[green]yes[/]" if place["usable"] else f"no: {place['reason']}"
        table.add_row(place["place"], takes, f"{place['requests']:,}", size, f"{place['oldest_age_s']:,.0f}")
    return table
