"""A browser trades a key for a cookie that reads, and only that: with no other key, page, method or time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import Request

from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.key_ring import KeyRing, Scope, digest_of
from leadtrace.runtime.vault.wrapper import LocalWrapper
from leadtrace.store.api_keys import StoredKey
from leadtrace.store.sql_engine import make_engine
from leadtrace_api.keys import may_still_read
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.session.cookie import shown_session
from leadtrace_api.session.token import LASTS
from leadtrace_api.settings import ApiSettings
from tests.unit.api.conftest import KEY, MakeClient

SESSION = "/v1/session"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOWN = {"authorization": "Bearer lt_made"}
OLD, NEW, FOREIGN = (bytes([one]) * 32 for one in (1, 2, 3))
FIRST = StoredKey(UUID(int=1), "wall", (Scope.READ, Scope.ADMIN), None, digest_of(b"lt_made"))
OTHER = StoredKey(UUID(int=2), "ops", (Scope.READ, Scope.READ_PERSONAL), None, digest_of(b"lt_ops"))


def ring(*stored: StoredKey) -> KeyRing:
    """Keys as they were read from the database."""
    keys = KeyRing(KEY)
    keys.replace(stored)
    return keys


def vault_of(*master_keys: bytes) -> Vault:
    """A vault under these master keys."""
    return Vault(lambda: LocalWrapper(master_keys))


@pytest.fixture
def clock() -> FrozenClock:
    """The time of the test."""
    return FrozenClock(START)


@pytest.fixture
def make(make_client: MakeClient, clock: FrozenClock) -> Callable[..., httpx.AsyncClient]:
    """Makes clients of an api that needs a key; each is another process of the same installation."""

    def made(keys: KeyRing | None = None, vault: Vault | None = None, **how: str) -> httpx.AsyncClient:
        vault = vault or vault_of(OLD)
        keys = keys or ring(FIRST, OTHER)
        return make_client(embedded=False, clock=clock, vault=vault, keys=keys, **how)

    return made


Make = Callable[..., httpx.AsyncClient]


async def test_a_key_is_traded_for_a_cookie_that_reads(make: Make) -> None:
    async with make() as client:
        assert (await client.get(SESSION)).status_code == 401
        begun = await client.post(SESSION, headers=SHOWN)
        assert begun.json() == {
            "by": "session",
            "name": "wall",
            "scopes": ["read"],
            "ends_at": "2026-03-02T21:00:00Z",
        }
        assert begun.headers["cache-control"] == "no-store"
        assert (await client.get(SESSION)).json() == begun.json()
        # The database is away: it got past the door.
        assert (await client.get("/v1/funnel")).status_code == 503
        ended = await client.delete(SESSION)
        assert (ended.status_code, ended.content) == (204, b"")
        assert (await client.get("/v1/funnel")).status_code == 401


@pytest.mark.parametrize(
    ("how", "name", "secure"),
    [
        ({}, "leadtrace_session", False),
        ({"scheme": "https"}, "__Host-leadtrace_session", True),
    ],
)
async def test_no_script_and_no_other_site_gets_at_it(
    make: Make, how: dict[str, str], name: str, secure: bool
) -> None:
    async with make(**how) as client:
        said = (await client.post(SESSION, headers=SHOWN)).headers["set-cookie"]
        taken_back = (await client.delete(SESSION)).headers["set-cookie"]
    assert said.startswith(f"{name}=")
    for one in (said, taken_back):
        parts = {part.strip().lower() for part in one.split(";")}
        assert {"httponly", "samesite=strict", "path=/"} <= parts
        assert ("secure" in parts) is secure
        assert not any(part.startswith("domain") for part in parts)
    assert f"Max-Age={int(LASTS.total_seconds())}" in said
    assert "lt_made" not in said


async def test_a_proxy_that_ends_https_makes_it_secure_too(make: Make) -> None:
    async with make() as client:
        begun = await client.post(SESSION, headers={**SHOWN, "x-forwarded-proto": "https"})
    assert "Secure" in begun.headers["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer lt_none"}, 401),
        ({"authorization": "Bearer lt_door"}, 403),
    ],
)
async def test_only_a_live_key_that_reads_begins_one(
    make: Make, headers: dict[str, str], status: int
) -> None:
    door = StoredKey(UUID(int=3), "door", (Scope.INGEST,), "website", digest_of(b"lt_door"))
    async with make(ring(FIRST, door)) as client:
        answer = await client.post(SESSION, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"]
    assert "set-cookie" not in answer.headers


async def test_a_machine_that_needs_no_key_gets_no_session_without_one(client: httpx.AsyncClient) -> None:
    assert (await client.post(SESSION)).status_code == 401
    machine = {"by": "machine", "name": None, "scopes": ["read"], "ends_at": None}
    assert (await client.get(SESSION)).json() == machine


async def test_a_session_begins_no_other_and_outlives_no_time(make: Make, clock: FrozenClock) -> None:
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        assert (await client.post(SESSION)).status_code == 401
        cookies = dict(client.cookies)
    clock.advance(LASTS - timedelta(seconds=1))
    async with make() as other:
        other.cookies.update(cookies)
        assert (await other.get(SESSION)).status_code == 200
        clock.advance(timedelta(seconds=1))
        assert (await other.get(SESSION)).status_code == 401


async def test_a_revoked_key_ends_its_sessions_at_once_and_no_others(make: Make) -> None:
    keys = ring(FIRST, OTHER)
    async with make(keys) as first, make(keys) as other, make(keys) as bootstrap:
        await first.post(SESSION, headers=SHOWN)
        await other.post(SESSION, headers={"authorization": "Bearer lt_ops"})
        await bootstrap.post(SESSION, headers={"authorization": f"Bearer {KEY}"})
        keys.replace([OTHER])
        statuses = [(await one.get(SESSION)).status_code for one in (first, other, bootstrap)]
    assert statuses == [401, 200, 200]


async def test_a_session_is_of_no_other_key_and_administers_nothing(make: Make) -> None:
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        assert (await client.get("/v1/audit/personal-reads")).status_code == 403
        ((name, text),) = client.cookies.items()
    for forged in (
        text.replace(UUID(int=1).hex, UUID(int=2).hex),
        text.replace(UUID(int=1).hex, "bootstrap"),
        text.replace(".17", ".18"),
        text[:-1],
        f"{text}x",
        "..",
        "",
        f"bootstrap.{'9' * 11}.x",
        f"bootstrap.{'9' * 12}.x",
        "bootstrap.²³.x",
    ):
        assert forged != text
        async with make() as client:
            answer = await client.get(SESSION, headers=[(b"cookie", f"{name}={forged}".encode())])
            assert answer.status_code == 401, forged


@pytest.fixture
def room(tmp_path: Path, clock: FrozenClock) -> Room:
    """What the routes are handed, under the first master key and with one live key."""
    engine = make_engine(f"postgresql:///none?host={tmp_path}")
    settings = ApiSettings("EUR", "UTC", embedded=False)
    return Room(engine, settings, shipped_shelf(), ring(FIRST), vault_of(OLD), clock=clock)


async def shown_by(make: Make, method: str = "GET") -> Request:
    """A request with the cookie of a fresh session."""
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        ((name, text),) = client.cookies.items()
    headers = [(b"cookie", f"{name}={text}".encode()), (b"host", b"localhost")]
    return Request(
        {"type": "http", "method": method, "path": "/v1/leads", "query_string": b"", "headers": headers}
    )


@pytest.mark.parametrize(("method", "is_shown"), [("GET", True), ("POST", False), ("DELETE", False)])
async def test_only_reading_is_allowed_by_it(make: Make, room: Room, method: str, is_shown: bool) -> None:
    assert (shown_session(await shown_by(make, method), room) is not None) is is_shown


async def test_an_open_stream_ends_with_its_session(make: Make, room: Room, clock: FrozenClock) -> None:
    request = await shown_by(make)
    assert may_still_read(request, room)
    clock.advance(LASTS)
    assert not may_still_read(request, room)
    clock.set(START)
    assert may_still_read(request, room)
    room.keys.replace([OTHER])
    assert not may_still_read(request, room)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_request_of_a_foreign_page_is_not_the_reader_s(make: Make, site: str) -> None:
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        assert (await client.get(SESSION, headers={"sec-fetch-site": site})).status_code == 401
        assert (await client.get(SESSION, headers={"sec-fetch-site": "same-origin"})).status_code == 200
        assert (await client.get(SESSION, headers={"sec-fetch-site": "none"})).status_code == 200


async def test_a_header_goes_before_the_cookie(make: Make) -> None:
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        assert (await client.get(SESSION, headers={"authorization": "Bearer lt_none"})).status_code == 401
        shown = await client.get(SESSION, headers={"authorization": "Bearer lt_ops"})
        assert (shown.json()["by"], shown.json()["name"]) == ("key", "ops")


async def test_it_holds_while_master_keys_rotate_and_in_no_other_installation(make: Make) -> None:
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        cookies = dict(client.cookies)
    statuses = []
    for vault in (vault_of(NEW, OLD), vault_of(NEW), vault_of(FOREIGN), Vault(lambda: None)):
        async with make(vault=vault) as other:
            other.cookies.update(cookies)
            statuses.append((await other.get(SESSION)).status_code)
    assert statuses == [200, 401, 401, 401]


async def test_before_the_keys_were_read_it_asks_for_a_retry(make: Make) -> None:
    async with make() as client:
        await client.post(SESSION, headers=SHOWN)
        cookies = dict(client.cookies)
    async with make(KeyRing()) as other:
        other.cookies.update(cookies)
        answer = await other.get(SESSION)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
