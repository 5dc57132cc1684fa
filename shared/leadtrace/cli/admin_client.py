"""Calls an admin route of each service that owns one, and shows what came of it hop by hop."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import typer

from leadtrace.cli.console import FAILED, console, errors, explained, run
from leadtrace.cli.installation import admin_key, known_settings
from leadtrace.cli.tables import numbers, plain_table, words
from leadtrace.embedded.services import ServiceSpec, local_host, service_specs
from leadtrace.runtime.settings import Settings

# The processes that serve admin routes: one for each service.
ADMIN_PROCESSES = ("door", "scoring", "attribution", "api")
_TIMEOUT_S = 300.0
# What the rows are of; everything else in them is a number.
_NAMES = ("hop", "kind")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one service did: a row for each hop or kind of row as it tells them, or why it did nothing."""

    service: str
    rows: tuple[dict[str, Any], ...] = ()
    problem: str | None = None


def call_everywhere(config: Path | None, route: str) -> None:
    """POST to `/v1/admin/<route>` of every service and print the results; exit code 1 if one failed."""
    with explained():
        settings = known_settings(config)
        key = admin_key(settings)
    answers = run(post_everywhere(settings, key, route))
    show(answers)
    if any(answer.problem for answer in answers):
        raise typer.Exit(FAILED)


async def post_everywhere(settings: Settings, key: str, route: str) -> list[Answer]:
    """The answer of every service that has the route; one that does not is left out."""
    services = [one for one in service_specs(settings.ports) if one.name in ADMIN_PROCESSES]
    host = local_host(settings.ports)
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, headers=headers) as client:
        calls = (_post(client, one, f"{one.url(host)}/v1/admin/{route}") for one in services)
        answers = await asyncio.gather(*calls)
    return [answer for answer in answers if answer is not None]


async def _post(client: httpx.AsyncClient, service: ServiceSpec, url: str) -> Answer | None:
    try:
        response = await client.post(url)
    except httpx.HTTPError as error:
        return Answer(service.name, problem=f"{url} does not answer ({type(error).__name__})")
    if response.status_code == httpx.codes.NOT_FOUND:
        return None
    if not response.is_success:
        return Answer(service.name, problem=f"{response.status_code} {response.text[:200]}")
    (rows,) = response.json().values()
    return Answer(service.name, rows=tuple(rows))


def show(answers: list[Answer]) -> None:
    """Print a row for each hop or kind, with the numbers that the services tell."""
    rows = [(answer.service, row) for answer in answers for row in answer.rows]
    keys = list(dict.fromkeys(key for _, row in rows for key in row))
    table = plain_table("asked", *(words(key) if key in _NAMES else numbers(_heading(key)) for key in keys))
    for service, row in rows:
        table.add_row(service, *(_cell(row.get(key)) for key in keys))
    if rows:
        console.print(table)
    elif not any(answer.problem for answer in answers):
        console.print("nothing to do")
    for answer in answers:
        if answer.problem:
            errors.print(f"[red]{answer.service}:[/] {answer.problem}", highlight=False)


def _heading(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value)
