"""What happens between two pages of a shadow's copies is in its rows too."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from leadtrace.events.binding import LeadRebound, Rebound
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.runtime.rebuild.step import Step
from leadtrace.store.connection import Connection
from leadtrace.store.generation.copying import RowCopier
from leadtrace.store.generation.state import Rebuild
from leadtrace.testing.builders import entity_of, event
from leadtrace_scoring.store import GENERATION
from tests.integration.versions.scene import Company

_EASIER = (("warm: {enter_at: 30, leave_below: 25}", "warm: {enter_at: 5, leave_below: 4}"),)
_SETS = "select lead_id, event_count, redirect_to from scoring.{table} order by lead_id"


async def test_what_moves_out_of_a_lead_that_is_not_copied_yet_is_not_lost(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    for number in range(1, 9):
        await company.put(
            event(LeadCaptured(), f"contact/{number}", 10 * number),
            event(TouchpointRecorded(channel="referral"), f"contact/{number}", 10 * number + 1),
        )
    await company.settle()
    names = sorted((entity_of(f"contact/{number}"), f"contact/{number}") for number in range(1, 9))
    _after_a_page_of("fold leads", lambda: _move(company, names[-1][1], names[0][0]), monkeypatch)
    await company.begin(2)
    await company.follow()
    live, beside = [await company.bodies(_SETS.format(table=table)) for table in ("leads", "leads_next")]
    assert beside == live
    assert live[0][1] > 2
    assert live[-1][2] == names[0][0]
    assert (await company.complete())["scoring"]


async def test_a_row_that_comes_amid_a_page_pushes_none_out(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await company.owner.execute("create table scoring.seen_next (like scoring.seen including all)")
    await company.owner.execute("insert into scoring.seen values (10), (20), (30)")
    copier = RowCopier(GENERATION, next(one for one in GENERATION.tables if one.name == "seen"))
    really = copier._statement

    async def intruding(connection: Connection) -> str:
        await company.owner.execute("insert into scoring.seen values (15) on conflict do nothing")
        return await really(connection)

    monkeypatch.setattr(copier, "_statement", intruding)
    async with company.owner.acquire() as connection:
        position = await copier.copy(connection, None, 2)
        while position is not None:
            position = await copier.copy(connection, position, 2)
    copied = await company.bodies("select event_no from scoring.seen_next order by 1")
    await company.owner.execute("drop table scoring.seen_next")
    assert copied == [(10,), (15,), (20,), (30,)]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_a_key_of_several_columns_is_copied_whole_in_pages_of_any_size(
    company: Company, size: int
) -> None:
    names = [(source, f"contact/{number}") for source in ("b", "a", "c") for number in (2, 1, 3)]
    await company.owner.execute("create table scoring.bindings_next (like scoring.bindings including all)")
    for number, (source, subject) in enumerate(names):
        await company.owner.execute(
            "insert into scoring.bindings (source, subject, entity_id, revision) values ($1, $2, $3, 1)",
            source,
            subject,
            UUID(int=number),
        )
    copier = RowCopier(GENERATION, next(one for one in GENERATION.tables if one.name == "bindings"))
    async with company.owner.acquire() as connection:
        position = await copier.copy(connection, None, size)
        while position is not None:
            position = await copier.copy(connection, position, size)
    live, beside = [await company.bodies(f"table scoring.{one}") for one in ("bindings", "bindings_next")]
    await company.owner.execute("drop table scoring.bindings_next")
    assert sorted(beside, key=str) == sorted(live, key=str)
    assert len(beside) == len(names)


async def _move(company: Company, name: str, home: UUID) -> None:
    """Ingest tells both leads that the record belongs to the other one."""
    left, made = entity_of(name), event(LeadCaptured(), name, 5)
    told = Rebound(made.source, made.subject, str(left), str(left), str(home), 2)
    await company.put(
        *(
            event(LeadRebound(bindings=(told,)), f"lead/{lead}", 900 + number, partitionkey=str(lead))
            for number, lead in enumerate((left, home))
        )
    )
    await company.scoring.read()


def _after_a_page_of(name: str, work: Callable[[], Awaitable[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something done once, after a page that is not the last one of a step."""
    really = Rebuilder._page
    done: list[str] = []

    async def page(self: Rebuilder, rebuild: Rebuild, step: Step, holder: UUID) -> Rebuild:
        moved = await really(self, rebuild, step, holder)
        if step.name == name and moved.position and not done:
            done.append(moved.position)
            await work()
        return moved

    monkeypatch.setattr(Rebuilder, "_page", page)
