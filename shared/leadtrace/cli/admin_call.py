"""Asks one process for something over its admin routes; a refusal is an error with the process' own words."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx

from leadtrace.cli.installation import admin_key
from leadtrace.embedded.services import local_host, service_specs
from leadtrace.runtime.settings import Settings

_TIMEOUT_S = 300.0


class AdminProblemError(Exception):
    """The process would not do it; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class AdminCall:
    """An open client of one process' admin routes."""

    process: str
    client: httpx.AsyncClient

    async def get(self, path: str, parameters: Mapping[str, object] | None = None) -> dict[str, Any]:
        """What a route tells; parameters that are None are left out."""
        given = {name: str(value) for name, value in (parameters or {}).items() if value is not None}
        return self._told(await self.client.get(path, params=given))

    async def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """What came of an order; members that are None are left out."""
        given = {name: value for name, value in body.items() if value is not None}
        return self._told(await self.client.post(path, json=given))

    async def lines(self, path: str, body: Mapping[str, object]) -> AsyncIterator[dict[str, Any]]:
        """What is told of an order while it is worked on, one JSON document a line."""
        given = {name: value for name, value in body.items() if value is not None}
        async with self.client.stream("POST", path, json=given) as answer:
            if not answer.is_success:
                await answer.aread()
                self._refuse(answer)
            async for line in answer.aiter_lines():
                yield json.loads(line)

    async def delete(self, path: str) -> dict[str, Any]:
        """What came of taking something away."""
        return self._told(await self.client.delete(path))

    def _told(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            self._refuse(answer)
        told: dict[str, Any] = answer.json()
        return told

    def _refuse(self, answer: httpx.Response) -> NoReturn:
        raise AdminProblemError(f"{self.process}: {_words(answer)}")


@asynccontextmanager
async def calling(
    settings: Settings, process: str = "door", *, root: str = "/v1/admin"
) -> AsyncIterator[AdminCall]:
    """A client of the routes below `root` of the process, with the admin key.

    Raises:
        SettingsError: there is no admin key.
        AdminProblemError: the process does not answer.
    """
    headers = {"authorization": f"Bearer {admin_key(settings)}"}
    service = next(one for one in service_specs(settings.ports) if one.name == process)
    base = f"{service.url(local_host(settings.ports))}{root}"
    async with httpx.AsyncClient(base_url=base, timeout=_TIMEOUT_S, headers=headers) as client:
        try:
            yield AdminCall(process, client)
        except httpx.TransportError as error:
            raise AdminProblemError(f"{process}: {base} does not answer ({type(error).__name__})") from None


def _words(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        said = problem["detail"]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"
    remedy = problem.get("remedy")
    return f"{said} {remedy}" if remedy else str(said)
