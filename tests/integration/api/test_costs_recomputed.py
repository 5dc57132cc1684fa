"""`GET /v1/costs`, recomputed in plain loops from the snapshots and events that were told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.events.envelope import Event
from leadtrace.events.lead import LADDER, Acquisition, Stage
from leadtrace.events.snapshots import DealOutcome, DealStatus, LeadOutcome, LinkedLead
from leadtrace.events.times import from_micros
from tests.integration.api.projection import RATES, Projection
from tests.integration.api.spending import forget, recomputed, spend_worlds, store, take
from tests.integration.api.test_costs import CUSTOMER, MQL, QUALIFIED, get, tell
from tests.unit.api.snapshots import DEFINITION, at, deal_id, lead_id, outcomes

Key = tuple[str | None, ...]


@st.composite
def _deals(draw: st.DrawFn) -> list[DealOutcome]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        linked = draw(st.lists(st.integers(1, 4), max_size=3, unique=True))
        made.append(
            DealOutcome(
                deal_id=deal_id(number),
                definition=DEFINITION,
                status=draw(st.sampled_from(DealStatus)),
                closed_at=draw(st.one_of(st.none(), st.integers(0, 8).map(at))),
                latest_at=at(7),
                amount=draw(st.one_of(st.none(), st.integers(0, 10_000))),
                currency=draw(st.sampled_from((None, "EUR", "JPY"))),
                leads=tuple(LinkedLead(lead_id(lead), draw(st.integers(0, 2))) for lead in linked),
                redirect_to=draw(st.sampled_from((None, None, None, deal_id(99)))),
            )
        )
    return made


def _day(micros: int) -> date:
    return from_micros(micros).astimezone(ZoneInfo("Europe/Berlin")).date()


def _key(lead: LeadOutcome | None, by: Sequence[str]) -> Key:
    origin = lead.acquisition if lead is not None else Acquisition()
    return tuple(getattr(origin, name) or None for name in by)


def _reached(lead: LeadOutcome, stage: Stage) -> date | None:
    later = LADDER[LADDER.index(stage) :]
    moments = [moment for one, moment in lead.first_reached.items() if one in later]
    return _day(min(moments)) if moments else None


@dataclass(frozen=True, slots=True)
class World:
    """All that was told."""

    leads: tuple[LeadOutcome, ...]
    deals: list[DealOutcome]
    spend: list[Event]


class Reference:
    """The counts of groups, in plain loops."""

    def __init__(self, leads: Sequence[LeadOutcome], deals: Sequence[DealOutcome], by: Sequence[str]) -> None:
        self.by = by
        self.known = {one.lead_id: one for one in leads if one.definition.version == DEFINITION.version}
        self.leads = [
            one for one in self.known.values() if one.captured_at is not None and one.redirect_to is None
        ]
        self.deals = [one for one in deals if one.status is DealStatus.WON and one.redirect_to is None]

    def principal(self, one: DealOutcome) -> LeadOutcome | None:
        """The lead that has most of a deal."""
        linked = [link for link in one.leads if link.lead_id in self.known]
        homes = [(link, self.known[link.lead_id]) for link in linked]
        # Those of an absorbed lead are of the lead that took it in, if that one is known.
        resolved = [
            (link, self.known.get(home.redirect_to) if home.redirect_to else home) for link, home in homes
        ]
        ranked = [
            (-link.share, home.captured_at is None, home.captured_at or 0, home.lead_id, home)
            for link, home in resolved
            if home is not None
        ]
        return min(ranked, key=lambda one: one[:4])[4] if ranked else None

    def counts(self, inside: Callable[[date], bool]) -> dict[Key, dict[str, int]]:
        """All counts by group; those of which nothing is to be told are left out."""
        found: dict[Key, dict[str, int]] = {}

        def add(key: Key, name: str) -> None:
            group = found.setdefault(key, {})
            group[name] = group.get(name, 0) + 1

        for lead in self.leads:
            key = _key(lead, self.by)
            if inside(_day(lead.captured_at or 0)):
                add(key, "leads")
                for name, stage in (("mql", MQL), ("sql", QUALIFIED), ("customers", CUSTOMER)):
                    if _reached(lead, stage):
                        add(key, name)
            became = _reached(lead, CUSTOMER)
            if became is not None and inside(became):
                add(key, "new_customers")
        for one in self.deals:
            lead_of = self.principal(one)
            closed = _day(one.closed_at if one.closed_at is not None else one.latest_at)
            if inside(closed):
                add(_key(lead_of, self.by), "orders")
                if lead_of is None:
                    add(_key(None, self.by), "unlinked_orders")
        return found


def _told(numbers: dict[str, Any]) -> dict[str, int]:
    """The counts of a group as they were told, without those that are 0."""
    names = ("orders", "unlinked_orders", "new_customers")
    counts = {name: numbers["period"][name] for name in names}
    counts |= {name: numbers["cohort"][name] for name in ("leads", "mql", "sql", "customers")}
    return {name: count for name, count in counts.items() if count}


def _minor(money: dict[str, str]) -> int:
    return int(Decimal(money["amount"]) * (1 if money["currency"] == "JPY" else 100))


async def _spend(projection: Projection, by: Sequence[str], inside: Callable[[date], bool]) -> dict[Key, int]:
    """Euros spent by group, in cents, by the rates of the tests; dollars have one for the first two days."""
    found: dict[Key, int] = {}
    assert RATES.currency == "EUR"
    for row in await recomputed(projection):
        _, day, _, channel, campaign, currency, minor = cast(tuple[Any, ...], row)
        key = tuple({"channel": channel, "campaign": campaign}[name] for name in by)
        if inside(day) and currency == "EUR":
            found[key] = found.get(key, 0) + minor
    return found


_THROUGH_THE_STORE = settings(
    deadline=None,
    max_examples=max(10, settings().max_examples // 4),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_THROUGH_THE_STORE
@given(
    world=st.builds(
        World, st.tuples(*(outcomes(number) for number in range(1, 5))), _deals(), spend_worlds()
    ),
    by=st.sampled_from(((), ("channel",), ("campaign", "channel"))),
    bounds=st.tuples(st.integers(1, 4), st.integers(4, 9)),
)
async def test_groups_are_all_there_is_and_sum_to_the_total(
    projection: Projection,
    client: httpx.AsyncClient,
    world: World,
    *,
    by: tuple[str, ...],
    bounds: tuple[int, int],
) -> None:
    await forget(projection)
    await tell(projection, world.leads, world.deals)
    # Dollars have rates of their own, which another test looks at.
    await store(projection, world.spend)
    await take(projection, world.spend)
    await projection.pool.execute(
        "update api.spend_days set counted = amount, counted_in = currency where currency <> 'EUR'"
    )
    first, last = date(2026, 1, bounds[0]), date(2026, 1, bounds[1])

    def inside(day: date) -> bool:
        return first <= day <= last

    asked = {"from": first.isoformat(), "to": last.isoformat()}
    answer = await get(client, by=",".join(by) or None, **asked) if by else await get(client, **asked)
    expected = Reference(world.leads, world.deals, by).counts(inside)
    cents = await _spend(projection, by, inside)
    if not by:
        assert _told(answer["total"]) == expected.get((), {})
        assert _minor(answer["total"]["spend"]["total"]) == cents.get((), 0)
        return
    groups = {tuple(one["key"][name] for name in by): one["numbers"] for one in answer["groups"]}
    assert {key: counts for key, one in groups.items() if (counts := _told(one))} == expected
    assert {key: spent for key, one in groups.items() if (spent := _minor(one["spend"]["total"]))} == {
        key: spent for key, spent in cents.items() if spent
    }
    total, parts = answer["total"], list(groups.values())
    for path in (("spend", "media"), ("spend", "sales"), ("spend", "total"), ("cohort", "revenue")):
        assert sum(_minor(one[path[0]][path[1]]) for one in parts) == _minor(total[path[0]][path[1]])
    plain = await get(client, **asked)
    assert plain["total"] == total
    for numbers in (*parts, total):
        cost, spent = numbers["cohort"]["cpl"], _minor(numbers["spend"]["total"])
        if spent > 0 and cost["n"]:
            assert _minor(cost["value"]) == round(Fraction(spent, cost["n"]))
        else:
            assert cost["value"] is None
            assert cost["reason"]
