"""What the processes show on `/metrics`, read for a person: each asked once, all at the same time."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from leadtrace.embedded.services import ServiceSpec
from leadtrace.runtime.samples import Labels, Samples, samples_of

_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Scrape:
    """One page: the samples of each name, and the monotonic second at which it was read."""

    at_s: float
    samples: Samples = field(default_factory=dict)

    def each(self, name: str, **labels: str) -> Iterator[tuple[Labels, float]]:
        """The samples of a name that have these labels."""
        for given, value in self.samples.get(name, ()):
            if labels.items() <= given.items():
                yield given, value

    def total(self, name: str, **labels: str) -> float | None:
        """The sum over them; None if there are none."""
        found = [value for _, value in self.each(name, **labels)]
        return sum(found) if found else None


def parsed(text: str, at_s: float) -> Scrape:
    """A page of Prometheus' text format.

    Raises:
        ValueError: it is none.
    """
    return Scrape(at_s, samples_of(text))


async def scrape_all(services: Sequence[ServiceSpec], host: str) -> dict[str, Scrape]:
    """The page of every process that shows one now."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
        pages = await asyncio.gather(*(_scrape(client, service.url(host)) for service in services))
    return {service.name: page for service, page in zip(services, pages, strict=True) if page is not None}


async def _scrape(client: httpx.AsyncClient, url: str) -> Scrape | None:
    try:
        answer = await client.get(f"{url}/metrics")
        return parsed(answer.text, time.monotonic()) if answer.is_success else None
    except (httpx.HTTPError, ValueError):
        return None
