"""Webhooks workers over a real database, told by notifications, posting to receivers on loopback."""

import asyncio
import base64
import hmac
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from leadtrace.embedded.readiness import free_port
from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.clock import FrozenClock, SystemClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Pool
from leadtrace.store.engine import close_pool, make_pool
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.vault import MASTER_KEY
from leadtrace.testing.webhook_receiver import Received
from leadtrace_attribution.delivery.balance import Balance, balance
from leadtrace_attribution.delivery.process import WebhooksProcess
from leadtrace_attribution.notifications import Notification, notify

ADMIN_KEY = "an admin key for tests"
SECRETS = (b"an old secret of some length....", b"a new secret of some length.....")


def configured(secret: bytes) -> str:
    """A secret as the configuration holds it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def subscription(url: str, **more: Any) -> dict[str, Any]:
    """The table of a subscription with both secrets live."""
    return {"url": url, "secrets": [configured(secret) for secret in SECRETS], **more}


def signed_by(received: Received, secret: bytes) -> bool:
    """Whether one of the signatures is of this secret, computed by hand and whatever the time is."""
    said = received.headers
    content = f"{said['webhook-id']}.{said['webhook-timestamp']}.".encode() + received.body
    wanted = "v1," + base64.b64encode(hmac.new(secret, content, "sha256").digest()).decode()
    return wanted in said["webhook-signature"].split(" ")


@dataclass(slots=True)
class Worker:
    """One running worker."""

    client: httpx.AsyncClient
    stop: StopSignal
    task: asyncio.Task[None]

    async def get(self, path: str = "", **parameters: Any) -> httpx.Response:
        """What an admin route tells."""
        return await self.client.get(f"/v1/admin/webhooks{path}", params=parameters)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        """Have it do something."""
        return await self.client.post(f"/v1/admin/webhooks{path}", json=body)


@dataclass(slots=True)
class Webhooks:
    """A database, a clock that stands still, and whatever workers run over it."""

    url: str
    pool: Pool
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(SystemClock().now()))
    told: int = 0

    async def tell(self, *, count: int = 1, **more: Any) -> list[UUID]:
        """Have the folds tell of so many offers, each of a lead of its own; their ids."""
        rows = [self._offer(**more) for _ in range(count)]
        async with self.pool.acquire() as connection, connection.transaction():
            await notify(connection, rows)
        return [one.notification_id for one in rows]

    async def balance(self) -> Balance:
        """Both sides of the equation; they agree at any moment."""
        async with self.pool.acquire() as connection:
            found = await balance(connection, self.clock.now())
        assert found.difference == 0
        return found

    async def settled(self, **wanted: int) -> Balance:
        """The equation once everything is routed and these terms are as wanted."""

        async def reached() -> Balance | None:
            found = await self.balance()
            terms = {name: getattr(found, name) for name in wanted}
            return found if found.unrouted == 0 and terms == wanted else None

        found = await eventually_answers(reached, what=f"deliveries are {wanted}")
        assert found is not None
        return found

    @asynccontextmanager
    async def worker(
        self, subscriptions: Mapping[str, Mapping[str, Any]], **outbound: Any
    ) -> AsyncGenerator[Worker]:
        """A worker with these subscriptions, ready, stopped at the end."""
        settings = Settings.model_validate(
            {
                "postgres": {"url": self.url},
                "ports": {"webhooks": free_port()},
                "keys": {"bootstrap": ADMIN_KEY},
                "personal": {"master_keys": [MASTER_KEY]},
                "outbound": {"poll_interval_s": 0.05, "public_url": "https://leads.example", **outbound},
                "subscriptions": {name: dict(one) for name, one in subscriptions.items()},
            }
        )
        stop = StopSignal()
        task = asyncio.create_task(WebhooksProcess(settings, self.clock).run(stop))
        base = f"http://127.0.0.1:{settings.ports.webhooks}"
        headers = {"authorization": f"Bearer {ADMIN_KEY}"}
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=10) as client:
            worker = Worker(client, stop, task)
            try:
                await eventually_answers(lambda: _opens(client), what="the worker serves")
                yield worker
            finally:
                stop.set("the test is over")
                await task

    def _offer(self, **more: Any) -> Notification:
        self.told += 1
        given = {
            "kind": NotificationKind.HANDOVER_OFFERED,
            "lead_id": UUID(int=self.told),
            "definition_version": 1,
            "moment": self.clock.now() - timedelta(minutes=1),
            "team": "sales",
            "owner": "77",
            "data": {"offer_id": f"offer-{self.told}", "stage": "sql"},
        }
        return Notification(**{**given, **more})


@asynccontextmanager
async def webhooks_over(url: str) -> AsyncGenerator[Webhooks]:
    """The scene over a migrated database."""
    pool = await make_pool(url, "leadtrace_attribution", size=4)
    try:
        yield Webhooks(url, pool)
    finally:
        await close_pool(pool)


async def _opens(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/v1/admin/webhooks/balance")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
