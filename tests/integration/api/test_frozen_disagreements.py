"""Claim and verdict by the version of their time: equal to the splice of what each version said."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.scoring.frozen import as_frozen
from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import DefinitionRef, FrozenPeriod, LeadOutcome, LeadScore, Qualification
from leadtrace.events.times import from_micros
from leadtrace_api.store.rejudge import rejudge_if_judged_otherwise
from tests.integration.api.projection import Projection
from tests.integration.api.reigns import Turn, take_over
from tests.integration.api.test_disagreements import PATH, pages
from tests.unit.api.claims import MQL, claim, judged, judged_before, reign, verdict
from tests.unit.api.snapshots import at, lead_id, record

# Which versions were in force from which day on; the last one is in force now.
SCHEDULES: dict[str, tuple[tuple[int, float | None], ...]] = {
    "twice": ((1, None), (2, 3)),
    "three": ((1, None), (2, 2), (3, 4)),
    "going back": ((1, None), (2, 2), (1, 3)),
}
# (lead, stage, at, claimed, verified, version)
Found = tuple[str, str, int, bool, bool | None, int]


def spliced(outcome: LeadOutcome, since: int) -> Iterator[Found]:
    """Every judgement, of the splice that scores are told by and without any of the projector's code."""
    if outcome.captured_at is None or outcome.redirect_to is not None:
        return
    frozen = [
        FrozenPeriod(definition=one.definition, since=one.since, qualifications=one.qualifications)
        for one in outcome.frozen_qualifications
    ]
    score = LeadScore(
        lead_id=outcome.lead_id,
        definition=outcome.definition,
        qualifications=outcome.qualifications,
        frozen=tuple(frozen),
    )
    judges = [
        {one.stage for one in said} for said in (*(f.qualifications for f in frozen), outcome.qualifications)
    ]
    told = as_frozen(score, since)
    for entry in outcome.transitions:
        place = max(place for place, one in enumerate(told) if one.since <= entry.at)
        if entry.claimed is not None and entry.stage in judges[place]:
            stood = _standing(told[place].qualifications, entry.stage, entry.at)
            version = told[place].definition.version
            verified = stood.holds if stood is not None else None
            yield outcome.lead_id, entry.stage.value, entry.at, True, verified, version
    rungs = [LADDER.index(one) for one in outcome.first_reached if one in LADDER]
    for stage in ("mql", "sql"):
        if not any(rung >= LADDER.index(Stage(stage)) for rung in rungs):
            for moment, version in _came_to_hold(told, Stage(stage)):
                yield outcome.lead_id, stage, moment, False, True, version


def _standing(said: Sequence[Qualification], stage: Stage, moment: int) -> Qualification | None:
    return max(
        (one for one in said if one.stage == stage and one.at <= moment), key=lambda one: one.at, default=None
    )


def _came_to_hold(told: Sequence[FrozenPeriod], stage: Stage) -> Iterator[tuple[int, int]]:
    turns = [
        (moment, period)
        for period in told
        for moment in sorted({period.since, *(one.at for one in period.qualifications if one.stage == stage)})
    ]
    held = False
    for moment, period in turns:
        stood = _standing(period.qualifications, stage, moment)
        holds = stood is not None and stood.holds
        if holds and not held:
            yield moment, period.definition.version
        held = holds


def _counted(rows: list[Found]) -> dict[str, int]:
    return {"entries": len(rows), "leads": len({row[0] for row in rows})}


def _turns(schedule: str) -> list[Turn]:
    return [(version, 0 if day is None else at(day)) for version, day in SCHEDULES[schedule]]


@pytest.mark.parametrize("schedule", list(SCHEDULES))
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(data=st.data())
async def test_frozen_disagreements_are_those_of_the_splice(
    projection: Projection, client: httpx.AsyncClient, schedule: str, data: st.DataObject
) -> None:
    turns = _turns(schedule)
    version, since = turns[-1]
    before = SCHEDULES[schedule][:-1]
    outcomes = data.draw(st.lists(judged_before(before, version, leads=9), min_size=1, max_size=9))
    await projection.empty()
    await take_over(projection.owner, *turns)
    for revision, one in enumerate(outcomes, start=1):
        await projection.take([record(one, revision)])
    newest = {one.lead_id: one for one in outcomes}
    wanted = [row for one in newest.values() for row in spliced(one, since)]
    first, found = await pages(client, limit=data.draw(st.integers(1, 4)), view="frozen")
    differ = [row for row in wanted if row[4] is not None and row[3] != row[4]]
    told = [
        (
            one["lead_id"],
            one["stage"],
            one["at"],
            one["kind"] == "claimed_unverified",
            one["definition_version"],
        )
        for one in found
    ]
    assert sorted(told) == sorted(
        (lead, stage, _text(moment), claimed, by) for lead, stage, moment, claimed, _, by in differ
    )
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    for totals in first["totals"]:
        rows = [row for row in wanted if row[1] == totals["stage"]]
        claims = [row for row in rows if row[3]]
        assert totals["claims"] == _counted(claims)
        assert totals["claims_unjudged"] == _counted([row for row in claims if row[4] is None])
        assert totals["claimed_unverified"] == _counted([row for row in claims if row[4] is False])
        assert totals["verified_unclaimed"] == _counted([row for row in rows if not row[3]])


