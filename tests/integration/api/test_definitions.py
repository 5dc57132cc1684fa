"""The definitions as they are told: what is shipped, what was registered, who approved it, when it judged."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.events.definition import DefinitionActivated
from leadtrace.runtime.definitions import live_path
from leadtrace.testing.builders import event
from tests.integration.api.ingested import store_event
from tests.integration.api.projection import Projection

SHIPPED = live_path().read_bytes()
OTHER = SHIPPED.replace(b"\nversion: 1\n", b"\nversion: 2\n").replace(b"enter_at: 60", b"enter_at: 61")
HASHES = {1: content_hash(parse_definitions(SHIPPED, "v1")), 2: content_hash(parse_definitions(OTHER, "v2"))}
AT = datetime(2026, 3, 12, 9, 14, 5, tzinfo=UTC)


class Registry:
    """Writes what ingest keeps."""

    def __init__(self, projection: Projection) -> None:
        self._owner = projection.owner

    async def register(self, version: int, body: bytes) -> None:
        """A version as it was given."""
        await self._owner.execute(
            "insert into ingest.definitions values ($1, 'default', $2, $3, $4, 'ops')",
            version,
            HASHES[version],
            body,
            AT,
        )

    async def approve(self, version: int, team: str, by: str) -> None:
        """A yes."""
        await self._owner.execute(
            """
            insert into ingest.definition_approvals
              (version, hash, team, approved_by, recorded_by, note, approved_at)
            values ($1, $2, $3, $4, 'ops', null, $5)
            """,
            version,
            HASHES[version],
            team,
            by,
            AT,
        )

    async def shadow(self, version: int) -> None:
        """One that is running."""
        await self._owner.execute(
            "insert into ingest.definition_shadows values ($1, $2, $3, $4, 'ops')",
            UUID(int=7),
            version,
            HASHES[version],
            AT,
        )

    async def activate(self, *versions: int) -> None:
        """One after the other, a day apart; the first since ever."""
        for ordinal, version in enumerate(versions, start=1):
            at = datetime(1970, 1, 1, tzinfo=UTC) if ordinal == 1 else AT + timedelta(days=ordinal)
            await self._owner.execute(
                "insert into ingest.definition_activations values ($1, $2, $3, $4, 'ops')",
                ordinal,
                version,
                HASHES[version],
                at,
            )


@pytest_asyncio.fixture
async def registry(projection: Projection) -> Registry:
    return Registry(projection)


async def told(client: httpx.AsyncClient, path: str = "") -> dict[str, Any]:
    """The answer."""
    answer = await client.get(f"/v1/definitions{path}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


class TestShippedOnly:
    async def test_every_version_is_listed_with_the_live_one(self, client: httpx.AsyncClient) -> None:
        body = await told(client)
        assert body["live"] == 1
        (row,) = body["versions"]
        assert (row["version"], row["hash"], row["live"], row["in_shadow"]) == (1, HASHES[1], True, False)
        assert (row["registered_at"], row["approvals"]) == (None, [])
        assert row["in_force"] == [{"since": None, "until": None}]
        assert (await client.get(row["href"])).status_code == 200

    async def test_one_version_is_told_in_values_and_words(self, client: httpx.AsyncClient) -> None:
        body = await told(client, "/1")
        assert body["live"] is True
        stages = {one["stage"]: one for one in body["definitions"]["stages"]}
        assert stages["mql"]["clauses"][1] == {
            "id": "touched",
            "words": "there is at least 1 touchpoint",
            "test": "touches_at_least",
            "value": 1,
        }
        signals = {one["id"]: one for one in body["definitions"]["intent"]["signals"]}
        assert signals["pricing_page"]["words"].startswith("8 points, half as much after 10 days")

    @pytest.mark.parametrize("version", ["2", "-1", "99999999999999999999"])
    async def test_a_version_that_is_not_there_is_a_problem(
        self, client: httpx.AsyncClient, version: str
    ) -> None:
        answer = await client.get(f"/v1/definitions/{version}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"] == "There are: 1."

    async def test_a_version_that_is_no_number_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/definitions/newest")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "version")


class TestRegistered:
    async def test_it_stands_beside_the_shipped_with_who_approved_it(
        self, client: httpx.AsyncClient, registry: Registry
    ) -> None:
        await registry.register(2, OTHER)
        await registry.approve(2, "sales", "Jonas Weber")
        await registry.shadow(2)
        shipped, other = (await told(client))["versions"]
        assert (shipped["registered_at"], shipped["in_shadow"]) == (None, False)
        assert (other["version"], other["hash"], other["in_shadow"]) == (2, HASHES[2], True)
        assert (other["registered_at"], other["in_force"]) == ("2026-03-12T09:14:05Z", [])
        assert other["approvals"] == [
            {
                "team": "sales",
                "approved_by": "Jonas Weber",
                "note": None,
                "approved_at": "2026-03-12T09:14:05Z",
            }
        ]
        one = await told(client, "/2")
        assert {band["band"]: band["enter_at"] for band in one["definitions"]["bands"]}["hot"] == 61
        assert (one["in_shadow"], one["approvals"]) == (True, other["approvals"])

    async def test_periods_follow_each_other_and_going_back_is_one_more(
        self, client: httpx.AsyncClient, registry: Registry
    ) -> None:
        await registry.register(1, SHIPPED)
        await registry.register(2, OTHER)
        await registry.activate(1, 2, 1)
        first, other = (await told(client))["versions"]
        assert first["registered_at"] == "2026-03-12T09:14:05Z"
        assert first["in_force"] == [
            {"since": None, "until": "2026-03-14T09:14:05Z"},
            {"since": "2026-03-15T09:14:05Z", "until": None},
        ]
        assert other["in_force"] == [{"since": "2026-03-14T09:14:05Z", "until": "2026-03-15T09:14:05Z"}]
        assert (await told(client, "/2"))["in_force"] == other["in_force"]

    async def test_what_this_release_cannot_read_is_listed_and_said_to_be_so(
        self, client: httpx.AsyncClient, registry: Registry
    ) -> None:
        await registry.register(2, OTHER + b"\na_key_of_before: 1\n")
        _, other = (await told(client))["versions"]
        assert (other["hash"], other["owner"]) == (HASHES[2], None)
        answer = await client.get("/v1/definitions/2")
        assert (answer.status_code, answer.json()["parameter"]) == (404, "version")
        assert "lint" in answer.json()["remedy"]


async def test_an_activation_is_read_by_nobody_and_leaves_the_audit_in_balance(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    done = DefinitionActivated(2, "default", HASHES[2], AT, (), before=1)
    async with projection.owner.acquire() as connection:
        await store_event(connection, event(done, "definition/default", 1, source="leadtrace/ingest"))
    audit = (await client.get("/v1/audit/conservation")).json()
    assert (audit["balanced"], audit["difference"], audit["pending"]) == (True, 0, 0)
    explained = (await client.get("/v1/events/1/explain")).json()
    assert (explained["type"], explained["readers"]) == ("io.leadtrace.definition.activated.v1", [])
    assert {one["reason"] for one in explained["not_counted"]} == {"not_read"}
