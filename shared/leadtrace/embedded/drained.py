"""Whether nothing is under way between the services, as their own gauges tell."""

import asyncio
from collections.abc import Sequence

import httpx

from leadtrace.embedded.services import ServiceSpec
from leadtrace.runtime.samples import samples_of

# Gauges that are 0 when nothing is under way: at the relay, on the topics, between tables.
IN_FLIGHT = (
    "leadtrace_intake_oldest_pending_age_seconds",
    "leadtrace_consumer_lag_records",
    "leadtrace_conservation_pending_records",
)
_TIMEOUT_S = 3.0


async def is_drained(services: Sequence[ServiceSpec], host: str, gauges: Sequence[str] = IN_FLIGHT) -> bool:
    """True if every process answers and all these gauges are shown and 0.

    A gauge that nobody shows says nothing, so it counts as not drained.
    """
    async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
        try:
            answers = await asyncio.gather(
                *(client.get(f"{service.url(host)}/metrics") for service in services)
            )
        except httpx.HTTPError:
            return False
    if not all(answer.is_success for answer in answers):
        return False
    return nothing_in_flight([answer.text for answer in answers], gauges)


def nothing_in_flight(expositions: Sequence[str], gauges: Sequence[str]) -> bool:
    """Whether each gauge is shown by at least one process and is 0 wherever it is shown."""
    shown: dict[str, float] = {}
    for exposition in expositions:
        for name, samples in samples_of(exposition).items():
            if name in gauges:
                shown[name] = shown.get(name, 0.0) + sum(abs(value) for _, value in samples)
    return all(shown.get(gauge) == 0.0 for gauge in gauges)
