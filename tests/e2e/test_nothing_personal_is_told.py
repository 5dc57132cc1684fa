"""No personal value and no secret in a log line of any process, nor in a problem that anybody is answered."""

import json
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.runtime.clock import SystemClock
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import SECRET, Installation
from tests.e2e.commands import leadtrace
from tests.e2e.hubspot import body, change, creation, event

pytestmark = pytest.mark.slow

EMAIL = "ana.seeded@personal.example"
PHONE = "+4915700099887"
FIRST, LAST = "Anaseeded", "Almeidaseeded"
PATH_SECRET = "seeded-path-secret-4711"
TOKEN = "lt_seeded-token-of-nobody-0815"
SESSION = "00D5Gseeded!ARsession.Id"
SEEDS = (EMAIL, PHONE, FIRST, LAST, PATH_SECRET, TOKEN, SESSION, SECRET)
EVERYWHERE = {"email": EMAIL, "phone": PHONE, "firstname": FIRST, "lastname": LAST}
PERSON = [
    creation(901),
    *(change(901, name, value) for name, value in EVERYWHERE.items()),
    change(901, "a_property_of_theirs", f"{EMAIL} {PHONE}"),
]
BROKEN = [
    event("contact.levitation", 902, propertyValue=EMAIL, sessionId=SESSION),
    event("contact.propertyChange", 903, propertyName="lifecyclestage", propertyValue="77"),
    event("contact.propertyChange", 904, propertyName=None, propertyValue=LAST),
    {**event("contact.creation", 905, changeSource=EMAIL), "occurredAt": EMAIL},
    {**event("contact.creation", 906), "objectId": EMAIL},
    EMAIL,
]
POISON = json.dumps({"specversion": "1.0", "id": EMAIL, "data": {"email": EMAIL, "name": FIRST}}).encode()


def told_in(text: str) -> list[str]:
    """The seeded values that a text holds."""
    return [seed for seed in SEEDS if seed in text]


def logs(installation: Installation) -> Iterator[tuple[str, str]]:
    """Every log file of the installation with its text."""
    folder = DataFolder(installation.folder).logs
    for path in (installation.log, *sorted(folder.rglob("*"))):
        if path.is_file():
            yield path.name, path.read_text(errors="replace")


async def post_signed(
    client: httpx.AsyncClient, installation: Installation, content: bytes
) -> httpx.Response:
    """As the vendor posts."""
    signed = signed_headers(SECRET, installation.hook, content, SystemClock().now_us() // 1_000)
    return await client.post(installation.hook, content=content, headers=signed)


async def be_refused(client: httpx.AsyncClient, installation: Installation) -> list[httpx.Response]:
    """Everything that a door and an api refuse, each time with seeded values where they can be."""
    hook, api = installation.hook, installation.api
    door = hook.partition("/v1/")[0]
    bearing = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "192.0.2.7"}
    content = body(*PERSON)
    return [
        await client.post(hook, content=content),
        await client.post(hook, content=content, headers=bearing | {"x-session-id": SESSION}),
        await client.post(hook, content=content, headers={"x-hubspot-signature-v3": SESSION}),
        await client.post(f"{hook}/{PATH_SECRET}?token={PATH_SECRET}", content=content),
        await client.post(f"{door}/v1/webhooks/{PATH_SECRET}", content=content),
        await client.post(hook, content=content, headers={"content-encoding": SESSION}),
        await client.post(hook, content=EMAIL.encode() * 60_000),
        await client.put(f"{hook}?email={EMAIL}", content=content),
        await client.post(f"{door}/v1/admin/reconcile", headers=bearing),
        await client.post(f"{door}/v1/admin/quarantine/retry", headers=bearing, json={"ids": [EMAIL]}),
        await client.get(f"{api}/v1/funnel", headers=bearing),
        await client.get(f"{api}/v1/leads/{EMAIL}"),
        await client.get(f"{api}/v1/{EMAIL}"),
        await client.get(f"{api}/v1/leads", params={"cursor": EMAIL}),
        await client.get(f"{api}/v1/leads", params={"captured_from": EMAIL}),
        await client.get(f"{api}/v1/leads", params={"reached": EMAIL}),
        await client.get(f"{api}/v1/funnel", params={"by": EMAIL}),
    ]


async def poison(installation: Installation) -> None:
    """Put a record on a topic that nobody can read, and wait until its reader buried it."""
    state = DataFolder(installation.folder).read_state()
    assert state is not None
    producer = AIOKafkaProducer(bootstrap_servers=state.kafka_bootstrap_servers, enable_idempotence=False)
    await producer.start()
    try:
        await producer.send_and_wait("deal-events", POISON, key=EMAIL.encode())
    finally:
        await producer.stop()
    database = await connect(state.postgres_url)

    async def buried() -> bool:
        count = await database.fetchval(
            "select count(*) from attribution.dead_letters where value = $1", POISON
        )
        return bool(count == 1)

    try:
        await eventually_answers(buried, what="its reader buried it", deadline_s=30.0)
    finally:
        await database.close()


async def operate(installation: Installation) -> str:
    """What an operator's commands print of what is held, when bytes are not asked for."""
    printed = []
    for command in (
        ("quarantine", "list", "--limit", "500"),
        ("quarantine", "retry", "--reason", "unknown_type"),
        ("replay", "--from", "intake", "--since", "1d", "--yes"),
        ("replay", "--from", "dlq"),
        ("status",),
        ("keys", "list"),
        ("config",),
    ):
        done = await leadtrace(installation.environment(), *command, columns=200)
        assert done.code == 0, done
        printed.append(done.out + done.err)
    return "\n".join(printed)


async def test_nothing_personal_and_no_secret_is_told(shared: Installation) -> None:
    async with httpx.AsyncClient(timeout=20.0) as client:
        for content in (body(*PERSON), json.dumps(BROKEN).encode(), f"not json: {EMAIL}".encode()):
            assert (await post_signed(client, shared, content)).status_code == 202
        refusals = await be_refused(client, shared)
        await poison(shared)
        await shared.accounted(items=0, within_s=30.0)
        printed = await operate(shared)
        await shared.accounted(items=0, within_s=30.0)
        leads = (await client.get(f"{shared.api}/v1/leads")).json()["leads"]
        traces = [
            (await client.get(f"{shared.api}/v1/leads/{UUID(one['lead_id'])}/trace")).text for one in leads
        ]
    for answer in refusals:
        assert answer.status_code >= 400
        assert told_in(answer.text) == [], (str(answer.request.url), answer.text)
    assert told_in(printed) == []
    assert [seeds for seeds in map(told_in, traces) if seeds] == []
    found = {name: told for name, text in logs(shared) if (told := told_in(text))}
    assert found == {}
    names = {name for name, _ in logs(shared)}
    assert names >= {"door.log", "relay.log", "scoring.log", "attribution.log", "projector.log", "api.log"}
