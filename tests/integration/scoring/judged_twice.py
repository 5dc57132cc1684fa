"""Leads scored and published by one version and then by another: what a comparison of both must come to.

It shares nothing with the comparison but the published bodies and their meaning.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import HistoryFold, fold_by
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadOwnerChanged
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Pool
from leadtrace.testing.builders import event
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.comparing.comparer import Comparer
from leadtrace_scoring.handlers import ScoringHandler
from tests.integration.chain.scene import Scene

DAYS = Days(ZoneInfo("Europe/Berlin"))
Body = Mapping[str, Any]
_BODIES = "select lead_id, body from {} where body is not null and redirect_to is null"


def comparer_of(pool: Pool, traffic: Traffic, clock: FrozenClock, **sizes: int) -> Comparer:
    """What compares versions over the leads of a database, as the service has it."""
    schedules = Schedules("scoring", live_definitions())
    return Comparer(
        pool, traffic, DAYS, clock, schedules, lambda schedule: HistoryFold(schedule, DAYS), **sizes
    )


@dataclass(frozen=True, slots=True)
class Published:
    """The bodies of the leads by each version, and their outcomes."""

    a: Mapping[UUID, Body]
    b: Mapping[UUID, Body]
    outcomes: Mapping[UUID, Body]

    def moved(self, leads: Iterable[UUID], sample: int) -> dict[str, Any]:
        """What is told of leads that moved."""
        ids = sorted(leads)
        shares = [share for lead in ids for share in self.won(lead)]
        return {
            "leads": len(ids),
            "orders": len({share["deal_id"] for share in shares}),
            "revenue": _money(shares),
            "sample": [str(lead) for lead in ids[:sample]],
        }

    def won(self, lead: UUID) -> list[Body]:
        """The shares of won deals of a lead."""
        return [one for one in self.outcomes[lead].get("deals", ()) if one["status"] == "won"]

    def bands(self, sample: int) -> list[dict[str, Any]]:
        """What is told of each band."""
        return [
            {
                "band": band,
                "a": sum(_band(body) == band for body in self.a.values()),
                "b": sum(_band(body) == band for body in self.b.values()),
                "moved_in": self.moved(
                    [lead for lead in self.a if _band(self.a[lead]) != band == _band(self.b[lead])], sample
                ),
                "moved_out": self.moved(
                    [lead for lead in self.a if _band(self.a[lead]) == band != _band(self.b[lead])], sample
                ),
            }
            for band in ("cold", "warm", "hot")
        ]

    def matrix(self, name: str) -> Counter[tuple[str, str]]:
        """How many leads are in which place by both; `name` is that of the body's member."""
        return Counter(
            (body.get(name, "cold"), self.b[lead].get(name, "cold")) for lead, body in self.a.items()
        )

    def held(self, stage: str, *, ever: bool, sample: int) -> dict[str, Any]:
        """What is told of a stage but for its costs."""
        a, b = (
            {lead for lead, body in bodies.items() if _holds(body, stage, ever=ever)}
            for bodies in (self.a, self.b)
        )
        return {
            "a": len(a),
            "b": len(b),
            "moved_in": self.moved(b - a, sample),
            "moved_out": self.moved(a - b, sample),
        }

    def score_changes(self) -> list[int]:
        """By how many thousandths of a point each lead's score is another one."""
        return [_score(self.b[lead]) - _score(body) for lead, body in self.a.items()]

    def without(self, *leads: UUID) -> "Published":
        """The same without some leads."""
        a, b = ({lead: body for lead, body in one.items() if lead not in leads} for one in (self.a, self.b))
        return Published(a, b, self.outcomes)


async def publish_twice(
    scene: Scene, events: Sequence[Event], sides: tuple[Definitions, Definitions], clock: FrozenClock
) -> Published:
    """Score all by B, then anew by A, whose rows stay, and conclude outcomes.

    Each lead gets an owner at the moment of the comparison, so that its body is judged at that moment too.
    """
    events = [*events, *_owned(events, clock)]
    await scene.put(*events)
    b = await _scored(scene, sides[1], clock)
    await scene.empty()
    await scene.put(*events)
    a = await _scored(scene, sides[0], clock)
    await scene.stage(AttributionHandler(Schedule(live_definitions()), clock, DAYS)).drain()
    return Published(a, b, await _bodies(scene, "attribution.leads"))


def _owned(events: Sequence[Event], clock: FrozenClock) -> list[Event]:
    subjects = sorted({made.subject for made in events if made.subject.startswith("contact/")})
    first = 1_000_000
    return [
        event(LeadOwnerChanged(owner="somebody"), subject, number, at=clock.now())
        for number, subject in enumerate(subjects, start=first)
    ]


async def _scored(scene: Scene, definitions: Definitions, clock: FrozenClock) -> Mapping[UUID, Body]:
    await scene.stage(ScoringHandler(fold_by(definitions, DAYS), clock)).drain()
    return await _bodies(scene, "scoring.leads")


async def _bodies(scene: Scene, table: str) -> Mapping[UUID, Body]:
    rows = await scene.pool.fetch(_BODIES.format(table))
    return {lead: msgspec.json.decode(body) for lead, body in rows}


def _band(body: Body) -> str:
    return str(body.get("band", "cold"))


def _score(body: Body) -> int:
    return int(body.get("fit", 0)) + int(body.get("intent", 0))


def _holds(body: Body, stage: str, *, ever: bool) -> bool:
    said = [one["holds"] for one in body.get("qualifications", ()) if one["stage"] == stage]
    return any(said) if ever else bool(said) and said[-1]


def _money(shares: Iterable[Body]) -> list[dict[str, str]]:
    totals: Counter[str] = Counter()
    for share in shares:
        totals[share["currency"]] += share.get("share", 0)
    return [
        {"amount": f"{Decimal(minor) / 100:.2f}", "currency": currency}
        for currency, minor in sorted(totals.items())
    ]
