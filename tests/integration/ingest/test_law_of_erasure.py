"""A law: whenever the erasure comes among a person's items, what happened before it is nobody's any more.

What arrives after it is stopped if it happened before it, and is somebody new's otherwise; every item has one
outcome all the while.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.events.codec import decode_event
from leadtrace.events.envelope import Event
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.engine import connect
from leadtrace_ingest.erasure.eraser import Eraser
from tests.integration.ingest.opened import person_of
from tests.integration.ingest.scene import RECEIVED_AT, Scene, ingest_scene
from tests.unit.ingest.hubspot_items import AT_MS, contact_property, item, raw

_TABLES = """
select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
where schemaname = 'ingest' and tablename not in ('alembic_version', 'identity_state', 'installation')
"""
_EVENTS = "select body from ingest.events where source = 'hubspot/33' order by event_no"
_MINUTE_MS = 60_000
_ERASED_AT = AT_MS - 100 * _MINUTE_MS
EMAIL = "ann@mailbox.example"


@dataclass(frozen=True, slots=True)
class Told:
    """One item about the person, so many minutes before or after the erasure."""

    number: int
    minutes: int
    kind: str

    @property
    def late(self) -> bool:
        """Whether it did not happen after the erasure."""
        return self.minutes <= 0

    def item(self) -> dict[str, Any]:
        """As HubSpot posts it."""
        fields = {"eventId": self.number, "occurredAt": _ERASED_AT + self.minutes * _MINUTE_MS}
        if self.kind == "creation":
            return item("contact.creation", **fields)
        return contact_property("email", EMAIL, **fields)


ERASURE = item("contact.privacyDeletion", eventId=999, occurredAt=_ERASED_AT)
told = st.lists(
    st.tuples(st.integers(-3, 3), st.sampled_from(("creation", "email"))), min_size=1, max_size=6
).map(lambda drawn: [Told(number, *one) for number, one in enumerate(drawn)])
LAW = settings(
    deadline=None,
    max_examples=settings().max_examples // 6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def erase(scene: Scene) -> None:
    """Let the eraser do all there is to do."""
    eraser = Eraser(scene.tools, FrozenClock(RECEIVED_AT), StopSignal())
    while await eraser.run_once():
        pass


async def begin(url: str) -> None:
    owner = await connect(url)
    await owner.execute(f"truncate {await owner.fetchval(_TABLES)}")
    await owner.close()


async def events(scene: Scene) -> list[Event]:
    """What HubSpot told, as it is stored."""
    return [decode_event(row["body"]) for row in await scene.pool.fetch(_EVENTS)]


async def known(scene: Scene) -> Counter[tuple[str, str | None]]:
    """Whom an event is about, and the address that anybody can still read in it."""
    found = [
        (one.subject, await person_of(scene.pool, one))
        for one in await events(scene)
        if b'"personal":{' in bytes(one.data)
    ]
    return Counter((subject, person.email if person else None) for subject, person in found)


async def bodies_left(scene: Scene) -> int:
    """How many deliveries still have their bytes."""
    return int(
        await scene.pool.fetchval("select count(*) from ingest.intake where raw_erased_at is null") or 0
    )


@LAW
@given(before=told, after=told)
async def test_what_comes_one_by_one_is_stopped_or_somebody_new(
    database_url: str, before: list[Told], after: list[Told]
) -> None:
    await begin(database_url)
    after = [Told(one.number + 100, one.minutes, one.kind) for one in after]
    async with ingest_scene(database_url) as scene:
        for one in before:
            await scene.post(one.item())
            await scene.drain()
        await scene.post(ERASURE)
        await scene.drain()
        # The eraser may come at any time: the relay has carried out what bears on items already.
        for one in (*after, *before):
            await scene.post(one.item())
            await scene.drain()
        await erase(scene)
        stopped = sum(one.late for one in (*before, *after))
        copies = len(before) - sum(one.late for one in before)
        counts = await scene.items()
        assert counts.get("suppressed", 0) == stopped
        assert counts.get("duplicate", 0) == copies
        assert counts["published"] == len(before) + 1 + sum(not one.late for one in after)
        again = Counter(one.subject for one in await events(scene) if "#" in one.subject)
        assert set(again) <= {"contact/501#after-erasure-1"}
        assert again.total() == sum(not one.late for one in after)
        told_of = await known(scene)
        mails = Counter(one.kind for one in after if not one.late)["email"]
        assert told_of[("contact/501#after-erasure-1", EMAIL)] == mails
        assert told_of[("contact/501", EMAIL)] == 0
        assert await scene.pool.fetchval("select count(*) from ingest.redactions") == 0
        assert await scene.pool.fetchval("select count(*) from ingest.erasures where state <> 'done'") == 0


@LAW
@given(items=told, place=st.integers(0, 6))
async def test_what_comes_in_one_chunk_is_told_apart_by_its_time(
    database_url: str, items: list[Told], place: int
) -> None:
    await begin(database_url)
    given_items = [one.item() for one in items]
    given_items.insert(place, ERASURE)
    async with ingest_scene(database_url) as scene:
        await scene.accept(*(raw([one]) for one in given_items))
        await scene.drain()
        await erase(scene)
        counts = await scene.items()
        assert counts == {"accepted": len(items) + 1, "published": len(items) + 1}
        subjects = Counter(one.subject for one in await events(scene))
        assert subjects["contact/501"] == sum(one.late for one in items) + 1
        assert subjects["contact/501#after-erasure-1"] == sum(not one.late for one in items)
        told_of = await known(scene)
        assert told_of[("contact/501", EMAIL)] == 0
        if all(one.late for one in items):
            assert await bodies_left(scene) == 0
