"""The business gauges as Prometheus reads them, and the questions that they are held to."""

from collections.abc import Iterator
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_metrics import MetricsSettings
from leadtrace_api.business.gauges import BusinessGauges
from leadtrace_api.room import Room
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import START_US

US_A_DAY = 86_400_000_000


def days_until(now_us: int) -> float:
    """The days from the beginning of 2026 until a while ago, as the builders of snapshots count them."""
    return (now_us - START_US) / US_A_DAY - 0.01


class Scraped:
    """The business gauges of a room, as Prometheus reads them."""

    def __init__(self, room: Room, **settings: Any) -> None:
        self.metrics = Metrics()
        self.gauges = BusinessGauges(room, self.metrics, MetricsSettings(**settings))

    async def refreshed(self) -> "Scraped":
        await self.gauges.refresh()
        return self

    def samples(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        for family in text_string_to_metric_families(self.metrics.render().decode()):
            yield from ((one.labels, one.value) for one in family.samples if one.name == f"leadtrace_{name}")

    def value(self, name: str, **labels: str) -> float | None:
        found = [value for have, value in self.samples(name) if have == labels]
        return found[0] if found else None

    def labels(self, name: str, label: str) -> set[str]:
        return {labels[label] for labels, _ in self.samples(name)}


async def get(client: httpx.AsyncClient, path: str, **parameters: str) -> dict[str, Any]:
    """The body of a 200."""
    answer = await client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def window(projection: Projection, days: int) -> dict[str, str]:
    """The parameters of a question about the last days in Berlin, from the database's own calendar."""
    (found,) = await projection.pool.fetch(
        "select day - $1::int, day from (select (now() at time zone 'Europe/Berlin')::date as day) today",
        days - 1,
    )
    first, last = found
    return {"from": str(first), "to": str(last)}
