"""A running door whose operators change the definitions, and services that say how far their shadow is."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from leadtrace.runtime.definitions import live_path
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace_ingest.definitions.store import SERVICES
from tests.integration.ingest.door_scene import ADMIN_KEY, DoorScene, running_door

PATH = "/v1/admin/definitions"
SHIPPED = live_path().read_text(encoding="utf-8")


def text_of(version: int, *, enter_at: int = 61) -> str:
    """The shipped definitions with another number and another threshold of the band hot."""
    told = SHIPPED.replace("\nversion: 1\n", f"\nversion: {version}\n", 1)
    changed = told.replace("enter_at: 60", f"enter_at: {enter_at}", 1)
    assert changed not in (told, SHIPPED)
    return changed


@dataclass(slots=True)
class DefinitionsScene:
    """What operators ask of the door."""

    door: DoorScene
    owner: Connection

    async def ask(self, method: str, path: str = "", **body: Any) -> httpx.Response:
        """The answer to an operator."""
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        return await self.door.client.request(method, f"{PATH}{path}", json=body, headers=headers)

    async def done(self, method: str, path: str = "", **body: Any) -> dict[str, Any]:
        """What came of an order that is carried out."""
        answer = await self.ask(method, path, **body)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def refused(self, method: str, path: str = "", **body: Any) -> dict[str, Any]:
        """The problem of an order that is not."""
        answer = await self.ask(method, path, **body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        told: dict[str, Any] = answer.json()
        assert told["status"] == answer.status_code
        assert told["remedy"]
        return told

    async def register(self, version: int, *, enter_at: int = 61) -> dict[str, Any]:
        """Register a version."""
        return await self.done("POST", body=text_of(version, enter_at=enter_at), file=f"v{version}.yaml")

    async def approve(self, version: int, *, teams: tuple[str, ...] = ("marketing", "sales")) -> None:
        """A yes of each team, by people of their own."""
        for team in teams:
            await self.done("POST", f"/{version}/approvals", team=team, by=f"Somebody of {team}")

    async def fold(self, done: int = 9, total: int = 9, *, error: str | None = None) -> None:
        """Have every service say how far it is with the running shadow."""
        shadow = await self.owner.fetchrow("select shadow_id, version from ingest.pub_definition_shadows")
        assert shadow is not None
        for service in SERVICES:
            await self.owner.execute(f"delete from {service}.pub_shadow")
            await self.owner.execute(
                f"insert into {service}.pub_shadow values ($1, $2, $3, $4, $5, $6)",
                *shadow,
                done,
                total,
                done == total and error is None,
                error,
            )

    async def take_over(self, *services: str) -> None:
        """Have services take over what is activated."""
        columns = "ordinal, version, hash, activated_at"
        for service in services or SERVICES:
            await self.owner.execute(
                f"insert into {service}.in_force ({columns}) "
                f"select {columns} from ingest.pub_definition_activations on conflict do nothing"
            )

    async def activated(self, version: int) -> dict[str, Any]:
        """Fold it and have it take over, in every service; it is approved already."""
        await self.done("POST", f"/{version}/shadow")
        await self.fold()
        told = await self.done("POST", f"/{version}/activate")
        await self.take_over()
        return told


@asynccontextmanager
async def definitions_scene(url: str) -> AsyncGenerator[DefinitionsScene]:
    """A door, and in the place of each service's own view one that a test can write."""
    owner = await connect(url)
    try:
        for service in SERVICES:
            await owner.execute(f"drop view if exists {service}.pub_shadow")
            await owner.execute(
                f"""
                create table {service}.pub_shadow (
                  shadow_id uuid, version integer, done bigint, total bigint, complete boolean, error text
                )
                """
            )
            await owner.execute(f"grant select on {service}.pub_shadow to leadtrace_ingest")
        async with running_door(url) as door:
            yield DefinitionsScene(door, owner)
    finally:
        await owner.close()
