"""Pages of the work list hold everyone once, in an order that is written down here without the api's code."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import Stage
from tests.integration.api.projection import Projection
from tests.integration.api.worklist import (
    BANDS,
    PATH,
    at_stage,
    numbers,
    open_deal,
    pages,
    predicted,
    scored,
)
from tests.unit.api.snapshots import record


@st.composite
def worlds(draw: st.DrawFn) -> list[tuple[str, int, Stage | None, float | None, int | None, str | None]]:
    """Leads with ties: band, hours in it, stage, what a model says, open deals, owner."""
    stages = st.sampled_from((None, Stage.LEAD, Stage.SALES_QUALIFIED, Stage.RECYCLED))
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(BANDS),
                st.integers(1, 3),
                stages,
                st.sampled_from((None, 0.1, 0.25)),
                st.sampled_from((None, 100, 250, -3)),
                st.sampled_from((None, "anna", "ben")),
            ),
            max_size=12,
        )
    )


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(world=worlds(), asking=st.tuples(st.integers(1, 5), st.sampled_from((None, "", "anna"))))
async def test_pages_hold_everyone_once_in_the_order_that_was_written_down(
    projection: Projection, client: httpx.AsyncClient, now: int, world: Any, asking: tuple[int, str | None]
) -> None:
    limit, owner = asking
    await projection.empty()
    keys = []
    for number, (band, hours, stage, chance, amount, held_by) in enumerate(world, start=1):
        score = scored(number, now, band, hours, predicted=predicted(chance) if chance is not None else None)
        deals = (open_deal(number, amount),) if amount is not None else ()
        outcome = at_stage(number, now, stage, deals=deals, owner=held_by)
        await projection.take([record(score, 1), record(outcome, 1)])
        # A recycled lead came to its stage a day ago, before it entered its band.
        clocked = band != "cold" and stage is not Stage.SALES_QUALIFIED
        worth = None
        if chance is not None and amount is not None:
            worth = int((Decimal(str(chance)) * amount).quantize(Decimal(1), ROUND_HALF_UP))
        if owner is None or (held_by or "") == owner:
            unknown = worth is None
            keys.append(
                (BANDS.index(band), not clocked, -hours if clocked else 0, unknown, -(worth or 0), number)
            )
    asked = {} if owner is None else {"owner": owner}
    found = await pages(client, limit=limit, **asked)
    assert numbers(found) == [key[-1] for key in sorted(keys)]
    for one in found[:1]:
        again = await client.get(PATH, params={"cursor": one["rank"], **asked})
        assert numbers(again.json()["leads"]) == numbers(found)[1:]
