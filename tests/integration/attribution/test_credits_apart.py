"""What cannot be credited holds up nobody, and what a process of another release credited is found."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.domain.credits.model import ModelParameters
from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon, RevenueKind, RevenueRecorded
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadOwnerChanged
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace_attribution.crediting import worker as worker_module
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.worker import CreditingWorker
from tests.integration.attribution.credited import credit
from tests.integration.chain.scene import Scene, attribution_handler

_OWNER_CHANGED = "io.leadtrace.lead.owner_changed.v1"
_CREDITED = "select distinct deal_id from attribution.credits order by 1"


def day(number: float) -> datetime:
    return DAY_ZERO + timedelta(days=number)


def won(number: int, *leads: str) -> Iterator[Event]:
    """A deal that is won, its events numbered from its own number on."""
    subject, first = f"deal/{number}", number * 100
    yield event(DealCreated(), subject, first, at=day(1))
    yield event(DealUpdated(amount="100", currency="EUR"), subject, first + 1, at=day(1))
    for place, lead in enumerate(leads, start=2):
        yield event(DealLinked(lead_ref(lead)), subject, first + place, at=day(1))
    yield event(DealWon(claimed="won"), subject, first + 90, at=day(10))


async def told(scene: Scene, *events: Event) -> None:
    await scene.put(*events)
    await scene.stage(attribution_handler()).drain()


async def credited(scene: Scene) -> set[object]:
    return {row[0] for row in await scene.pool.fetch(_CREDITED)}


async def test_a_set_that_cannot_be_read_is_named_and_its_neighbours_are_credited(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    bad = event(LeadOwnerChanged(owner="anna"), "contact/1", 9, at=day(2))
    bad = msgspec.structs.replace(bad, data=msgspec.Raw(b'{"owner": 17}'))
    touches = [
        event(TouchpointRecorded(channel=f"c{n}"), "contact/1", n, at=day(0.1 * n)) for n in range(1, 4)
    ]
    with pytest.MonkeyPatch.context() as patch:
        # As code keeps an event of a type that it does not know yet.
        patch.delitem(BY_TYPE, _OWNER_CHANGED)
        await told(scene, *touches, bad, *won(1, "contact/1"), *won(2))
    await credit(scene)
    assert await credited(scene) == {entity_of("deal/2")}
    assert await scene.row("select count(*) from attribution.credit_due") == (0,)
    assert "credit.stuck" in caplog.text


async def test_a_deal_of_many_bookings_and_touches_has_as_many_credits(scene: Scene) -> None:
    touches = [
        event(TouchpointRecorded(channel="c", campaign=f"campaign {n}"), "contact/1", 10_000 + n, at=day(0))
        for n in range(70)
    ]
    renewals = [
        event(
            RevenueRecorded(kind=RevenueKind.RENEWAL, amount="100.00", currency="EUR"),
            "deal/1",
            20_000 + n,
            at=day(20) + timedelta(hours=n),
        )
        for n in range(500)
    ]
    await told(scene, *touches, *won(1, "contact/1"), *renewals, *won(2))
    await credit(scene)
    assert await credited(scene) == {entity_of("deal/1"), entity_of("deal/2")}
    rows = await scene.row("select count(*) from attribution.credits where deal_id = $1", entity_of("deal/1"))
    assert rows > (32_767,)


async def test_what_an_earlier_release_credited_meanwhile_is_credited_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "AT_ONCE", 1)
    monkeypatch.setattr(worker_module, "_IDLE_LOOKS", 1)
    await told(scene, *(one for number in range(1, 5) for one in won(number)))

    def process(label: str) -> CreditingWorker:
        schedules = Schedules("attribution", live_definitions())
        return CreditingWorker(
            scene.pool, schedules, lambda _: (Crediting(ModelParameters(), UTC_DAYS), label)
        )

    earlier, later = process("earlier"), process("later")
    while await earlier.work():
        pass
    # The later one marks everything, and the earlier one still takes a part of it.
    assert (await later.work(), await earlier.work(), await earlier.work()) == (1, 1, 1)
    for _ in range(3):
        while await later.work():
            pass
    rows = await scene.pool.fetch("select count(distinct judged_by) from attribution.journeys")
    assert [tuple(row) for row in rows] == [(1,)]
