"""What an operator does with the door of a running installation: keys, quarantine, replay, dead letters."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from leadtrace.embedded.datafolder import DataFolder
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.e2e.commands import Ended, leadtrace
from tests.e2e.hubspot import body, creation, event
from tests.e2e.opened import held_raws

pytestmark = pytest.mark.slow

WIDE = 220
FROM_ELSEWHERE = {"x-forwarded-for": "192.0.2.7"}


@pytest.fixture
async def database(shared: Installation) -> AsyncIterator[Connection]:
    """The installation's own database."""
    state = DataFolder(shared.folder).read_state()
    assert state is not None
    connection = await connect(state.postgres_url)
    yield connection
    await connection.close()


async def told(installation: Installation, *arguments: str) -> str:
    """What a command printed that went well."""
    done = await leadtrace(installation.environment(), *arguments, columns=WIDE)
    assert (done.code, "Traceback" in done.out + done.err) == (0, False), done
    return done.out


async def refused(installation: Installation, *arguments: str) -> Ended:
    """A command that did not go well, and said so in words."""
    done = await leadtrace(installation.environment(), *arguments, columns=WIDE)
    assert done.code != 0
    assert "Traceback" not in done.out + done.err
    return done


async def hold(installation: Installation, database: Connection, *contacts: int) -> list[UUID]:
    """Post items of a type that nobody knows; their ids in quarantine."""
    await installation.post([body(*(event("contact.levitation", contact) for contact in contacts))])
    await installation.accounted(items=0, within_s=30.0)
    raws = [json.dumps(event("contact.levitation", one), separators=(",", ":")).encode() for one in contacts]
    held = await held_raws(installation, database)
    found = [held_id for held_id, (_, raw) in held.items() if raw in raws]
    assert len(found) == len(contacts)
    return found


async def expect_balance(installation: Installation) -> dict[str, Any]:
    """Nothing pending, nothing lost."""
    report = await installation.accounted(items=0, within_s=30.0)
    assert report["balanced"], json.dumps(report)
    return report


class TestQuarantine:
    async def test_list_show_and_raw(self, shared: Installation, database: Connection) -> None:
        (held,) = await hold(shared, database, 501)
        listed = await told(shared, "quarantine", "list", "--reason", "unknown_type", "--limit", "500")
        assert str(held) in listed
        shown = await told(shared, "quarantine", "show", str(held))
        assert "knows no such event type" in shown
        assert "Unsubscribe from it" in shown
        assert "occurredAt" not in shown
        raw = await told(shared, "quarantine", "show", str(held), "--raw")
        assert json.loads(raw) == event("contact.levitation", 501)
        report = await expect_balance(shared)
        assert report["quarantine"][0]["items"] >= 1
        async with httpx.AsyncClient() as client:
            exposed = (await client.get(f"{shared.api}/metrics")).text
        assert re.search(r'leadtrace_quarantine_items\{sender="hubspot"\} [1-9]', exposed)
        assert 'leadtrace_quarantine_oldest_age_seconds{sender="hubspot"}' in exposed

    async def test_retry_and_discard(self, shared: Installation, database: Connection) -> None:
        one, two = await hold(shared, database, 502, 503)
        dry = await told(shared, "quarantine", "retry", str(one), "--dry-run")
        assert "nothing was changed" in dry
        assert "1 items of 1 deliveries" in await told(shared, "quarantine", "retry", str(one))
        await expect_balance(shared)
        discard = ("quarantine", "discard", str(two), "--why", "a test of theirs")
        assert "nothing was changed" in await told(shared, *discard, "--dry-run")
        assert "1 items of 1 deliveries are discarded" in await told(shared, *discard, "--yes")
        report = await expect_balance(shared)
        assert report["items"][0]["discarded"] >= 1
        intake_id = await database.fetchval(
            "select intake_id from ingest.quarantine_discards where quarantine_id = $1", two
        )
        said = (await shared.get(f"/v1/intake/{intake_id}"))["outcomes"]
        assert [(item["outcome"], item.get("why")) for item in said["items"]] == [
            ("quarantined", None),
            ("discarded", "a test of theirs"),
        ]
        assert "a test of theirs" in await told(shared, "quarantine", "show", str(two))

    async def test_what_is_not_clear_is_said(self, shared: Installation) -> None:
        assert "say `all`" in (await refused(shared, "quarantine", "retry")).err
        assert "is no moment" in (await refused(shared, "quarantine", "list", "--since", "monday")).err
        assert "One of:" in (await refused(shared, "quarantine", "retry", "--reason", "luck")).err


