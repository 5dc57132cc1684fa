"""Whether nothing is under way between the services, as their own gauges tell."""

import asyncio
from collections.abc import Sequence

import httpx
from prometheus_client.parser import text_string_to_metric_families

from leadtrace.embedded.services import ServiceSpec

# Gauges that are 0 when nothing is under way: records not yet read, rows not yet produced.
IN_FLIGHT = ("leadtrace_consumer_lag_records", "leadtrace_notes_rows", "leadtrace_unpublished_rows")
_TIMEOUT_S = 3.0


async def is_drained(services: Sequence[ServiceSpec], host: str, gauges: Sequence[str] = IN_FLIGHT) -> bool:
    """True if every process answers and all these gauges are 0; a gauge that nobody shows is 0."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
        try:
            answers = await asyncio.gather(
                *(client.get(f"{service.url(host)}/metrics") for service in services)
            )
        except httpx.HTTPError:
            return False
    return all(answer.is_success and in_flight(answer.text, gauges) == 0 for answer in answers)


def in_flight(exposition: str, gauges: Sequence[str]) -> float:
    """The sum of these gauges in one process' metrics."""
    families = text_string_to_metric_families(exposition)
    return sum(sample.value for family in families for sample in family.samples if sample.name in gauges)