def _text(moment: int) -> str:
    return from_micros(moment).isoformat().replace("+00:00", "Z")


V2 = DefinitionRef("default", 2, "h2")
# By the new version it failed at the claim of day 1, by the one of that time it held; the other way on day 2.
CLAIMED = msgspec.structs.replace(
    judged(1, verdict(MQL, 0, "fits"), claim(MQL, 1), verdict(MQL, 1.5), claim(MQL, 2), owner="anna"),
    definition=V2,
    frozen_qualifications=(reign(1, None, verdict(MQL, 0), verdict(MQL, 2, "company_known"), until=3),),
)
UNCLAIMED = msgspec.structs.replace(
    judged(2, verdict(MQL, 1)),
    definition=V2,
    frozen_qualifications=(reign(1, None, verdict(MQL, 0, "fits")),),
)


async def test_each_view_tells_whose_verdict_it_is(client: httpx.AsyncClient, projection: Projection) -> None:
    await take_over(projection.owner, *_turns("twice"))
    await projection.take([record(CLAIMED, 1), record(UNCLAIMED, 1)])
    told = {}
    for view in ("restated", "frozen"):
        first, found = await pages(client, view=view)
        told[view] = [(one["lead_id"], one["kind"], one["definition_version"]) for one in found]
        (mql,) = [one for one in first["totals"] if one["stage"] == "mql"]
        assert (mql["claims"]["entries"], mql["claims_verified"]["value"]) == (2, 0.5)
    unverified, unclaimed = "claimed_unverified", "verified_unclaimed"
    assert told["restated"] == [(lead_id(2), unclaimed, 2), (lead_id(1), unverified, 2)]
    # Newest first: at its activation the new version verified the second lead.
    assert told["frozen"] == [(lead_id(2), unclaimed, 2), (lead_id(1), unverified, 1)]
    answer = await client.get(PATH, params={"view": "frozen", "kind": unverified})
    (one,) = answer.json()["disagreements"]
    assert (one["at"], one["failed"][0]["id"]) == ("2026-01-03T00:00:00Z", "company_known")
    assert one["failed"][0]["words"] is not None
    assert answer.json()["query"]["view"] == "frozen"


async def test_pages_and_spreadsheets_keep_the_view(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await take_over(projection.owner, *_turns("twice"))
    await projection.take([record(CLAIMED, 1), record(UNCLAIMED, 1)])
    asked: dict[str, Any] = {"view": "frozen", "format": "csv", "limit": 1, "owner": ["anna", ""]}
    answer = await client.get(PATH, params=asked)
    (first,) = csv.DictReader(io.StringIO(answer.text))
    assert (first["at"], first["definition_version"]) == ("2026-01-04T00:00:00+00:00", "2")
    link = answer.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    (second,) = csv.DictReader(io.StringIO((await client.get(link)).text))
    assert (second["lead_id"], second["definition_version"]) == (lead_id(1), "1")


async def test_after_an_update_all_views_are_made_from_what_is_stored(projection: Projection) -> None:
    await take_over(projection.owner, *_turns("twice"))
    await projection.take([record(CLAIMED, 1), record(UNCLAIMED, 1)])
    rows = "select * from api.judgements order by lead_id, place"
    before = await projection.owner.fetch(rows)
    assert {row["told"] for row in before} == {"restated", "frozen", "takeover"}
    # As a release before this one left them.
    await projection.owner.execute("delete from api.judgements where told <> 'restated'")
    await projection.owner.execute(
        "update api.projections set contribution_version = 1 where name = 'judgements'"
    )
    async with projection.pool.acquire() as connection:
        assert await rejudge_if_judged_otherwise(connection)
    assert await projection.owner.fetch(rows) == before


async def test_where_the_definitions_never_changed_both_views_are_one(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.take([record(judged(1, verdict(MQL, 0, "fits"), claim(MQL, 1)), 1)])
    restated, frozen = [(await pages(client, view=view)) for view in ("restated", "frozen")]
    assert restated[1] == frozen[1] != []
    assert restated[0]["totals"] == frozen[0]["totals"]
