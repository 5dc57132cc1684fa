"""Ingest with a real database and a bus in memory: deliveries go in, what was published comes out."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.bus.memory import MemoryBus
from leadtrace.events.codec import decode_event
from leadtrace.events.envelope import Event
from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import FrozenClock, SystemIds
from leadtrace.runtime.failpoints import CrashError, Failpoints
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door
from leadtrace.runtime.settings_groups import Relay as RelaySettings
from leadtrace.runtime.settings_identity import Identity as IdentitySettings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.tracing.tracer import Tracer
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import connect, make_pool
from leadtrace.testing.chain import make_bus
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.intake import IntakeEntry
from leadtrace_ingest.erasure.keys import make_identities
from leadtrace_ingest.erasure.tools import Tools
from leadtrace_ingest.identity.making import make_identifier
from leadtrace_ingest.relay.meters import RelayMeters
from leadtrace_ingest.relay.relay import Relay
from leadtrace_ingest.senders.imported.adapter import Imports
from leadtrace_ingest.senders.sender import Adapter, Sender
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.hubspot_items import AT_MS, raw, shipped_adapter

ROLE = "leadtrace_ingest"
SECRET = b"the secret of this installation"
RECEIVED_AT = from_micros(AT_MS * 1_000)


@dataclass(slots=True)
class Scene:
    """One database with ingest in it."""

    url: str
    pool: Pool
    bus: MemoryBus
    senders: dict[str, Sender]
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    ids: SystemIds = field(default_factory=lambda: SystemIds(FrozenClock(RECEIVED_AT)))
    tracer: Tracer | None = None

    async def connect(self) -> Connection:
        """A connection in ingest's role."""
        return await connect(self.url, ROLE)

    async def accept(self, *bodies: bytes, headers: str = "{}") -> list[UUID]:
        """Commit deliveries as the door does, in this order, all with these kept headers."""
        committer, stop = Committer(self.connect, Door(), Metrics()), StopSignal()
        running = asyncio.create_task(committer.run(stop))
        adapter = self.senders["hubspot"].adapter
        deliveries = [
            IntakeEntry(
                self.ids.uuid7(), "hubspot", RECEIVED_AT, adapter.count(delivery(body)), headers, body
            )
            for body in bodies
        ]
        await asyncio.gather(*(committer.submit(delivery) for delivery in deliveries))
        stop.set("accepted")
        await running
        return [delivery.intake_id for delivery in deliveries]

    async def post(self, *items: object) -> UUID:
        """Accept one delivery of these items."""
        (intake_id,) = await self.accept(raw(list(items)))
        return intake_id

    @property
    def tools(self) -> Tools:
        """What an erasure works with."""
        identities = make_identities(self.identity, SECRET)
        return Tools(self.pool, wrapper_of(), identities, self.senders, self.identity.fan_in)

    def relay(self, failpoints: Failpoints | None = None, **settings: Any) -> Relay:
        """A relay as a process that has just started has it."""
        return Relay(
            pool=self.pool,
            connect=self.connect,
            bus=self.bus,
            senders=self.senders,
            tools=self.tools,
            identifier=make_identifier(self.identity, self.senders, SECRET),
            limits=RelaySettings(**{"pause_ms": 0, "poll_interval_s": 0.05, **settings}),
            ids=self.ids,
            stop=StopSignal(),
            meters=RelayMeters(Metrics()),
            failpoints=failpoints,
            tracer=self.tracer,
        )

    async def drain(self, failpoints: Failpoints | None = None, **settings: Any) -> int:
        """Relay until nothing is pending; how often it crashed is returned. Each crash means a new relay."""
        crashes, relay = 0, self.relay(failpoints, **settings)
        try:
            while True:
                try:
                    if not await relay.run_once():
                        return crashes
                except CrashError:
                    crashes += 1
                    await relay.close()
                    relay = self.relay(failpoints, **settings)
        finally:
            await relay.close()

    async def republish_lapsed(self) -> None:
        """Let every lease lapse and have a new relay look around."""
        await self.pool.execute("update ingest.unpublished set leased_until = now() - interval '1 s'")
        await self.drain()

    def published(self) -> list[Event]:
        """Every record on the event topics, by topic and partition."""
        log = self.bus.reach()
        return [
            decode_event(record.value)
            for topic in ("lead-events", "deal-events", "account-events")
            for place in log.places((topic,))
            for record in log.records(place)
        ]

    def published_ids(self) -> Counter[tuple[str, str]]:
        """How often each event identity is on the topics."""
        return Counter((event.source, event.id) for event in self.published())

    async def stored_ids(self) -> Counter[tuple[str, str]]:
        """How often each event identity is in the events table."""
        found = await self.pool.fetch("select source, id from ingest.pub_events")
        return Counter((source, id_) for source, id_ in found)

    async def items(self) -> dict[str, int]:
        """The terms of the first equation for the one sender; fails if they do not add up."""
        row = dict(await self.pool.fetchrow("select * from ingest.pub_items") or {})
        terms = {name: count for name, count in row.items() if name not in {"sender", "oldest_pending_at"}}
        assert terms["accepted"] == sum(terms.values()) - terms["accepted"], terms
        counted = await self.pool.fetchval("select sum(accepted_items)::bigint from ingest.pub_intake")
        assert terms["accepted"] == counted
        return {name: count for name, count in terms.items() if count}

    async def outcomes(self, intake_id: UUID) -> dict[str, Any]:
        """What is recorded of one delivery."""
        query = "select outcomes from ingest.pub_intake where intake_id = $1"
        found: dict[str, Any] = msgspec.json.decode(await self.pool.fetchval(query, intake_id))
        return found


@asynccontextmanager
async def ingest_scene(url: str, adapters: Mapping[str, Adapter] | None = None) -> AsyncGenerator[Scene]:
    """Ingest over the migrated database at `url`."""
    pool = await make_pool(url, ROLE, size=6)
    try:
        given = adapters or {"hubspot": shipped_adapter()}
        senders = {
            name: Sender(name, 50, b"https://hooks.example", one, imports=Imports(name, "EUR"))
            for name, one in given.items()
        }
        yield Scene(url, pool, await make_bus(), senders)
    finally:
        await pool.close()
