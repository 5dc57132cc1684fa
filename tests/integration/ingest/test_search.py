"""People are found by words of names and companies that stand nowhere in clear, until they are erased."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.vault import OTHER_MASTER_KEY, wrapper_of
from leadtrace_api.app import create_app
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings
from tests.integration.ingest.erasure_scene import LAST, ErasureScene, erasure_scene
from tests.unit.ingest import generic_items
from tests.unit.ingest.hubspot_items import contact_property, item, raw

_READER = {"authorization": "Bearer a reader of this test"}
_PEOPLE = (
    (501, {"firstname": "Zaïda", "lastname": LAST, "company": "ACME Öl & Gas GmbH"}),
    (502, {"firstname": "Zaida", "lastname": "Other", "email": "zaida@acme.example"}),
    (503, {"firstname": "Bob", "lastname": "O'Neil"}),
)
MakeClient = Callable[[KeyWrapper], httpx.AsyncClient]


@pytest_asyncio.fixture
async def scene(database_url: str, tmp_path: Path) -> AsyncIterator[ErasureScene]:
    """Three people whom a CRM told of."""
    async with erasure_scene(database_url, tmp_path, generic_items.write(tmp_path)) as made:
        for number, values in _PEOPLE:
            told = [item("contact.creation", objectId=number, eventId=1_000 * number)]
            told += [
                contact_property(name, value, objectId=number, eventId=1_000 * number + place)
                for place, (name, value) in enumerate(values.items(), start=1)
            ]
            assert (await made.hubspot(raw(told))).status_code == httpx.codes.ACCEPTED
        await made.settle()
        await made.read()
        yield made


@pytest_asyncio.fixture
async def make_client(database_url: str) -> AsyncIterator[MakeClient]:
    engine = make_engine(database_url, "leadtrace_api", size=2)

    def make(wrapper: KeyWrapper) -> httpx.AsyncClient:
        settings = ApiSettings("EUR", "Europe/Berlin", embedded=True)
        room = Room(
            engine, settings, shipped_shelf(), KeyRing("a reader of this test"), Vault(lambda: wrapper)
        )
        transport = httpx.ASGITransport(create_app(room, Readiness(), Metrics()))
        return httpx.AsyncClient(transport=transport, base_url="http://localhost")

    yield make
    await engine.dispose()


async def _found(scene: ErasureScene, client: httpx.AsyncClient, q: str, **asked: str | int) -> list[int]:
    """The numbers of the contacts that are found, page by page, in order."""
    names = {await _lead(scene, number): number for number, _ in _PEOPLE}
    answer = await client.get("/v1/leads", params={"q": q, **asked}, headers=_READER)
    found: list[int] = []
    while True:
        assert answer.status_code == httpx.codes.OK, answer.text
        found += [names[one["lead_id"]] for one in answer.json()["leads"]]
        if answer.json()["next"] is None:
            return sorted(found)
        answer = await client.get(answer.json()["next"], headers=_READER)


async def _lead(scene: ErasureScene, number: int) -> str:
    return await scene.lead_of("hubspot/33", f"contact/{number}")


async def test_words_in_any_order_and_form_find_who_has_all_of_them(
    scene: ErasureScene, make_client: MakeClient
) -> None:
    client = make_client(wrapper_of())
    for q, expected in {
        "zaida": [501, 502],
        "ZAÏDA": [501, 502],
        f"{LAST}, Zaida": [501],
        "acme": [501, 502],
        "acme ol zaida": [501],
        "oneil": [],
        "o'neil": [503],
        "bob acme": [],
        "zaid": [],
    }.items():
        assert await _found(scene, client, q) == expected, q
        assert await _found(scene, client, q, limit=1) == expected, q
    assert await _found(scene, client, "zaida", status="lost") == []
    assert await scene.found() == []


async def test_who_is_found_was_looked_at(scene: ErasureScene, make_client: MakeClient) -> None:
    client = make_client(wrapper_of())
    answer = await client.get("/v1/leads", params={"q": "bob"}, headers=_READER)
    assert [one["personal"] for one in answer.json()["leads"]] == [None]
    shown = await client.get("/v1/leads", params={"q": "bob", "personal": "true"}, headers=_READER)
    assert [one["personal"]["last_name"] for one in shown.json()["leads"]] == ["O'Neil"]
    reads = (await client.get("/v1/audit/personal-reads", headers=_READER)).json()["reads"]
    assert [one["lead_id"] for one in reads] == [await _lead(scene, 503)] * 2


async def test_an_erasure_has_nobody_find_them_any_more(scene: ErasureScene, make_client: MakeClient) -> None:
    client = make_client(wrapper_of())
    receipt = await scene.erase(await _lead(scene, 501))
    assert "search_words" in receipt["stores"]
    await scene.settle()
    for q, expected in {"zaida": [502], LAST: [], "acme": [502], "gas": [], "bob": [503]}.items():
        assert await _found(scene, client, q) == expected, q


@pytest.mark.usefixtures("scene")
class TestRefused:
    async def test_without_a_key_of_the_scope_also_on_this_machine(self, make_client: MakeClient) -> None:
        answer = await make_client(wrapper_of()).get("/v1/leads", params={"q": "bob"})
        assert answer.status_code == httpx.codes.UNAUTHORIZED
        assert "read:pii" in answer.json()["remedy"]

    @pytest.mark.parametrize("q", ["", " -' ", "x" * 201])
    async def test_what_is_no_word(self, make_client: MakeClient, q: str) -> None:
        answer = await make_client(wrapper_of()).get("/v1/leads", params={"q": q}, headers=_READER)
        assert (answer.status_code, answer.json()["parameter"]) == (400, "q")

    async def test_without_the_master_key(self, make_client: MakeClient) -> None:
        client = make_client(wrapper_of(OTHER_MASTER_KEY))
        answer = await client.get("/v1/leads", params={"q": "bob"}, headers=_READER)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert "master" in answer.json()["detail"]
