"""The funnel's rates equal those recounted from the stored bodies in fractions, lead by lead."""

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from leadtrace.events.snapshots import LeadOutcome
from tests.integration.api.projection import Projection
from tests.integration.api.recounted import BODIES, STEPS, leads, left_of, shares
from tests.unit.api.snapshots import record


def _told(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (step["rate"] for step in group["steps"])
    yield group["overall"]


@settings(
    deadline=None,
    max_examples=25,
    # A smaller world says no more, and takes minutes to find.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=leads())
async def test_rates_are_those_of_a_recount(
    projection: Projection, client: httpx.AsyncClient, world: list[LeadOutcome]
) -> None:
    await projection.empty()
    await projection.take([record(lead, 1) for lead in world])
    answer = (await client.get("/v1/funnel", params={"by": "channel"})).json()
    now = datetime.fromisoformat(answer["snapshot_at"])
    bodies: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for raw, channel in await projection.pool.fetch(BODIES):
        bodies[channel].append(msgspec.json.decode(raw))
    groups = [(bodies[group["key"]["channel"]], group) for group in answer["groups"]]
    everybody = [body for some in bodies.values() for body in some]
    assert len(groups) == len(bodies)
    for some, group in [*groups, (everybody, answer["total"])]:
        for step, rate in zip(STEPS, _told(group), strict=True):
            left = [one for body in some if (one := left_of(body, step, now)) is not None]
            seen = [one for one in left if one.seen]
            late = sum(one.since > 0 for one in seen)
            won = sum(one.how == "won" for one in left)
            assert (rate["n"], rate["at_risk"]) == (len(left), sum(one.how == "open" for one in left))
            assert (rate["late"], rate["unwatched"]) == (late, len(left) - len(seen))
            assert rate["naive"] == (pytest.approx(won / len(left), abs=1e-6) if left else None)
            assert rate["value"] == (pytest.approx(float(shares(left)[-1].won), abs=1e-6) if seen else None)
            ended = not late and not any(one.how in {"open", "gone"} for one in seen)
            assert rate["method"] == ("wilson" if ended else "aalen_johansen")
            if rate["interval"] is not None:
                low, high = rate["interval"]
                assert low <= rate["value"] <= high
            assert rate["immature"] == (rate["maturity"] is None or rate["maturity"] < 0.8)
            assert not (ended and seen) or math.isclose(rate["maturity"], 1.0)