class TestKeys:
    async def test_a_key_is_made_used_and_revoked(self, shared: Installation) -> None:
        made = await leadtrace(shared.environment(), "keys", "create", "--scope", "read", "--name", "board")
        assert made.code == 0
        key = made.out.strip()
        assert re.fullmatch(r"lt_[A-Za-z0-9_-]{43}", key)
        assert "not shown again" in made.err

        async def answers(status: int, shown: str) -> bool:
            headers = FROM_ELSEWHERE | {"authorization": f"Bearer {shown}"}
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{shared.api}/v1/funnel", headers=headers)).status_code == status

        assert await answers(401, "lt_guessed")
        await eventually_answers(lambda: answers(200, key), what="the api knows the key", deadline_s=6.0)
        listed = await told(shared, "keys", "list")
        assert "board" in listed
        assert key not in listed
        await told(shared, "keys", "revoke", "board")
        await eventually_answers(lambda: answers(401, key), what="the key is none", deadline_s=6.0)
        assert "no live key" in (await refused(shared, "keys", "revoke", "board")).err

    async def test_a_key_to_post_as_a_sender(self, shared: Installation) -> None:
        key = (await told(shared, "keys", "create", "--scope", "ingest", "--sender", "hubspot")).strip()
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient() as client:
            answer = await client.post(shared.hook, content=body(creation(504)), headers=headers)
        assert answer.status_code == 202
        await expect_balance(shared)
        assert "Name one: hubspot" in (await refused(shared, "keys", "create", "--scope", "ingest")).err


class TestReplay:
    async def test_of_the_intake_shows_the_effect_first_and_is_safe_to_run_twice(
        self, shared: Installation, database: Connection
    ) -> None:
        await hold(shared, database, 505)
        before = (await expect_balance(shared))["items"]
        dry = await told(shared, "replay", "--from", "intake", "--since", "1d", "--dry-run")
        assert "quarantined" in dry
        assert "were done again" not in dry
        for _ in range(2):
            done = await told(shared, "replay", "--from", "intake", "--since", "1d", "--yes")
            assert "deliveries were done again" in done
            assert (await expect_balance(shared))["items"] == before
        assert "say from when on" in (await refused(shared, "replay", "--from", "intake")).err

    async def test_mapping_again_by_the_same_mapping_corrects_nothing(
        self, shared: Installation, database: Connection
    ) -> None:
        await shared.post([body(creation(506))])
        await expect_balance(shared)
        events = await database.fetchval("select count(*) from ingest.events")
        for answer in ("--dry-run", "--yes"):
            done = await told(shared, "replay", "--from", "intake", "--since", "1d", "--remap", answer)
            assert re.search(r"of \d+ items with events: 0 events to correct, 0 to tell as they are", done)
        await expect_balance(shared)
        assert await database.fetchval("select count(*) from ingest.events") == events

    async def test_of_dead_letters(self, shared: Installation, database: Connection) -> None:
        poison = b'{"a desk test": "is no event"'
        state = DataFolder(shared.folder).read_state()
        assert state is not None
        producer = AIOKafkaProducer(bootstrap_servers=state.kafka_bootstrap_servers, enable_idempotence=False)
        await producer.start()
        try:
            await producer.send_and_wait("lead-scores", poison, key=b"k")
        finally:
            await producer.stop()

        async def buried() -> bool:
            counts = [
                await database.fetchval(f"select count(*) from {one}.dead_letters where value = $1", poison)
                for one in ("attribution", "api")
            ]
            return counts == [1, 1]

        await eventually_answers(buried, what="both readers buried it", deadline_s=30.0)
        topic = ("replay", "--from", "dlq", "--topic", "lead-scores")
        shown = await told(shared, *topic)
        assert "projector" in shown
        assert "0 of 2 can be read now" in shown
        only = await told(shared, *topic, "--service", "projector")
        assert "0 of 1 can be read now" in only
        assert "name one of scoring" in (await refused(shared, *topic, "--service", "door")).err
        assert "say why" in (await refused(shared, *topic, "--drop")).err
        assert "2 were dropped" in await told(shared, *topic, "--drop", "--why", "a test", "--yes")
        assert "no dead letter waits" in await told(shared, *topic)
