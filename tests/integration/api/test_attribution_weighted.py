"""`open=weighted` through the store: chains of raw journeys, open ones weighed by a count in fractions."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import PathCount, still_open
from leadtrace.domain.credits.markov import attribute
from leadtrace.testing.builders import DAY_ZERO
from leadtrace_api.credits.data_driven import Solved
from leadtrace_api.credits.finding import Finder
from leadtrace_api.credits.labels import key_of
from leadtrace_api.credits.passing import narrowed
from leadtrace_api.credits.queries import state
from leadtrace_api.credits.schemas import AttributionQuery
from leadtrace_api.credits.selection import selected
from leadtrace_api.reading import reading
from leadtrace_api.room import Room
from tests.integration.api.crediting import PATH, asked, tell
from tests.integration.api.led_deals import company
from tests.integration.api.projection import Projection
from tests.integration.api.test_attribution import WON_DAY, told
from tests.integration.api.test_attribution_filters import through_the_store
from tests.unit.domain.credits.test_open_journeys import never

Row = Mapping[str, Any]
_LETTERS = {"won": "w", "lost": "l", "open": "c"}
_BERLIN = ZoneInfo("Europe/Berlin")
# The day on which the first lead of each journey was captured, off the snapshots of leads.
_RAW = """
select j.outcome, j.channels, j.ended_on, (
  select min(timestamptz 'epoch' + (convert_from(l.body, 'utf8')::jsonb ->> 'captured_at')::bigint
             * interval '1 microsecond')
  from attribution.leads l where l.lead_id = any(j.leads)
) as captured, (
  select convert_from(l.body, 'utf8')::jsonb ->> 'owner' from attribution.leads l
  left join attribution.deals d on d.deal_id = j.unit_id
  left join jsonb_array_elements(convert_from(d.body, 'utf8')::jsonb -> 'leads') one
    on (one ->> 'lead_id')::uuid = l.lead_id
  where l.lead_id = any(j.leads)
  order by coalesce((one ->> 'share')::bigint, 0) desc,
           (convert_from(l.body, 'utf8')::jsonb ->> 'captured_at')::bigint nulls last, l.lead_id limit 1
) as owner
from attribution.journeys j where j.outcome is not null
"""


class Solve(Protocol):
    """Asks for models as of a day, with a filter by owner or without."""

    async def __call__(self, today: date, model: str, owner: str | None = None) -> Solved: ...


@pytest.fixture
def solve(room: Room) -> Solve:
    """What is found on a day, as the route finds it."""

    async def found(today: date, model: str, owner: str | None = None) -> Solved:
        owners = [] if owner is None else [owner]
        given_ = {"model": model, "open": "weighted", "owner": owners}
        query = selected(AttributionQuery.model_validate(given_))
        async with reading(room) as now:
            seen = await state(now)
            asked_ = await narrowed(now, query, seen, room.passing)
            return await Finder(now, asked_, seen, today, room.remembered).solved()

    return found


@through_the_store
@given(seed=st.integers(0, 2**32))
async def test_a_chain_with_open_journeys_is_that_of_raw_ones(
    projection: Projection, solve: Solve, seed: int
) -> None:
    """Filtered or not, by one curve of all journeys; on days on which some are older than most that ended."""
    await tell(projection, company(seed))
    raw = [dict(row) for row in await projection.owner.fetch(_RAW)]
    for days, owner in ((9, None), (16, None), (16, "ann"), (24, ""), (60, None)):
        today = (DAY_ZERO + timedelta(days=days)).date()
        ages = [(row, _age(row, today)) for row in raw]
        ends = [(age, _LETTERS[row["outcome"]]) for row, age in ages if age is not None and age >= 0]
        passing = [one for one in ages if owner is None or (one[0]["owner"] or "") == owner]
        paths = [
            PathCount(_path(row), row["outcome"] == "won", row["outcome"] == "lost")
            for row, _ in passing
            if row["outcome"] != "open"
        ]
        still = [
            still_open(_path(row), never(ends, age))
            for row, age in passing
            if row["outcome"] == "open" and age is not None
        ]
        found = await solve(today, "markov,markov_2", owner)
        expected = sum(one.open_micros for one in still if one.path)
        assert found.counted.open_micros == pytest.approx(expected, abs=len(still))
        for told_, order in zip(found.chains.values(), (1, 2), strict=True):
            chain = attribute([*paths, *still], order=order)
            assert float(told_.chance) == pytest.approx(float(chain.chance), abs=1e-5)
            assert [key_of(one) or "" for one in told_.channels] == list(chain.channels)
            effects = [float(one) for one in chain.removal_effects]
            assert [float(one) for one in told_.removal_effects] == pytest.approx(effects, abs=1e-5)


def _path(row: Row) -> tuple[str, ...]:
    return tuple(name or "" for name in row["channels"])


def _age(row: Row, today: date) -> int | None:
    """None where nobody knows; below 0 where it ended before it began."""
    if row["captured"] is None:
        return None
    begun: date = row["captured"].astimezone(_BERLIN).date()
    if row["outcome"] == "open":
        return max((today - begun).days, 0)
    ended: date = row["ended_on"]
    return (ended - begun).days


class TestByExample:
    @pytest.fixture(autouse=True)
    async def story(self, projection: Projection) -> None:
        await tell(projection, told())

    async def test_one_that_is_older_than_any_that_ended_counts_as_lost(
        self, client: httpx.AsyncClient
    ) -> None:
        """All others ended after ten days: nobody was won later, so that the open one is as good as lost."""
        left_out = await asked(client, model="markov")
        weighted = await asked(client, model="markov", open="weighted")
        assert left_out["data_driven"]["open_counted_as_lost"] is None
        assert left_out["data_driven"]["chains"][0]["probability"] == 0.75
        assert weighted["data_driven"]["open_counted_as_lost"] == "1.000000"
        assert weighted["data_driven"]["chains"][0]["probability"] == 0.6
        assert weighted["data_driven"]["journeys_open"] == 1
        assert (left_out["query"]["open"], weighted["query"]["open"]) == ("left_out", "weighted")
        assert weighted["total"] == left_out["total"]

    async def test_ages_are_of_today(self, solve: Solve) -> None:
        """On the day of its capture one of five was lost of all that were watched for longer."""
        first, later = date(2026, 1, 11), date(2026, 1, 31)
        found = [await solve(today, "markov") for today in (first, later, first)]
        assert [one.counted.open_micros for one in found] == [200_000, 1_000_000, 200_000]
        assert found[0] is found[2]

    @pytest.mark.parametrize(
        ("given_", "parameter"),
        [
            ({"model": "markov", "open": "weightd"}, "open"),
            ({"model": "linear", "open": "weighted"}, "open"),
            ({"model": "markov", "open": "weighted", "to": WON_DAY}, "open"),
        ],
    )
    async def test_what_cannot_be_weighed_is_refused(
        self, client: httpx.AsyncClient, given_: dict[str, str], parameter: str
    ) -> None:
        problem = (await client.get(PATH, params=given_)).json()
        assert (problem["status"], problem["parameter"]) == (400, parameter)
