"""The door as a process would run it: real HTTP on a free port, a real database, signed requests."""

import asyncio
import base64
import hashlib
import hmac
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from leadtrace.bus.memory import MemoryBus
from leadtrace.embedded.readiness import free_port
from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.chain import make_bus
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.vault import MASTER_KEY
from leadtrace_ingest.door.process import DoorProcess
from leadtrace_ingest.settings import configured_senders
from tests.unit.ingest.hubspot_items import AT_MS, SECRET

PATH = "/v1/webhooks/hubspot"
PUBLIC = "https://hooks.example/leads"
Senders = Mapping[str, Mapping[str, Any]]
ADMIN_KEY = "an admin key for tests"


@dataclass(slots=True)
class DoorScene:
    """A door that listens, and a client that signs as HubSpot does."""

    client: httpx.AsyncClient
    clock: FrozenClock
    stop: StopSignal
    task: asyncio.Task[None]
    bus: MemoryBus
    settings: Settings

    async def post(
        self, body: bytes, headers: Mapping[str, str] | None = None, path: str = PATH
    ) -> httpx.Response:
        """Post a body, signed with v3 unless `headers` say otherwise."""
        given = signed_v3(body, path) if headers is None else dict(headers)
        return await self.client.post(path, content=body, headers=given)

    async def open(self) -> bool:
        """Whether operators are served: their routes open once the database is reached."""
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        answer = await self.client.get("/v1/admin/replay/waiting", headers=headers)
        return answer.status_code == httpx.codes.OK

    async def ready(self) -> bool:
        """Whether the door says that it is ready."""
        try:
            return (await self.client.get("/readyz")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def signed_v3(body: bytes, path: str = PATH, *, secret: str = SECRET, at_ms: int = AT_MS) -> dict[str, str]:
    """The headers of signature v3."""
    text = b"POST" + f"{PUBLIC}{path}".encode() + body + str(at_ms).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode()
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": str(at_ms)}


def signed_v1(body: bytes) -> dict[str, str]:
    """The headers of signature v1."""
    digest = hashlib.sha256(SECRET.encode() + body).hexdigest()
    return {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v1"}


def signed_v2(body: bytes, path: str = PATH) -> dict[str, str]:
    """The headers of signature v2."""
    digest = hashlib.sha256(f"{SECRET}POST{PUBLIC}{path}".encode() + body).hexdigest()
    return {"X-HubSpot-Signature": digest, "X-HubSpot-Signature-Version": "v2"}


@asynccontextmanager
async def running_door(
    url: str, *, wait: bool = True, senders: Senders | None = None, **door: Any
) -> AsyncGenerator[DoorScene]:
    """A door over the database at `url`, ready unless `wait` is off, stopped at the end.

    `senders` are tables of senders beside HubSpot's or over it; one without secrets is another HubSpot.
    `door` are settings of the group of that name; its spill is gone at the end unless they name a folder.
    """
    with tempfile.TemporaryDirectory(prefix="leadtrace-spill-") as folder:
        given = {"spill_dir": Path(folder), **door}
        async with _running_door(url, given, senders or {}, wait=wait) as scene:
            yield scene


@asynccontextmanager
async def _running_door(
    url: str, door: Mapping[str, Any], senders: Senders, *, wait: bool
) -> AsyncGenerator[DoorScene]:
    settings = Settings.model_validate(
        {
            "postgres": {"url": url},
            "ports": {"ingest": free_port(), "relay": free_port()},
            "senders": _tables({"hubspot": {}, **senders}),
            "keys": {"bootstrap": ADMIN_KEY},
            "personal": {"master_keys": [MASTER_KEY]},
            "door": dict(door),
        }
    )
    clock, stop, bus = FrozenClock(from_micros(AT_MS * 1_000)), StopSignal(), await make_bus()
    process = DoorProcess(settings, configured_senders(settings), bus, clock)
    task = asyncio.create_task(process.run(stop))
    base = f"http://127.0.0.1:{settings.ports.ingest}"
    async with httpx.AsyncClient(base_url=base, timeout=10) as client:
        scene = DoorScene(client, clock, stop, task, bus, settings)

        async def listening() -> bool:
            return await scene.ready() and await scene.open() if wait else await alive(client)

        try:
            await eventually_answers(listening, what="the door listens")
            yield scene
        finally:
            stop.set("the test is over")
            await task


def _tables(given: Senders) -> dict[str, Mapping[str, Any]]:
    hubspot = {"kind": "hubspot", "secrets": ["another live secret", SECRET], "public_url": PUBLIC}
    return {
        name: table if "secrets" in table or "path_secrets" in table else {**hubspot, **table}
        for name, table in given.items()
    }


async def alive(client: httpx.AsyncClient) -> bool:
    """Whether the process answers at all."""
    try:
        return (await client.get("/livez")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
