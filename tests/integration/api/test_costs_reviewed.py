"""What once went wrong with costs: channels by two names, postings of gigabytes, groups without end."""

import tracemalloc
from typing import Any

import httpx
import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.attribution import Attribution, ChannelGroups
from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import LeadStatus
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace_api.room import Room
from tests.integration.api.projection import Projection
from tests.integration.api.spending import posted, spent, take
from tests.integration.api.test_costs import eur, get, tell
from tests.unit.api.snapshots import deal, outcome

_CPC = {"dimension": "medium", "in": ["cpc"]}
_CHANNELS = {"rules": [{"channel": "paid_search", "when": [_CPC]}]}
_MOST_BYTES = 60_000_000


def _by_rules(room: Room) -> None:
    """Have the definitions in force name channels."""
    live = live_definitions()
    rules = msgspec.convert(_CHANNELS, ChannelGroups)
    terms: Attribution = msgspec.structs.replace(live.attribution, channels=rules)
    changed = msgspec.structs.replace(live, attribution=terms)
    object.__setattr__(room, "schedules", Schedules("api", changed))


async def test_spend_is_of_the_channel_that_the_rules_name(
    room: Room, projection: Projection, client: httpx.AsyncClient
) -> None:
    """Leads come with the names of the rules; spend that kept its own would never meet them."""
    _by_rules(room)
    origin = Acquisition(channel="paid_search", source="google", medium="cpc")
    await tell(projection, [outcome(1, (Stage.LEAD, 1), captured=1, acquisition=origin)], [])
    rows = [spent((0, 0), "100", channel=name, medium="CPC") for name in ("google_ads", "bing_ads")]
    await take(projection, [posted(1, (0, 9), *rows, spent((0, 0), "7", channel="print"))])
    groups = (await get(client, by="channel"))["groups"]
    found: dict[str, Any] = {group["key"]["channel"]: group["numbers"] for group in groups}
    assert {name: one["spend"]["total"] for name, one in found.items()} == {
        "paid_search": eur("200.00"),
        "print": eur("7.00"),
    }
    assert found["paid_search"]["cohort"]["cpl"]["value"] == eur("200.00")
    assert (await get(client, channel="paid_search"))["total"]["spend"]["total"] == eur("200.00")
    assert (await get(client, channel="google_ads"))["total"]["spend"]["total"] == eur("0.00")


async def test_many_long_postings_are_not_divided_all_at_once(projection: Projection) -> None:
    rows = [spent((0, 364), "1000", campaign=f"campaign {number}") for number in range(80)]
    postings = [posted(number, (0, 364), *rows, account=f"a{number}") for number in range(1, 11)]
    tracemalloc.start()
    try:
        await take(projection, postings)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < _MOST_BYTES
    assert await projection.pool.fetchval("select count(*) from api.spend_days") == 10 * 80 * 365


async def test_too_many_groups_are_refused_before_they_are_read(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    leads = [
        outcome(number, (Stage.LEAD, 1), acquisition=Acquisition(campaign=f"campaign {number}"))
        for number in range(1_001)
    ]
    await tell(projection, leads[1:], [])
    assert len((await get(client, by="campaign"))["groups"]) == 1_000
    await tell(projection, leads[:1], [])
    answer = await client.get("/v1/costs?by=campaign")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "by")


async def test_who_was_won_before_being_captured_says_nothing_of_how_long_it_takes(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    """Records that are made at the sale would have cohorts of yesterday look grown up."""
    leads, deals = [], []
    for number in range(1, 93):
        start = now - 200 * DAY_US
        end = start - 5 * DAY_US if number <= 90 else start + 100 * DAY_US
        made = outcome(number, (Stage.LEAD, 0), channel="old", captured_at=start, status=LeadStatus.WON)
        leads.append(msgspec.structs.replace(made, won_at=end))
        deals.append(deal(number, 100, (number, 100), closed_at=end))
    young = now - DAY_US
    leads += [
        outcome(number, (Stage.LEAD, 0), channel="new", captured_at=young) for number in range(111, 121)
    ]
    await tell(projection, leads, deals)
    await take(projection, [posted(1, (0, 9), spent((0, 0), "100", channel="new"))])
    answer = await get(client, channel="new")
    assert (answer["lag"]["won"], answer["lag"]["orders_per_win"]) == (2, 1.0)
    cost = answer["total"]["cohort"]["cpo"]
    assert (cost["maturity"], cost["immature"]) == (0.0, True)
