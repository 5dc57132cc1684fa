"""Asks service processes how they are: ready, and if not, what they miss."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from leadtrace.embedded.services import ServiceSpec

_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """What one process says of itself; `missing` has one line for each dependency that is not there."""

    name: str
    url: str
    ready: bool
    missing: tuple[str, ...] = ()


async def ask_all(services: Sequence[ServiceSpec], host: str) -> list[ServiceHealth]:
    """The health of every process now, in the order given."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
        return await asyncio.gather(*(_ask(client, service, host) for service in services))


async def _ask(client: httpx.AsyncClient, service: ServiceSpec, host: str) -> ServiceHealth:
    url = service.url(host)
    try:
        answer = await client.get(f"{url}/readyz")
        body = answer.json()
    except httpx.HTTPError as error:
        reason = "does not answer" if isinstance(error, httpx.ConnectError) else type(error).__name__
        return ServiceHealth(service.name, url, ready=False, missing=(reason,))
    except ValueError:
        return ServiceHealth(service.name, url, ready=False, missing=("something else answers on this port",))
    missing = tuple(f"{one['dependency']}: {one['reason']}" for one in body.get("missing", ()))
    return ServiceHealth(service.name, url, ready=answer.status_code == httpx.codes.OK, missing=missing)
