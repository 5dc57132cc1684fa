"""What the ticker told, as tests look at it, and the sums of a reader who adds it up."""

from collections import Counter
from datetime import date

import msgspec

from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.metrics import Metrics
from leadtrace_api.store import ticker
from leadtrace_api.ticker.sequencer import Sequencer
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DEFINITION


def sequencer(projection: Projection, a_round: int = 5_000) -> Sequencer:
    return Sequencer(projection.pool, SystemClock(), Metrics(), a_round=a_round)


async def told(projection: Projection) -> list[ticker.Numbered]:
    """Every entry, in the order of numbers."""
    await sequencer(projection).work()
    return await page(projection)


async def page(projection: Projection, after: int = 0) -> list[ticker.Numbered]:
    """The entries behind a number."""
    async with projection.owner.acquire() as connection:
        return await ticker.page(connection, after, 100_000)


async def forget(projection: Projection) -> None:
    await projection.empty()
    await projection.owner.execute("truncate api.ticker_waiting, api.ticker_entries")
    await projection.owner.execute("update api.ticker_state set last_number = 0, pruned_number = 0")


Rows = set[tuple[object, ...]]


def added_up(entries: list[ticker.Numbered]) -> tuple[Rows, Rows]:
    """The rollups over all leads, by channel and by segment, as a reader who adds up makes them."""
    funnel: dict[tuple[object, ...], Counter[str]] = {}
    for entry in entries:
        if entry.kind != "funnel":
            continue
        body = msgspec.json.decode(entry.body)
        for row in body["rows"]:
            name, money = row.get("stage") or row["currency"], "currency" in row
            for dimension in ("", "channel", "segment"):
                key = row.get(dimension) if dimension else ""
                if key is not None:
                    day = date.fromisoformat(row["day"])
                    cell = (money, body["definition_version"], row["basis"], dimension, day, key, name)
                    funnel.setdefault(cell, Counter()).update({m: row.get(m, 0) for m in _MEASURES})
    made: tuple[Rows, Rows] = (set(), set())
    for (is_money, *key), sums in funnel.items():
        amounts = [sums[measure] for measure in (_MEASURES[3:] if is_money else _MEASURES[:3])]
        if any(amounts):
            made[bool(is_money)].add((*key, *amounts))
    return made


_MEASURES = ("entered", "reached", "current", "customers", "revenue", "recurring_revenue")


def of_live(rows: Rows) -> Rows:
    return {row for row in rows if row[0] == DEFINITION.version and row[2] in ("", "channel", "segment")}
