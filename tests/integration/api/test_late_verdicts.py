"""A verdict that comes after the event that it is on was known no later than that: a lag changes no book."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, event, outgoing
from leadtrace.testing.chain import Stage, put
from tests.integration.api.bound import store_bindings
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

_FITS: dict[str, str | None] = {
    "company_domain": "acme.de",
    "seniority": "c_level",
    "function": "marketing",
    "employees": "100",
}
_ALL = ("scoring", "attribution", "api")
_POSTINGS = """
select at, account, team, known_day, cause, amount from api.postings where amount <> 0 order by 1, 2, 3, 4, 5
"""


def _at(day: int, hour: int) -> datetime:
    return DAY_ZERO + timedelta(days=day, hours=hour)


def _made(data: Any, number: int, at: datetime) -> Event:
    return event(data, "contact/1", number, at=at, recorded=at)


FIRST_DAY = (
    _made(LeadCaptured(properties=_FITS), 1, _at(0, 8)),
    _made(TouchpointRecorded(channel="direct_traffic", signal="demo_request"), 2, _at(0, 9)),
)
SECOND_DAY = (_made(ActivityRecorded(ActivityKind.CALL), 3, _at(1, 9)),)


async def _told(whole: Whole, events: Sequence[Event], services: Collection[str]) -> None:
    async with whole.projection.owner.acquire() as connection:
        for one in events:
            await store_event(connection, one)
            await store_bindings(connection, one)
    await put(whole.bus, [outgoing(one) for one in events])
    await _read(whole, services)


async def _read(whole: Whole, services: Collection[str]) -> None:
    for service, handler in whole.handlers:
        if service in services:
            await Stage(service, whole.bus, whole.projection.owner, handler).drain()


async def test_books_are_the_same_whether_scoring_lags_or_not(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    whole, found = Whole(projection), []
    for services in (_ALL, ("attribution", "api")):
        await whole.begin()
        for events in (FIRST_DAY, SECOND_DAY):
            await _told(whole, events, services)
        await _read(whole, _ALL)
        answer = await client.get("/v1/ledger/balances", params={"as_of": "2026-01-01"})
        postings = [tuple(row) for row in await projection.pool.fetch(_POSTINGS)]
        found.append((postings, answer.json()["groups"]))
    assert found[0] == found[1]
    assert [one["key"]["account"] for one in found[0][1]] == ["in_transit"]
