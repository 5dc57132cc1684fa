"""A shadow whose words the release that runs cannot read: it fails by itself, and nothing else does."""

import pytest
import pytest_asyncio

from leadtrace.events.lead import LeadCaptured
from leadtrace.store.generation.state import Rebuild
from leadtrace.testing.builders import event
from leadtrace_attribution.store import GENERATION as OUTCOMES
from leadtrace_scoring.store import GENERATION as SCORES
from tests.integration.versions.scene import Company, Folding

_TOLD = "version 2 of the definitions is not there, or not readable"
_LATER = (
    r"update ingest.definitions set body = body || convert_to(E'\nword_of_a_later_release: 1\n', 'UTF8') "
    "where version = 2"
)
_GENERATIONS = {one.schema: one for one in (SCORES, OUTCOMES)}


@pytest_asyncio.fixture(params=sorted(_GENERATIONS))
async def older(company: Company, request: pytest.FixtureRequest) -> Folding:
    """A process of an earlier release, which has read no version yet."""
    await company.register(1)
    await company.register(2)
    name: str = request.param
    return Folding(_GENERATIONS[name], company.bus, getattr(company, name).pool)


async def _rows(company: Company, of: Folding) -> list[tuple[str, str | None, bool]]:
    """Each shadow's state and error, and whether tables were left."""
    return await company.bodies(
        f"select state, error, to_regclass('{of.name}.leads_next') is not null from {of.name}.rebuilds"
    )


async def test_one_that_runs_fails_with_what_is_wrong(company: Company, older: Folding) -> None:
    await company.begin(2)
    await company.follow()
    await company.owner.execute(_LATER)
    await older.follow()
    assert await _rows(company, older) == [("failed", _TOLD, False)]
    assert await older.rebuilds.step_name(await _newest(older)) == "unknown"
    assert (await older.rebuild()).version is None


async def test_one_that_runs_can_be_ended(company: Company, older: Folding) -> None:
    await company.begin(2)
    await company.follow()
    await company.owner.execute(_LATER)
    await company.end()
    await older.follow()
    assert await _rows(company, older) == [("cancelled", None, False)]


async def test_one_that_cannot_begin_is_told_to_its_owner(company: Company, older: Folding) -> None:
    await company.owner.execute(_LATER)
    await company.begin(2)
    for _ in range(3):
        await older.follow()
    assert await _rows(company, older) == [("failed", _TOLD, False)]
    told = await company.bodies(f"select version, complete, error from {older.name}.pub_shadow")
    assert told == [(2, False, _TOLD)]


async def test_one_that_fails_in_a_live_batch_leaves_no_tables(company: Company, older: Folding) -> None:
    await company.begin(2)
    await company.follow()
    await company.owner.execute(_LATER)
    await company.put(event(LeadCaptured(), "contact/1", 1))
    if older.name == "attribution":
        await company.scoring.read()
    await older.read()
    ((state, why, left),) = await _rows(company, older)
    assert (state, left) == ("failed", True)
    assert "(UnknownVersionError); end the shadow, then begin it again" in (why or "")
    await older.follow()
    assert await _rows(company, older) == [("failed", why, False)]


async def _newest(of: Folding) -> Rebuild:
    newest = await of.rebuilds.newest()
    assert newest is not None
    return newest
