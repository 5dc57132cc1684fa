"""A version of the definitions in shadow, its activation, and the way back."""

from datetime import timedelta

import msgspec

from leadtrace.events.lead import LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import LeadOutcome, LeadScore
from leadtrace.events.times import to_micros
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.store.generation.state import State
from leadtrace.testing.builders import entity_of, event
from tests.integration.versions.scene import Company

_BY_VERSION = "select definition_version, count(*) from api.leads group by 1 order by 1"
_SCORE = msgspec.json.Decoder(LeadScore)
_OUTCOME = msgspec.json.Decoder(LeadOutcome)
# With these a captured lead of a company is warm, and soon hot.
_EASIER = (
    ("warm: {enter_at: 30, leave_below: 25}", "warm: {enter_at: 5, leave_below: 4}"),
    ("hot: {enter_at: 60, leave_below: 50}", "hot: {enter_at: 12, leave_below: 10}"),
)


async def _live_a_little(company: Company, first: int, count: int) -> None:
    for number in range(first, first + count):
        name = f"contact/{number}"
        await company.put(
            event(LeadCaptured(properties={"company_domain": "acme.com"}), name, 10 * number + 1),
            event(TouchpointRecorded(channel="referral"), name, 10 * number + 2),
            event(LeadStageChanged(stage=Stage.MARKETING_QUALIFIED, claimed="mql"), name, 10 * number + 3),
        )
    await company.settle()


async def _expect_rebuilt_alike(company: Company) -> None:
    for service in company.services:
        done = await service.rebuild()
        assert (service.name, done.state, done.error) == (service.name, State.DONE, None)
        differing = {name: table for name, table in done.report.tables.items() if table.differing}
        assert not differing, (service.name, differing)


async def test_a_shadow_is_folded_beside_what_is_in_force_and_takes_over_when_activated(
    company: Company,
) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 5)
    await company.begin(2)
    await company.follow()
    assert await company.complete() == {"scoring": True, "attribution": True, "api": True}
    await _live_a_little(company, 6, 3)
    assert {row[0] for row in await company.bodies("select definition_version from scoring.leads")} == {1}
    assert await company.bodies(
        "select definition_version, count(*) from api.leads group by 1 order by 1"
    ) == [
        (1, 8),
        (2, 8),
    ]
    moment = await company.activate(2)
    await company.follow()
    assert await company.served() == {"scoring": 2, "attribution": 2, "api": 2}
    await _live_a_little(company, 9, 2)
    assert await company.bodies(_BY_VERSION) == [(2, 10)]
    assert await company.bodies("select distinct band from api.leads") == [("hot",)]
    await _expect_frozen(company, to_micros(moment))
    await _expect_rebuilt_alike(company)


async def test_the_ticker_tells_of_one_version_until_it_says_that_another_took_over(company: Company) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 2)
    await company.begin(2)
    await company.follow()
    await _live_a_little(company, 3, 1)
    assert await _told(company) == [1]
    await company.activate(2)
    await company.follow()
    assert await _told(company) == [1, "definitions"]
    await _live_a_little(company, 4, 1)
    assert await _told(company) == [1, "definitions", 2]


async def _told(company: Company) -> list[object]:
    """By which version entries are, and why numbers are others, in turn."""
    rows = await company.bodies("select body from api.ticker_waiting order by entry_id")
    bodies = [msgspec.json.decode(row[0]) for row in rows]
    said = [body.get("reason", body.get("definition_version")) for body in bodies]
    return [one for place, one in enumerate(said) if place == 0 or said[place - 1] != one]


async def _expect_frozen(company: Company, moment: int) -> None:
    bodies = [_SCORE.decode(row[0]) for row in await company.bodies("select body from scoring.leads")]
    for body in bodies:
        (before,) = body.frozen
        assert (before.definition.version, before.since, body.definition.version) == (1, 0, 2)
        assert all(point.at < moment for point in before.timeline)
        assert {point.band for point in before.timeline} <= {"cold", "warm"}
    outcomes = [_OUTCOME.decode(row[0]) for row in await company.bodies("select body from attribution.leads")]
    assert {one.band for one in outcomes} == {"hot"}


async def test_a_late_event_of_the_time_before_changes_what_was_said_then(company: Company) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 2)
    await company.begin(2)
    await company.follow()
    await company.activate(2)
    await company.follow()
    assert await _bands_before(company, "contact/1") == ["cold", "warm", "cold"]
    late = LeadUpdated(properties={"seniority": "c_level", "function": "sales", "budget": "50000"})
    await company.put(event(late, "contact/1", 19))
    await company.settle()
    assert "hot" in await _bands_before(company, "contact/1")
    await _expect_rebuilt_alike(company)


async def _bands_before(company: Company, name: str) -> list[str]:
    """The bands of a lead by the version before, each once."""
    (row,) = await company.bodies("select body from scoring.leads where lead_id = $1", entity_of(name))
    (before,) = _SCORE.decode(row[0]).frozen
    bands = [point.band for point in before.timeline]
    return [band for place, band in enumerate(bands) if place == 0 or bands[place - 1] != band]


async def test_a_shadow_that_is_ended_leaves_nothing(company: Company) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 3)
    await company.begin(2)
    await company.follow()
    await company.end()
    await company.follow()
    assert await company.complete() == {"scoring": False, "attribution": False, "api": False}
    assert await company.bodies("select distinct definition_version from api.leads") == [(1,)]
    assert await company.bodies("select to_regclass('scoring.leads_next') is null") == [(True,)]
    await _expect_rebuilt_alike(company)


async def test_going_back_is_another_activation(company: Company) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 3)
    moments = []
    for version in (2, 1):
        await company.begin(version)
        await company.follow()
        assert all((await company.complete()).values())
        moments.append(to_micros(await company.activate(version)))
        await company.follow()
    assert await company.served() == {"scoring": 1, "attribution": 1, "api": 1}
    body = _SCORE.decode((await company.bodies("select body from scoring.leads limit 1"))[0][0])
    assert [(one.definition.version, one.since) for one in body.frozen] == [(1, 0), (2, moments[0])]
    assert await company.bodies("select distinct definition_version from api.leads") == [(1,)]
    await _expect_rebuilt_alike(company)


async def test_who_was_away_folds_what_was_activated_before_it_takes_over(company: Company) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 3)
    await company.begin(2)
    await company.activate(2)
    await company.follow()
    assert await company.served() == {"scoring": 2, "attribution": 2, "api": 2}
    await company.scoring.fold_due()
    await company.settle()
    await _expect_rebuilt_alike(company)


async def test_what_came_in_between_activation_and_takeover_is_judged_by_the_new_version(
    company: Company,
) -> None:
    await company.register(1)
    await company.register(2, *_EASIER)
    await _live_a_little(company, 1, 3)
    await company.begin(2)
    await company.follow()
    moment = await company.activate(2)
    after = moment + timedelta(milliseconds=1)
    await company.put(
        msgspec.structs.replace(
            event(TouchpointRecorded(channel="referral"), "contact/1", 99), time=after, recordedtime=after
        )
    )
    await company.settle()
    await company.follow()
    await company.scoring.fold_due()
    await company.settle()
    await _expect_rebuilt_alike(company)
