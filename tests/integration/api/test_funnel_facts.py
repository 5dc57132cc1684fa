"""The funnel by several dimensions: counted from leads it says what the rollups say, and its parts add up."""

import csv
import io
from datetime import date
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, Profile
from leadtrace_api.funnel.facts import Question, sums_of
from leadtrace_api.funnel.found import of_pairs, of_rollups
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.funnel.sums import Sums
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import PAIRS
from leadtrace_api.reading import reading
from leadtrace_api.room import Room
from leadtrace_api.store.recount_steps import recount_steps_if_counted_otherwise
from tests.integration.api.projection import Projection
from tests.integration.api.test_funnel import get, listed
from tests.unit.api.snapshots import outcome, outcomes, record, won
from tests.unit.api.test_entries import open_steps

_DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 6)))
_LEADS = 5
MQL, CUSTOMER = Stage.MARKETING_QUALIFIED, Stage.CUSTOMER


def _plain(sums: Sums) -> tuple[object, ...]:
    """Everything that a group says, without what it says by a zero."""
    ended = (sums.ages.won, sums.ages.lost, sums.ages.gone, sums.ages.late, sums.ages.unwatched)
    return (
        sums.counts.tolist(),
        *(
            {currency: money for currency, money in kept.items() if money}
            for kept in (sums.revenue, sums.customers, sums.recurring)
        ),
        [[*map(int, one.ravel().nonzero()[0]), *map(int, one[np.nonzero(one)])] for one in ended],
        open_steps(sums.ages),
    )


@settings(
    deadline=None,
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), first=_DAYS, last=_DAYS)
async def test_leads_counted_say_what_the_rollups_say(
    projection: Projection, room: Room, data: st.DataObject, first: date | None, last: date | None
) -> None:
    await projection.empty()
    world = [data.draw(outcomes(number)) for number in range(1, _LEADS + 1)]
    await projection.take([record(body, 1) for body in world])
    # What came again later is counted once, as it is then.
    later: list[LeadOutcome] = [data.draw(outcomes(number)) for number in (1, 2)]
    await projection.take([record(body, 2) for body in later])
    keys = data.draw(st.sampled_from(((), ("email",), (None,), ("email", None))))
    async with reading(room) as now:
        for dimension in ("channel", "segment", "owner"):
            asked = Slice(Basis.COHORT, dimension, first, last, keys)
            kept = await of_rollups(now, asked, room)
            filters = {dimension: keys} if keys else {}
            counted = await sums_of(now, Question((dimension,), filters, first, last))
            assert {key: _plain(one) for key, one in counted.items()} == {
                key: _plain(one) for key, one in kept.groups.items()
            }
            whole = await sums_of(now, Question((), filters, first, last))
            assert _plain(whole.get((), Sums())) == _plain(kept.total)
        for pair in PAIRS:
            by = data.draw(st.sampled_from((pair, pair[::-1], pair[:1], pair[1:], ())), label="by")
            asked_of = data.draw(st.sets(st.sampled_from(pair)), label="filtered")
            both = Question(by, {name: keys for name in sorted(asked_of) if keys}, first, last)
            of_both = Slice(Basis.COHORT, "", first, last)
            kept = await of_pairs(now, of_both, both, pair, room)
            counted = await sums_of(now, both)
            assert {key: _plain(one) for key, one in counted.items()} == {
                key: _plain(one) for key, one in kept.groups.items()
            }
            assert list(counted) == list(kept.groups)


def _lead(number: int, channel: str | None, segment: str | None, *, customer: bool = False) -> LeadOutcome:
    steps = ((MQL, number), (CUSTOMER, number + 2)) if customer else ((MQL, number),)
    return outcome(
        number,
        *steps,
        channel=channel,
        captured=number,
        profile=Profile(segment=segment, region=segment),
        deals=[won(number, 1_000 * number, number + 2)] if customer else [],
    )


