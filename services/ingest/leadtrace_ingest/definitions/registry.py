"""Registering, approving, trying in the shadow and activating: each in the transaction that it is called in.

Whoever calls takes turns first, so that what is read here still holds when it is written.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadtrace.events.times import EPOCH
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.store.connection import Connection
from leadtrace_ingest.definitions import refusals, store
from leadtrace_ingest.definitions.event import activated_event
from leadtrace_ingest.definitions.named import Named, Shipped
from leadtrace_ingest.definitions.orders import Approve
from leadtrace_ingest.definitions.rows import Activation, GivenApproval, Shadow, Version
from leadtrace_ingest.definitions.rules import lacks, same_approval
from leadtrace_ingest.relay.events import store as store_events
from leadtrace_ingest.relay.notes import write_note
from leadtrace_ingest.relay.numbers import EventNumbers

_SHIPPED = "shipped"
# Activations are told apart by their moments, whatever the clock does meanwhile.
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything that changes what is kept of the definitions; `by` is always the name of a key."""

    shipped: Shipped
    clock: Clock
    ids: Ids
    numbers: EventNumbers

    async def register(self, connection: Connection, named: Named, by: str) -> tuple[Version, bool]:
        """The registered version, and whether it is new.

        Raises:
            RefusedError: its number belongs to something else.
        """
        known = await store.find_version(connection, named.version)
        taken = known or self.shipped.versions.get(named.version)
        if taken is not None and taken.hash != named.hash:
            raise refusals.number_taken(named.version, taken.hash, named.hash)
        if known is not None:
            return known, False
        return await store.add_version(connection, named, self.clock.now(), by), True

    async def approve(
        self, connection: Connection, version: int, order: Approve, by: str
    ) -> tuple[GivenApproval, bool]:
        """The approval, and whether it is new.

        Raises:
            RefusedError: there is no such version.
        """
        known = await self._known(connection, version, by)
        given = GivenApproval(
            known.version,
            known.hash,
            order.team,
            " ".join(order.by.split()),
            by,
            order.note,
            self.clock.now(),
        )
        for one in await store.approvals(connection, version):
            if same_approval(one, given):
                return one, False
        await store.add_approval(connection, given)
        return given, True

    async def begin_shadow(self, connection: Connection, version: int, by: str) -> Shadow:
        """Put a version in the shadow of the one in force.

        Raises:
            RefusedError: there is no such version, it is in force, one is in the shadow already, or a
                service is still on its way to the one in force.
        """
        known = await self._known(connection, version, by)
        running = await store.running_shadow(connection)
        if running is not None:
            raise refusals.shadow_running(running)
        if version == await self.in_force(connection):
            raise refusals.in_force(version)
        done = await store.activations(connection)
        if not done:
            await self._tell_of_the_shipped(connection)
        elif behind := await store.lagging(connection, done[-1]):
            # The shadow that they still need is theirs until they have taken it over.
            raise refusals.not_taken_over(done[-1].version, behind)
        shadow = Shadow(self.ids.uuid7(), version, known.hash, self.clock.now(), by)
        await store.begin_shadow(connection, shadow)
        return shadow

    async def end_shadow(self, connection: Connection, version: int) -> tuple[Shadow, datetime]:
        """Take a version out of the shadow; which that was, and when.

        Raises:
            RefusedError: it is not in it.
        """
        running = await store.running_shadow(connection)
        if running is None or running.version != version:
            raise refusals.not_in_the_shadow(version)
        now = self.clock.now()
        await store.end_shadow(connection, running.shadow_id, now, activated=False)
        return running, now

    async def activate(self, connection: Connection, version: int, by: str) -> tuple[Activation, int]:
        """Have a version take over; how that is kept, and which was in force before.

        Raises:
            RefusedError: there is no such version, it is in force, or something is missing.
        """
        known = await self._known(connection, version, by)
        if version == await self.in_force(connection):
            raise refusals.in_force(version)
        given = await store.approvals(connection, version)
        shadow = await store.running_shadow(connection)
        progress = await store.progress_of(connection, shadow) if shadow is not None else ()
        if missing := lacks(known, given, shadow, progress):
            raise refusals.not_ready(version, missing)
        assert shadow is not None  # noqa: S101 - else that would be missing
        *_, last = await store.activations(connection)
        now = max(self.clock.now(), last.activated_at + _TICK)
        done = Activation(last.ordinal + 1, version, known.hash, now, by)
        await store.end_shadow(connection, shadow.shadow_id, now, activated=True)
        await store.add_activation(connection, done)
        await self._tell(connection, done, known, given, before=last.version)
        return done, last.version

    async def in_force(self, connection: Connection) -> int:
        """The version in force."""
        done = await store.activations(connection)
        return done[-1].version if done else self.shipped.live

    async def _known(self, connection: Connection, version: int, by: str) -> Version:
        """The version; one that is shipped is registered when it is first named."""
        known = await store.find_version(connection, version)
        if known is None and version in self.shipped.versions:
            known, _ = await self.register(connection, self.shipped.versions[version], by)
        if known is None:
            raise refusals.unknown_version(version)
        return known

    async def _tell_of_the_shipped(self, connection: Connection) -> None:
        """Before the first shadow, so that history is complete."""
        live, _ = await self.register(connection, self.shipped.versions[self.shipped.live], _SHIPPED)
        first = Activation(1, live.version, live.hash, EPOCH, _SHIPPED)
        await store.add_activation(connection, first)

    async def _tell(
        self,
        connection: Connection,
        done: Activation,
        version: Version,
        given: list[GivenApproval],
        *,
        before: int,
    ) -> None:
        """Store the event as unpublished; the relay sends it within seconds."""
        (number,) = await self.numbers.take(connection, 1)
        event = activated_event(
            done, version, given, before=before, number=number, intake_id=self.ids.uuid7()
        )
        await store_events(connection, [event])
        await write_note(connection, self.ids.uuid7(), [number], timedelta())
