"""What the audit counts, as Prometheus is told it: each outcome, when it was counted, how far all came."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace_api.audit.schemas import EventCounts, SenderItems
from leadtrace_api.metrics import EVENT_FATES, ITEM_OUTCOMES
from tests.integration.api.test_audit import audit, scored, store


@pytest_asyncio.fixture
async def owner(database_url: str) -> AsyncIterator[Connection]:
    """A connection that may write every schema."""
    connection = await connect(database_url)
    yield connection
    await connection.close()


async def scraped(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name without prefix and the values of its labels, in the order of their names."""
    text = (await client.get("/metrics")).text
    return {
        (one.name.removeprefix("leadtrace_"), *(one.labels[label] for label in sorted(one.labels))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_every_outcome_of_the_audit_is_shown() -> None:
    """A new term of an equation must not be missing from its gauges."""
    beside = {"sender", "oldest_pending_age_s", "difference"}
    assert set(ITEM_OUTCOMES) == SenderItems.model_fields.keys() - beside
    diagnostic = {"hop", "lapsed", "unconfirmed", "oldest_pending_age_s", "difference"}
    assert set(EVENT_FATES) == EventCounts.model_fields.keys() - diagnostic


async def test_events_are_shown_by_their_fate(client: httpx.AsyncClient, owner: Connection) -> None:
    await store(owner, 5)
    await scored(owner, (2, 1, None), (1, 0, "ValueError"), seen=3)
    told, shown = await audit(client), await scraped(client)
    for hop, counts in told["events"].items():
        fates = {fate: shown["conservation_fate_events", hop, fate] for fate in EVENT_FATES}
        assert fates == {fate: counts[fate] for fate in EVENT_FATES}
        assert 2 * fates["published"] == sum(fates.values())
    mine = [shown["conservation_fate_events", "lead-events to scoring", fate] for fate in EVENT_FATES]
    assert dict(zip(EVENT_FATES, mine, strict=True)) == {
        "published": 5,
        "applied": 1,
        "stuck": 1,
        "ignored": 1,
        "dead_lettered": 0,
        "pending": 2,
    }


async def test_items_are_shown_by_their_outcome(client: httpx.AsyncClient, owner: Connection) -> None:
    await owner.execute(
        "insert into ingest.item_totals (sender, accepted, published, duplicate) values ('hubspot', 5, 3, 1)"
    )
    told, shown = await audit(client), await scraped(client)
    outcomes = {name: shown["conservation_outcome_items", name, "hubspot"] for name in ITEM_OUTCOMES}
    assert outcomes == {name: told["items"]["hubspot"][name] for name in ITEM_OUTCOMES}
    assert (outcomes["accepted"], outcomes["published"], outcomes["duplicate"]) == (5, 3, 1)
    assert shown["conservation_difference_records", "items:hubspot"] == 1


async def test_what_is_on_its_way_holds_the_reconciled_moment_back(
    client: httpx.AsyncClient, owner: Connection
) -> None:
    await store(owner, 1)
    now = (await owner.fetchval("select extract(epoch from now())::float8")) or 0.0
    await owner.execute("update ingest.events set recorded_at = now() - interval '1 hour'")
    shown = await scraped(client)
    assert 0 <= shown["conservation_count_timestamp_seconds",] - now < 60
    behind = shown["conservation_count_timestamp_seconds",] - shown["reconciled_timestamp_seconds",]
    assert abs(behind - 3_600) < 60