@pytest.fixture
async def known(projection: Projection) -> None:
    """Leads of two channels and two segments, and some without; the region is called as the segment."""
    world = [
        _lead(1, "email", "smb", customer=True),
        _lead(2, "email", "smb"),
        _lead(3, "email", "enterprise", customer=True),
        _lead(4, "fair", "smb", customer=True),
        _lead(5, None, "smb"),
        _lead(6, "fair", None),
    ]
    await projection.take([record(body, 1) for body in world])


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("other", "source"), [("segment", "rollup"), ("region", "facts")])
class TestSeveralDimensions:
    async def test_groups_have_a_key_in_each_and_sum_to_the_rollups(
        self, client: httpx.AsyncClient, other: str, source: str
    ) -> None:
        answer = await get(client, "/v1/funnel", by=f"channel,{other}")
        assert answer["source"] == source
        assert [tuple(group["key"].values()) for group in answer["groups"]] == [
            ("email", "smb"),
            (None, "smb"),
            ("email", "enterprise"),
            ("fair", None),
            ("fair", "smb"),
        ]
        first = answer["groups"][0]
        assert first["overall"]["n"] == 2
        assert first["revenue"] == {"amount": "10.00", "currency": "EUR"}
        one = await get(client, "/v1/funnel", by="channel")
        assert (one["source"], one["total"]["overall"]) == ("rollup", answer["total"]["overall"])
        assert one["total"]["stages"] == answer["total"]["stages"]
        assert one["total"]["revenue"] == answer["total"]["revenue"]

    async def test_every_drill_lists_exactly_the_leads_that_are_counted(
        self, client: httpx.AsyncClient, other: str, source: str
    ) -> None:
        answer = await get(client, "/v1/funnel", by=f"channel,{other}", **{"from": "2026-01-02"})
        assert answer["source"] == source
        for numbers in (*answer["groups"], answer["total"]):
            for row in numbers["stages"]:
                assert await listed(client, row["drill"]["current"]) == row["current"]
                if row["reached"] is not None:
                    assert await listed(client, row["drill"]["reached"]) == row["reached"]

    async def test_filters_on_other_dimensions_narrow(
        self, client: httpx.AsyncClient, other: str, source: str
    ) -> None:
        answer = await get(client, "/v1/funnel", by="channel", **{other: ["smb", ""]})
        assert answer["source"] == source
        assert {group["key"]["channel"]: group["overall"]["n"] for group in answer["groups"]} == {
            "email": 2,
            "fair": 2,
            None: 1,
        }
        both = await get(client, "/v1/funnel", channel="email", **{other: "enterprise"})
        assert (both["groups"], both["total"]["overall"]["n"]) == ([], 1)
        nobody = await get(client, "/v1/funnel", channel="email", **{other: "none such"})
        assert nobody["total"]["overall"]["value"] is None

    async def test_the_largest_and_all_others_are_the_total(
        self, client: httpx.AsyncClient, other: str, source: str
    ) -> None:
        answer = await get(client, "/v1/funnel", by=f"{other},channel", top=2)
        assert answer["source"] == source
        assert len(answer["groups"]) == 2
        assert answer["other"]["keys"] == 3
        counted = sum(group["overall"]["n"] for group in answer["groups"]) + answer["other"]["overall"]["n"]
        assert counted == answer["total"]["overall"]["n"] == 6

    @pytest.mark.usefixtures("source")
    async def test_csv_has_a_column_a_dimension(self, client: httpx.AsyncClient, other: str) -> None:
        answer = await client.get("/v1/funnel", params={"by": f"channel,{other}", "format": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [(row["row"], row["channel"], row[other]) for row in rows][:2] == [
            ("group", "email", "smb"),
            ("group", "", "smb"),
        ]
        assert rows[-2]["row"] == "total"


@pytest.mark.usefixtures("known")
async def test_where_it_is_not_written_down_yet_it_is_not_told(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    await projection.owner.execute("delete from api.projections where name = 'step_ages'")
    answer = await client.get("/v1/funnel", params={"by": "channel,region"})
    assert (answer.status_code, answer.headers["retry-after"] != "") == (503, True)
    for by in ("channel", "channel,segment"):
        plain: dict[str, Any] = await get(client, "/v1/funnel", by=by)
        assert plain["total"]["overall"]["method"] == "plain_ratio"


@pytest.mark.usefixtures("known")
async def test_what_happened_and_what_was_known_is_kept_by_pairs_too(client: httpx.AsyncClient) -> None:
    happened = await get(
        client, "/v1/funnel", by="channel,segment", basis="activity", **{"from": "2026-01-05"}
    )
    alone = await get(client, "/v1/funnel", basis="activity", **{"from": "2026-01-05"})
    assert happened["total"]["stages"] == alone["total"]["stages"]
    assert {tuple(group["key"].values()) for group in happened["groups"]} > {("fair", "smb")}
    refused = await client.get("/v1/funnel", params={"by": "channel,region", "basis": "activity"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "basis")


async def test_what_leads_count_for_is_written_down_once_after_an_update(
    projection: Projection, room: Room
) -> None:
    await projection.take(
        [record(_lead(1, "email", "smb", customer=True), 1), record(_lead(2, None, "smb"), 1)]
    )
    asked = Question(("channel", "segment"), {}, None, None)
    async with reading(room) as now:
        before = await sums_of(now, asked)
    await projection.owner.execute("update api.leads set recurring = null, steps = null")
    await projection.owner.execute(
        "update api.projections set contribution_version = 1 where name = 'step_ages'"
    )
    async with projection.pool.acquire() as connection:
        assert await recount_steps_if_counted_otherwise(connection, projection.projector.relearner)
        assert not await recount_steps_if_counted_otherwise(connection, projection.projector.relearner)
    async with reading(room) as now:
        after = await sums_of(now, asked)
    assert {key: _plain(one) for key, one in after.items()} == {
        key: _plain(one) for key, one in before.items()
    }
    await projection.check_step_ages()
