"""What is decided while services still follow what was decided before, and processes that follow at once."""

from collections.abc import Callable
from typing import Any

import pytest

from leadtrace.events.lead import LeadCaptured
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.versions import rebuilds
from leadtrace.store.in_force import Ask
from leadtrace.testing.builders import event
from leadtrace_api.store import versions
from leadtrace_api.versions import keeper
from leadtrace_scoring.store import GENERATION as SCORES
from tests.integration.versions.scene import Company, Folding, Projecting

_EASIER = ("warm: {enter_at: 30, leave_below: 25}", "warm: {enter_at: 5, leave_below: 4}")
_HARDER = ("hot: {enter_at: 60, leave_below: 50}", "hot: {enter_at: 90, leave_below: 50}")
_BY_VERSION = "select definition_version, count(*) from api.leads group by 1 order by 1"
_SHADOWS = "select version, state from scoring.rebuilds order by rebuild_id"


async def _live(company: Company, first: int, count: int) -> None:
    for number in range(first, first + count):
        name = f"contact/{number}"
        await company.put(
            event(LeadCaptured(properties={"company_domain": "acme.com"}), name, 10 * number + 1),
            event(TouchpointRecorded(channel="referral"), name, 10 * number + 2),
        )
    await company.settle()


async def _meet(company: Company) -> None:
    """Versions 1 to 3, and a complete shadow of 2."""
    await company.register(1)
    await company.register(2, _EASIER)
    await company.register(3, _HARDER)
    await _live(company, 1, 3)
    await company.begin(2)
    await company.follow()
    assert all((await company.complete()).values())


async def test_the_next_shadow_waits_until_what_is_activated_is_taken_over(company: Company) -> None:
    await _meet(company)
    await company.activate(2)
    await company.begin(3)
    await company.follow()
    assert await company.served() == {"scoring": 2, "attribution": 2, "api": 2}
    assert all((await company.complete()).values())
    assert (await company.bodies(_BY_VERSION))[1:] == [(2, 3), (3, 3)]
    assert await company.bodies(_SHADOWS) == [(2, "done"), (3, "running")]


async def test_going_back_at_once_leaves_the_api_its_rows(company: Company) -> None:
    await _meet(company)
    await company.activate(2)
    for _ in range(3):
        await company.scoring.follow()
        await company.attribution.follow()
    assert await company.served() == {"scoring": 2, "attribution": 2, "api": 1}
    await company.begin(1)
    await company.api.follow()
    assert await company.bodies(_BY_VERSION) == [(1, 3), (2, 3)]
    await company.follow()
    assert await company.served() == {"scoring": 2, "attribution": 2, "api": 2}
    assert all((await company.complete()).values())
    assert await company.bodies(_BY_VERSION) == [(1, 3), (2, 3)]


async def test_what_is_served_is_not_removed_though_it_is_activated_anew(company: Company) -> None:
    await _meet(company)
    for version in (2, 1):
        await company.activate(version)
    await company.api.follow()
    assert (1, 3) in await company.bodies(_BY_VERSION)
    await company.follow()
    assert await company.served() == {"scoring": 1, "attribution": 1, "api": 1}
    assert await company.bodies(_BY_VERSION) == [(1, 3)]


@pytest.mark.parametrize("service", ["scoring", "api"])
async def test_an_activation_amid_a_look_drops_no_complete_shadow(
    company: Company, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    await _meet(company)
    looked: Any = keeper if service == "api" else rebuilds
    follow = company.api.follow if service == "api" else company.scoring.follow
    for name in ("told", "wanted_shadow"):
        monkeypatch.setattr(looked, name, _once(company, getattr(looked, name)))
    await follow()
    monkeypatch.undo()
    state = await company.bodies(f"select version, complete from {service}.pub_shadow")
    assert state == [(2, True)] or (await company.served())[service] == 2
    await company.follow()
    assert await company.served() == {"scoring": 2, "attribution": 2, "api": 2}
    assert await company.bodies(_SHADOWS) == [(2, "done")]


def _once(company: Company, ask: Callable[[Ask], Any]) -> Callable[[Ask], Any]:
    """The question, after whose first answer version 2 is activated."""

    async def asked(connection: Ask) -> Any:
        answer = await ask(connection)
        if await company.bodies("select from ingest.pub_definition_shadows"):
            await company.activate(2)
        return answer

    return asked


async def test_a_projector_removes_nothing_that_another_one_keeps(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _meet(company)
    await company.activate(2)
    for _ in range(3):
        await company.scoring.follow()
        await company.attribution.follow()
    while (await company.served())["api"] != 2:
        await company.api.follow()
    other, others = Projecting(company.bus, company.api.pool), versions.others

    async def late(*asked: Any) -> list[int]:
        found = await others(*asked)
        await company.begin(3)
        for _ in range(5):
            for service in (company.scoring, company.attribution, other):
                await service.follow()
        return found

    monkeypatch.setattr(versions, "others", late)
    await company.api.follow()
    monkeypatch.undo()
    assert (await company.complete())["api"]
    assert (3, 3) in await company.bodies(_BY_VERSION)
    await company.activate(3)
    await company.follow()
    assert await company.bodies(_BY_VERSION) == [(3, 3)]
    done = await company.api.rebuild()
    assert not [name for name, table in done.report.tables.items() if table.differing]


async def test_who_cancels_late_does_not_end_the_next_shadow(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _meet(company)
    await company.end()
    await company.begin(3)
    other, cancel = Folding(SCORES, company.bus, company.scoring.pool), Rebuilder.cancel

    async def late(rebuilder: Rebuilder, *which: Any) -> bool:
        monkeypatch.undo()
        for _ in range(3):
            await company.scoring.follow()
        return await cancel(rebuilder, *which)

    monkeypatch.setattr(Rebuilder, "cancel", late)
    await other.follow()
    assert await company.bodies(_SHADOWS) == [(2, "cancelled"), (3, "running")]
    assert (await company.complete())["scoring"]
    assert await company.bodies("select count(*) from scoring.leads_next") == [(3,)]
    await company.follow()
    assert all((await company.complete()).values())


async def test_a_shadow_that_was_cancelled_and_is_wanted_begins_again(company: Company) -> None:
    await _meet(company)
    await company.owner.execute("update scoring.rebuilds set state = 'cancelled', ended_at = now()")
    await company.follow()
    assert all((await company.complete()).values())
    assert await company.bodies(_SHADOWS) == [(2, "cancelled"), (2, "running")]
