"""Events of a type that the code does not know yet: kept, counted as ignored, taken in once it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import pytest

from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadStageChanged, Stage
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref
from tests.integration.chain.scene import Scene

_OWNER = "io.leadtrace.lead.owner_changed.v1"
_AMOUNT = "io.leadtrace.deal.updated.v1"
_KNOWN = [
    event(LeadCaptured(), "contact/1", 1),
    event(DealCreated(), "deal/1", 2),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 3),
    event(DealWon(claimed="closedwon"), "deal/1", 4),
]
_NEW = [
    event(LeadOwnerChanged(owner="anna"), "contact/1", 5),
    event(DealUpdated(amount="12.50", currency="EUR"), "deal/1", 6),
]
_COUNTS = """
select sum(event_count)::int, sum(ignored_count)::int, (select count(*) from {0}.seen)
from (select event_count, ignored_count from {1}) as counted
"""
_ATTRIBUTION = _COUNTS.format(
    "attribution",
    "attribution.leads union all select event_count, ignored_count from attribution.deals",
)
_SCORING = _COUNTS.format("scoring", "scoring.leads")


@contextmanager
def _older_code() -> Iterator[None]:
    """Code from before two of the types were known."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (_OWNER, _AMOUNT):
            patch.delitem(BY_TYPE, kind)
        yield


async def test_stay_in_the_set_and_change_no_body(scene: Scene) -> None:
    without = await scene.clean(_KNOWN)
    await scene.put(*_KNOWN)
    await scene.settle()
    revisions = await scene.row("select array_agg(revision) from attribution.leads")
    with _older_code():
        await scene.put(*_NEW)
        await scene.settle()
    assert await scene.bodies() == without
    assert await scene.row("select array_agg(revision) from attribution.leads") == revisions
    assert await scene.row(_ATTRIBUTION) == (6, 2, 6)
    assert await scene.row(_SCORING) == (2, 1, 2)
    assert await scene.row("select count(*) from attribution.dead_letters") == (0,)


async def test_alone_make_no_snapshot(scene: Scene) -> None:
    with _older_code():
        await scene.put(*_NEW)
        await scene.settle()
    assert await scene.bodies() == []
    assert await scene.row(_ATTRIBUTION) == (2, 2, 2)
    await scene.put(*_KNOWN)
    await scene.settle()
    assert await scene.bodies() == await scene.clean([*_KNOWN, *_NEW])


async def test_are_taken_in_by_the_next_refold_of_code_that_knows_them(scene: Scene) -> None:
    late = [
        event(LeadStageChanged(stage=Stage.LEAD, claimed="lead"), "contact/1", 7, at=DAY_ZERO),
        event(DealUpdated(currency="USD"), "deal/1", 8, at=DAY_ZERO + timedelta(seconds=1)),
    ]
    clean = await scene.clean([*_KNOWN, *_NEW, *late])
    with _older_code():
        await scene.put(*_KNOWN, *_NEW)
        await scene.settle()
    await scene.put(*late)
    await scene.settle()
    assert await scene.bodies() == clean
    assert await scene.row(_ATTRIBUTION) == (8, 0, 8)
    assert await scene.row(_SCORING) == (3, 0, 3)


async def test_newer_versions_wait_beside_what_is_known(scene: Scene) -> None:
    newer = msgspec.structs.replace(_NEW[0], type="io.leadtrace.lead.owner_changed.v2", eventno="9", id="e9")
    await scene.put(*_KNOWN, _NEW[0])
    await scene.bus.put("lead-events", newer.partitionkey.encode(), msgspec.json.encode(newer))
    await scene.settle()
    assert await scene.row("select event_count, ignored_count from attribution.leads") == (3, 1)
    owner = await scene.row("select convert_from(body, 'UTF8')::json ->> 'owner' from attribution.leads")
    assert owner == ("anna",)
