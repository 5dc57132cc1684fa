"""The funnel's rates equal those recounted from the stored bodies in fractions, lead by lead."""

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import START_US, at, outcome, record

_NOW_DAYS = (datetime.now(UTC) - datetime.fromtimestamp(START_US / 1e6, UTC)) / timedelta(days=1)
_LADDER = [stage.value for stage in LADDER]
_STEPS = [*pairwise(_LADDER), (_LADDER[0], _LADDER[-1])]
_DAY = 86_400
# Where bins of age begin, as docs/rates.md says.
_BEGINS = [0, 60, 300, 900, 3_600, 14_400]
_BEGINS += [_DAY * day for day in [*range(1, 14), *range(14, 91, 7), *range(91, 760, 30)]]
_BODIES = "select outcome_body, channel from api.leads where captured_at is not null"
_ENDS = (None, None, Stage.LOST, Stage.DISQUALIFIED, LeadStatus.DELETED)


@st.composite
def _leads(draw: st.DrawFn) -> list[LeadOutcome]:
    made = []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        captured = day = _NOW_DAYS - draw(st.sampled_from((0.01, 0.4, 1.2, 9.0, 40.0, 100.0)))
        steps: list[tuple[Stage, float]] = []
        for stage in LADDER[: draw(st.integers(1, len(LADDER)))]:
            if stage is LADDER[0] or draw(st.integers(0, 3)):
                steps.append((stage, day))
            day += draw(st.sampled_from((0.0, 0.0001, 0.03, 0.9, 1.0, 3.5)))
        end = draw(st.sampled_from(_ENDS)) if steps[-1][0] is not LADDER[-1] else None
        fields: dict[str, Any] = {}
        if isinstance(end, Stage):
            steps.append((end, day))
        elif end is not None:
            fields |= {"status": end, "latest_at": at(day + 0.5)}
        channel = draw(st.sampled_from(("email", "fair", None)))
        made.append(outcome(number, *steps, captured=captured, channel=channel, **fields))
    return made


def _left(body: dict[str, Any], step: tuple[str, str], now: datetime) -> tuple[float, str] | None:
    """How old (s) the step was when the lead left it, and how; None if it never entered it."""
    first: dict[str, int] = body["first_reached"]
    low, high = (
        min((first[rung] for rung in _LADDER[_LADDER.index(one) :] if rung in first), default=None)
        for one in step
    )
    if low is None:
        return None
    if high is not None:
        return (high - low) / 1e6, "won"
    if body["stage"] in {"lost", "disqualified"}:
        return (body["stage_since"] - low) / 1e6, "lost"
    if body["status"] == "deleted":
        return (body["latest_at"] - low) / 1e6, "gone"
    zone = ZoneInfo("Europe/Berlin")
    entered = datetime.fromtimestamp(low / 1e6, UTC).astimezone(zone)
    days = (now.astimezone(zone).date() - entered.date()).days
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return days * _DAY + (now.astimezone(zone) - midnight).total_seconds(), "open"


def _share(left: list[tuple[float, str]]) -> Fraction:
    """Aalen-Johansen in the words of its definition; what shares a bin is simultaneous, ends first."""
    won, still = Fraction(0), Fraction(1)
    bins = [
        (max(place for place, begin in enumerate(_BEGINS) if begin <= max(age, 0)), how) for age, how in left
    ]
    for tick in sorted({one for one, _ in bins}):
        at_risk = sum(1 for one, _ in bins if one >= tick)
        wins, losses = (sum(1 for one in bins if one == (tick, how)) for how in ("won", "lost"))
        won += still * Fraction(wins, at_risk)
        still *= 1 - Fraction(wins + losses, at_risk)
    return won


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
@given(leads=_leads())
async def test_rates_are_those_of_a_recount(
    projection: Projection, client: httpx.AsyncClient, leads: list[LeadOutcome]
) -> None:
    await projection.empty()
    await projection.take([record(lead, 1) for lead in leads])
    answer = (await client.get("/v1/funnel", params={"by": "channel"})).json()
    now = datetime.fromisoformat(answer["snapshot_at"])
    bodies: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for raw, channel in await projection.pool.fetch(_BODIES):
        bodies[channel].append(msgspec.json.decode(raw))
    groups = [(bodies[group["key"]["channel"]], group) for group in answer["groups"]]
    everybody = [body for some in bodies.values() for body in some]
    assert len(groups) == len(bodies)
    for some, group in [*groups, (everybody, answer["total"])]:
        for step, rate in zip(_STEPS, _told(group), strict=True):
            left = [one for body in some if (one := _left(body, step, now)) is not None]
            won = sum(how == "won" for _, how in left)
            assert (rate["n"], rate["at_risk"]) == (len(left), sum(how == "open" for _, how in left))
            assert rate["naive"] == (pytest.approx(won / len(left), abs=1e-6) if left else None)
            assert rate["value"] == (pytest.approx(float(_share(left)), abs=1e-6) if left else None)
            ended = not any(how in {"open", "gone"} for _, how in left)
            assert rate["method"] == ("wilson" if ended else "aalen_johansen")
            if rate["interval"] is not None:
                low, high = rate["interval"]
                assert low <= rate["value"] <= high
            assert rate["immature"] == (rate["maturity"] is None or rate["maturity"] < 0.8)
            assert not (ended and left) or math.isclose(rate["maturity"], 1.0)
