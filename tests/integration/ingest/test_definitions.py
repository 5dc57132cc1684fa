"""Versions of the definitions over a running door: registered once, approved by people, in the shadow."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.runtime.definitions import live_definitions
from tests.integration.ingest.definitions_scene import (
    PATH,
    SHIPPED,
    DefinitionsScene,
    definitions_scene,
    text_of,
)

SHIPPED_HASH = content_hash(live_definitions())


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[DefinitionsScene]:
    async with definitions_scene(database_url) as made:
        yield made


async def rows(desk: DefinitionsScene, view: str) -> list[dict[str, Any]]:
    """What readers see."""
    return [dict(row) for row in await desk.owner.fetch(f"select * from ingest.pub_{view} order by 1")]


class TestRegister:
    async def test_the_text_is_kept_as_it_was_given_and_once(self, desk: DefinitionsScene) -> None:
        first = await desk.ask("POST", body=text_of(2), file="definitions/v2.yaml")
        again = await desk.ask("POST", body=f"# a comment\n{text_of(2)}", file="definitions/v2.yaml")
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        (row,) = await rows(desk, "definitions")
        assert (row["version"], row["id"], row["body"].decode()) == (2, "default", text_of(2))
        assert (row["hash"], row["registered_by"]) == (first.json()["hash"], "bootstrap")
        assert (await desk.done("GET", "/2"))["body"] == text_of(2)

    async def test_every_finding_is_named_with_file_line_key_and_remedy(self, desk: DefinitionsScene) -> None:
        broken = text_of(2).replace("cap_per_day", "cap_per_dya").replace("id: budget", 'id: ""')
        told = await desk.refused("POST", body=broken, file="definitions/v2.yaml")
        assert (told["status"], told["type"]) == (422, "urn:leadtrace:problem:definitions_unusable")
        for finding in told["findings"]:
            assert finding["file"] == "definitions/v2.yaml"
            assert finding["line"] > 0
            assert finding["rule"]
            assert finding["remedy"]
        assert "scorecard.intent.cap_per_dya" in {one["key"] for one in told["findings"]}
        assert "definitions/v2.yaml:" in told["detail"]
        assert await rows(desk, "definitions") == []

    @pytest.mark.parametrize("body", ["", "a: [", "metrics: []", "\x00", "- 1", "version: 99999999999"])
    async def test_what_is_no_version_is_refused_in_words(self, desk: DefinitionsScene, body: str) -> None:
        assert (await desk.refused("POST", body=body))["status"] == 422

    async def test_a_number_names_one_thing_for_good(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        told = await desk.refused("POST", body=text_of(2, enter_at=70))
        assert (told["status"], told["parameter"], told["remedy"]) == (409, "version", "Raise `version`.")
        shipped = await desk.refused("POST", body=text_of(1))
        assert (shipped["status"], shipped["remedy"]) == (409, "Raise `version`.")
        assert len(await rows(desk, "definitions")) == 1

    async def test_the_shipped_text_is_no_other(self, desk: DefinitionsScene) -> None:
        assert (await desk.done("POST", body=SHIPPED))["hash"] == SHIPPED_HASH


class TestApprove:
    async def test_a_yes_is_kept_once_with_who_said_it_and_who_told_us(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        order = {"team": "sales", "by": " Jonas  Weber ", "note": "bands as agreed on 12 March"}
        first = await desk.ask("POST", "/2/approvals", **order)
        again = await desk.ask("POST", "/2/approvals", **{**order, "by": "jonas weber"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert first.json()["approved_by"] == "Jonas Weber"
        assert first.json()["recorded_by"] == "bootstrap"
        (row,) = await rows(desk, "definition_approvals")
        assert (row["team"], row["note"]) == ("sales", "bands as agreed on 12 March")
        assert "recorded_by" not in row

    async def test_one_that_is_shipped_is_registered_when_it_is_named(self, desk: DefinitionsScene) -> None:
        await desk.approve(1)
        (row,) = await rows(desk, "definitions")
        assert (row["version"], row["hash"], row["body"].decode()) == (1, SHIPPED_HASH, SHIPPED)

    @pytest.mark.parametrize(
        ("order", "status"),
        [
            ({"team": "finance", "by": "A"}, 422),
            ({"team": "sales"}, 422),
            ({"team": "sales", "by": " "}, 422),
            ({"team": "sales", "by": "A\x00"}, 422),
            ({"team": "sales", "by": "A", "force": True}, 422),
        ],
    )
    async def test_what_is_no_approval_is_refused(
        self, desk: DefinitionsScene, order: dict[str, Any], status: int
    ) -> None:
        assert (await desk.ask("POST", "/1/approvals", **order)).status_code == status
        assert await rows(desk, "definition_approvals") == []

    @pytest.mark.parametrize("version", ["7", "99999999999"])
    async def test_an_unknown_version_is_said_to_be(self, desk: DefinitionsScene, version: str) -> None:
        orders: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("POST", "/approvals", {"team": "sales", "by": "A"}),
            ("POST", "/shadow", {}),
            ("POST", "/activate", {}),
            ("GET", "", {}),
        )
        for method, path, body in orders:
            told = await desk.refused(method, f"/{version}{path}", **body)
            assert (told["status"], told["type"]) == (404, "urn:leadtrace:problem:unknown_version")


class TestShadow:
    async def test_the_first_one_tells_what_was_in_force_since_ever(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        assert (await desk.done("GET"))["activations"] == []
        shadow = await desk.done("POST", "/2/shadow")
        (row,) = await rows(desk, "definition_shadows")
        assert (str(row["shadow_id"]), row["version"], row["started_by"]) == (
            shadow["shadow_id"],
            2,
            "bootstrap",
        )
        (first,) = await rows(desk, "definition_activations")
        assert first["activated_at"].isoformat() == "1970-01-01T00:00:00+00:00"
        del first["activated_at"]
        assert first == {"ordinal": 1, "version": 1, "hash": SHIPPED_HASH, "activated_by": "shipped"}
        assert [row["version"] for row in await rows(desk, "definitions")] == [1, 2]

    async def test_there_is_room_for_one_and_it_can_be_ended(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.register(3)
        await desk.done("POST", "/2/shadow")
        for version in (2, 3):
            told = await desk.refused("POST", f"/{version}/shadow")
            assert (told["status"], told["type"]) == (409, "urn:leadtrace:problem:shadow_running")
            assert "`leadtrace definitions shadow 2 --end`" in told["remedy"]
        assert (await desk.refused("DELETE", "/3/shadow"))["status"] == 409
        await desk.done("DELETE", "/2/shadow")
        assert (await desk.refused("DELETE", "/2/shadow"))["status"] == 409
        await desk.done("POST", "/3/shadow")
        (row,) = await rows(desk, "definition_shadows")
        assert row["version"] == 3
        assert len(await rows(desk, "definition_activations")) == 1

    async def test_of_many_who_begin_at_once_one_does(self, desk: DefinitionsScene) -> None:
        versions = range(2, 8)
        for version in versions:
            await desk.register(version)
        answers = await asyncio.gather(*(desk.ask("POST", f"/{one}/shadow") for one in versions))
        assert sorted(one.status_code for one in answers) == [201, *[409] * 5]
        assert len(await rows(desk, "definition_activations")) == 1

    async def test_what_is_in_force_is_not_tried(self, desk: DefinitionsScene) -> None:
        told = await desk.refused("POST", "/1/shadow")
        assert (told["status"], told["type"]) == (409, "urn:leadtrace:problem:version_in_force")
        assert await rows(desk, "definitions") == []

    async def test_how_far_each_service_is_is_told(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.done("POST", "/2/shadow")
        waiting = (await desk.done("GET"))["shadow"]["services"]
        assert [one["service"] for one in waiting] == ["scoring", "attribution", "api"]
        assert {(one["done"], one["total"], one["complete"]) for one in waiting} == {(0, 0, False)}
        await desk.fold(4, 9)
        assert {(one["done"], one["total"]) for one in (await desk.done("GET"))["shadow"]["services"]} == {
            (4, 9)
        }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/1"),
        ("POST", "/1/approvals"),
        ("POST", "/1/shadow"),
        ("DELETE", "/1/shadow"),
        ("POST", "/1/activate"),
    ],
)
async def test_nothing_is_told_or_done_without_the_admin_key(
    desk: DefinitionsScene, method: str, path: str
) -> None:
    client: httpx.AsyncClient = desk.door.client
    assert (await client.request(method, f"{PATH}{path}")).status_code == 401
