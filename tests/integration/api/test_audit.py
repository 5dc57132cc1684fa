"""`/v1/audit/conservation` and its gauges: what is lost, doubled or made up shows, and nothing else does."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio

from leadtrace.events.lead import LeadCaptured, Stage
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.builders import event
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import at, deal, lead_id, outcome, record, won

SOLD = outcome(1, (Stage.LEAD, 0), (Stage.CUSTOMER, 9), deals=[won(1, 500, 9)])


@pytest_asyncio.fixture
async def owner(database_url: str) -> AsyncIterator[Connection]:
    """A connection that may write every schema."""
    connection = await connect(database_url)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def uncredited(owner: Connection) -> None:
    """Snapshots that nobody folded are credited by nobody: let that wait, and not pass for a difference."""
    await owner.execute(
        "insert into attribution.credit_due (kind, entity_id) values ('deal', $1)", UUID(int=0)
    )


async def audit(client: httpx.AsyncClient) -> dict[str, Any]:
    """The answer, with rows by their names."""
    answer = await client.get("/v1/audit/conservation")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    for rows, name in (("items", "sender"), ("events", "hop"), ("snapshots", "hop"), ("money", "currency")):
        body[rows] = {row[name]: row for row in body[rows]}
    return body


async def store(owner: Connection, count: int) -> None:
    """Events 1 to `count`, published."""
    for number in range(1, count + 1):
        await store_event(owner, event(LeadCaptured(), f"contact/{number}", number))


async def scored(owner: Connection, *counts: tuple[int, int, str | None], seen: int) -> None:
    """Scoring holds events 1 to `seen`, in leads of (events, ignored ones, error)."""
    await owner.execute("insert into scoring.seen select generate_series(1, $1::bigint)", seen)
    for number, (events, ignored, error) in enumerate(counts, start=1):
        await owner.execute(
            "insert into scoring.leads (lead_id, event_count, ignored_count, stuck_error) "
            "values ($1, $2, $3, $4)",
            UUID(int=number),
            events,
            ignored,
            error,
        )


async def test_nothing_at_all_balances(client: httpx.AsyncClient) -> None:
    found = await audit(client)
    assert (found["balanced"], found["difference"], found["pending"]) == (True, 0, 0)
    assert list(found["events"]) == [
        "lead-events to scoring",
        "lead-events to attribution",
        "deal-events to attribution",
        "spend-events to api",
    ]
    assert len(found["snapshots"]) == 4


async def test_each_event_has_one_fate_at_its_reader(client: httpx.AsyncClient, owner: Connection) -> None:
    await store(owner, 10)
    await scored(owner, (3, 1, None), (2, 0, "ValueError: x"), seen=5)
    await owner.execute(
        "insert into scoring.dead_letters "
        '(dead_letter_id, topic, partition, "offset", reason, detail, event_no, value_hash) '
        "values (gen_random_uuid(), 't', 0, 0, 'undecodable', '', 6, 'x')"
    )
    found = await audit(client)
    hop = found["events"]["lead-events to scoring"]
    oldest = hop.pop("oldest_pending_age_s")
    assert hop == {
        "hop": "lead-events to scoring",
        "published": 10,
        "lapsed": 0,
        "applied": 2,
        "stuck": 2,
        "ignored": 1,
        "dead_lettered": 1,
        "pending": 4,
        "unconfirmed": 0,
        "difference": 0,
    }
    assert oldest > 0
    assert (found["balanced"], found["pending"]) == (True, 4 + 10)


async def test_an_event_not_confirmed_yet_is_pending_until_its_reader_has_it(
    client: httpx.AsyncClient, owner: Connection
) -> None:
    """Otherwise everything would seem to be accounted for while the relay is about to publish."""
    await store(owner, 3)
    await owner.execute(
        "insert into ingest.unpublished (note_id, event_nos, leased_until) "
        "values (gen_random_uuid(), '{2,3}', now())"
    )
    await scored(owner, (2, 0, None), seen=2)
    hop = (await audit(client))["events"]["lead-events to scoring"]
    numbers = {name: hop[name] for name in ("published", "applied", "pending", "unconfirmed", "difference")}
    assert numbers == {"published": 3, "applied": 2, "pending": 1, "unconfirmed": 1, "difference": 0}


async def test_a_set_that_holds_more_or_less_than_was_seen_is_a_difference(
    client: httpx.AsyncClient, owner: Connection
) -> None:
    await store(owner, 3)
    await scored(owner, (4, 0, None), seen=3)
    found = await audit(client)
    assert found["events"]["lead-events to scoring"]["difference"] == -1
    assert (found["balanced"], found["difference"]) == (False, 1)


async def test_an_event_that_ingest_does_not_hold_is_unexpected(
    client: httpx.AsyncClient, owner: Connection
) -> None:
    await store(owner, 1)
    await scored(owner, (2, 0, None), seen=2)
    found = await audit(client)
    assert {one["reader"]: one["unexpected"] for one in found["unexpected"]} == {
        "api": 0,
        "attribution": 0,
        "scoring": 1,
    }
    assert not found["balanced"]


async def test_a_sender_whose_items_do_not_add_up_shows(client: httpx.AsyncClient, owner: Connection) -> None:
    await owner.execute(
        "insert into ingest.item_totals (sender, accepted, published, duplicate) values ('hubspot', 5, 3, 1)"
    )
    found = await audit(client)
    assert found["items"]["hubspot"]["difference"] == 1
    assert (found["balanced"], found["difference"]) == (False, 1)


async def test_a_snapshot_that_the_reader_lacks_is_on_its_way_and_counts_as_pending(
    client: httpx.AsyncClient, owner: Connection, projection: Projection
) -> None:
    for number, revision in ((1, 10), (2, 20)):
        await owner.execute(
            "insert into attribution.leads (lead_id, revision, definition_version) values ($1, $2, 1)",
            UUID(lead_id(number)),
            revision,
        )
    await projection.take([record(SOLD, 10), record(outcome(2), 19)])
    found = await audit(client)
    hop = found["snapshots"]["lead-outcomes to api"]
    assert (hop["held"], hop["missing"]) == (2, 1)
    assert hop["oldest_missing_age_s"] > 0
    assert (found["balanced"], found["pending"]) == (True, 1)


@pytest.mark.usefixtures("uncredited")
class TestMoney:
    async def test_won_deals_are_worth_what_is_shared_and_what_is_unlinked(
        self, client: httpx.AsyncClient, projection: Projection
    ) -> None:
        await projection.take([record(SOLD, 1), record(deal(1, 500, (1, 500)), 1), record(deal(2, 70), 1)])
        found = await audit(client)
        row = found["money"]["EUR"]
        assert {name: row[name]["amount"] for name in ("won", "shared", "unlinked", "difference")} == {
            "won": "5.70",
            "shared": "5.00",
            "unlinked": "0.70",
            "difference": "0.00",
        }
        assert (row["leads_difference"]["amount"], row["rollups_difference"]["amount"]) == ("0.00", "0.00")
        assert found["balanced"]

    async def test_a_cent_that_no_lead_holds_shows(
        self, client: httpx.AsyncClient, projection: Projection
    ) -> None:
        await projection.take([record(SOLD, 1), record(deal(1, 501, (1, 500)), 1)])
        found = await audit(client)
        assert found["money"]["EUR"]["difference"]["amount"] == "0.01"
        assert not found["balanced"]

    async def test_what_was_converted_or_paid_back_balances_in_the_currency_that_it_counts_in(
        self, client: httpx.AsyncClient, projection: Projection
    ) -> None:
        steps = (
            Booking(at(9), MoneyKind.WIN, 1_000, "USD", 900, "EUR"),
            Booking(at(20), MoneyKind.REFUND, -400, "USD", -360, "EUR"),
        )
        share = msgspec.structs.replace(won(1, 600, 9, "USD"), bookings=steps)
        sold = outcome(1, (Stage.CUSTOMER, 9), deals=[share])
        money = {"currency": "USD", "net": 600, "refunded": 400, "bookings": steps}
        unlinked = deal(2, 1_000, **money)
        await projection.take([record(one, 1) for one in (sold, deal(1, 1_000, (1, 600), **money), unlinked)])
        found = await audit(client)
        row = found["money"]["EUR"]
        assert {name: row[name]["amount"] for name in ("won", "shared", "unlinked", "difference")} == {
            "won": "10.80",
            "shared": "5.40",
            "unlinked": "5.40",
            "difference": "0.00",
        }
        assert (found["balanced"], list(found["money"])) == (True, ["EUR"])
        told = (await client.get("/v1/funnel")).json()
        assert told["unlinked"]["revenue"] == {"amount": "5.40", "currency": "EUR"}
        assert (told["unlinked"]["deals"], told["unlinked"]["unconverted"]) == (1, [])
        assert told["total"]["revenue_per_customer"] == {"amount": "5.40", "currency": "EUR"}
        lead = (await client.get(f"/v1/leads/{lead_id(1)}")).json()
        assert lead["revenue"] == [{"amount": "5.40", "currency": "EUR"}]
        assert [(one["kind"], one["amount"]["amount"]) for one in lead["deals"][0]["money"]] == [
            ("win", "10.00"),
            ("refund", "-4.00"),
        ]

    async def test_rollups_that_differ_from_the_leads_show(
        self, client: httpx.AsyncClient, projection: Projection, owner: Connection
    ) -> None:
        await projection.take([record(SOLD, 1), record(deal(1, 500, (1, 500)), 1)])
        await owner.execute("update api.revenue_daily set revenue = revenue + 1 where dimension = ''")
        found = await audit(client)
        assert found["money"]["EUR"]["rollups_difference"]["amount"] == "-0.01"
        assert not found["balanced"]


@pytest.mark.usefixtures("uncredited")
async def test_days_that_do_not_sum_to_what_is_known_now_show(
    client: httpx.AsyncClient, projection: Projection, owner: Connection
) -> None:
    await projection.take([record(SOLD, 1), record(deal(1, 500, (1, 500)), 1)])
    assert (await audit(client))["balanced"]
    await owner.execute("update api.funnel_known set reached = reached + 1 where stage = 'customer'")
    found = await audit(client)
    assert found["known"] == [{"rollup": "funnel", "difference": 2}, {"rollup": "revenue", "difference": 0}]
    assert (found["balanced"], found["difference"]) == (False, 2)


async def test_a_delivery_that_is_lost_shows(client: httpx.AsyncClient, owner: Connection) -> None:
    await owner.execute(
        "insert into attribution.notifications"
        " (notification_id, kind, lead_id, definition_version, moment, data, created_at, routed_to)"
        " values (gen_random_uuid(), 'lead.qualified', gen_random_uuid(), 1, now(), '{}',"
        " now() - interval '1 hour', 2)"
    )
    for state, name in (("pending", "crm"), ("dead", "desk")):
        await owner.execute(
            "insert into attribution.deliveries (notification_no, subscription, state, next_at)"
            " select notification_no, $1, $2, now() from attribution.notifications",
            name,
            state,
        )
    found = await audit(client)
    told = found["webhooks"]
    assert 3_600 <= told.pop("oldest_pending_age_s") <= 3_700
    assert told == {"matched": 2, "delivered": 0, "pending": 1, "dead": 1, "unrouted": 0, "difference": 0}
    assert found["balanced"]
    await owner.execute("delete from attribution.deliveries where subscription = 'crm'")
    found = await audit(client)
    assert (found["webhooks"]["difference"], found["difference"], found["balanced"]) == (1, 1, False)


async def test_gauges_show_the_same_numbers(client: httpx.AsyncClient, owner: Connection) -> None:
    await store(owner, 2)
    await scored(owner, (1, 0, None), seen=1)
    exposition = (await client.get("/metrics")).text
    assert 'leadtrace_conservation_pending_records{check="lead-events to scoring"} 1.0' in exposition
    assert 'leadtrace_conservation_difference_records{check="unexpected:scoring"} 0.0' in exposition
    assert "leadtrace_conservation_balanced_ratio 1.0" in exposition


async def test_requests_are_timed_by_the_pattern_of_their_route(client: httpx.AsyncClient) -> None:
    await client.get("/v1/funnel")
    await client.get(f"/v1/leads/{lead_id(1)}")
    exposition = (await client.get("/metrics")).text
    assert 'leadtrace_request_duration_seconds_count{route="/v1/funnel",status="200"} 1.0' in exposition
    assert (
        'leadtrace_request_duration_seconds_count{route="/v1/leads/{lead_id}",status="404"} 1.0' in exposition
    )
