"""Credits after a rebuild: what it changed is credited anew, and nothing has to be started again."""

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.domain.credits.model import ModelParameters
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.lead import Acquisition, LeadCaptured
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.testing.builders import entity_of, event, lead_ref
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.worker import CreditingWorker
from tests.integration.rebuild.scene import Scene

_EVENTS = [
    event(LeadCaptured(acquisition=Acquisition(channel="email")), "contact/1", 1),
    event(DealCreated(), "deal/1", 2),
    event(DealUpdated(amount="10.00", currency="EUR"), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
    event(DealWon(claimed="closedwon"), "deal/1", 5),
]
_CREDITED = "select counted_in, channel, amounts[1] from attribution.credits order by counted_in"


async def test_what_a_rebuild_changed_is_credited_anew(scene: Scene) -> None:
    schedules = Schedules("attribution", live_definitions())
    worker = CreditingWorker(
        scene.owner, schedules, lambda _: (Crediting(ModelParameters(), UTC_DAYS), "a test")
    )
    await scene.put(*_EVENTS)
    await scene.settle()
    # As a defect of the fold would have left it.
    await scene.owner.execute(
        "update attribution.deals set body = convert_to(replace(convert_from(body, 'utf8'), '1000', '999'),"
        " 'utf8'), body_hash = '\\x00' where deal_id = $1",
        entity_of("deal/1"),
    )
    while await worker.work():
        pass
    assert [tuple(row) for row in await scene.owner.fetch(_CREDITED)] == [
        ("EUR", "email", 999),
        (None, "email", 1_000_000),
    ]
    await scene["attribution"].rebuild()
    while await worker.work():
        pass
    assert [tuple(row) for row in await scene.owner.fetch(_CREDITED)] == [
        ("EUR", "email", 1_000),
        (None, "email", 1_000_000),
    ]
    assert await worker.work() == 0
