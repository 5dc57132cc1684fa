"""The terms on which leads pass from marketing to sales: to whom, within what time, and which answers count.

Hours are open hours of the team's calendar, calendar hours for a team without one. `owner` judges nothing;
all else does, and is part of the hash.
"""

import re
from dataclasses import dataclass
from typing import Final

from leadtrace.domain.definitions.block import Block
from leadtrace.domain.definitions.property_test import PropertyTest
from leadtrace.events.lead import Stage

# What a route may ask about: properties of the lead, and two dimensions of its acquisition.
ROUTABLE_PROPERTIES: Final = (
    "country",
    "region",
    "state",
    "industry",
    "segment",
    "company_size",
    "language",
    "company_domain",
    "product_interest",
)
ROUTABLE: Final = (*ROUTABLE_PROPERTIES, "partner", "channel")
# What opens an offer: the CRM says the stage, or the clauses of the stage come to hold.
OPENERS: Final = ("claim", "verdict")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_WALL_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_MINUTES_OF_DAY = 24 * 60


class Reason(Block, frozen=True, kw_only=True):
    """An answer that may be given, and what it means to both teams."""

    id: str
    means: str = ""


class BusinessCalendar(Block, frozen=True, kw_only=True):
    """When a team works: days and hours of its wall clock, without public holidays and closed days.

    `country` (ISO 3166, `DE`) and `subdivision` (`BE`) say whose holidays; without a country there are none.
    `closed` are further days, `2026-12-24`; hours are `09:00`, a day ends at `24:00`.
    """

    id: str
    timezone: str
    country: str | None = None
    subdivision: str | None = None
    days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: str = "09:00"
    closes: str = "17:00"
    closed: tuple[str, ...] = ()


class TeamTerms(Block, frozen=True, kw_only=True):
    """A team that leads are offered to; what it leaves out is as the block says."""

    id: str
    calendar: str | None = None
    partner: bool = False
    accept_within_hours: float | None = None
    contact_within_hours: float | None = None
    outcome_within_days: float | None = None
    owner: str = ""


class RouteTest(PropertyTest, frozen=True, kw_only=True):
    """A condition on one of the properties that a route may ask about."""

    property: str


class Route(Block, frozen=True, kw_only=True):
    """To whom a lead goes for which all of `when` holds; several teams take turns, by the lead's id."""

    id: str
    when: tuple[RouteTest, ...] = ()
    to: tuple[str, ...]


class Handover(Block, frozen=True, kw_only=True):
    """What happens once a lead reaches `at`: the first route that holds says to whom it is offered.

    The team accepts or rejects it within `accept_within_hours` and contacts it within `contact_within_hours`,
    both in its open hours, and tells what came of it within `outcome_within_days` calendar days of its
    acceptance. A clock is at risk once `at_risk_share` of its time has passed.
    """

    at: Stage = Stage.MARKETING_QUALIFIED
    opened_by: tuple[str, ...] = OPENERS
    calendars: tuple[BusinessCalendar, ...] = ()
    teams: tuple[TeamTerms, ...] = ()
    routing: tuple[Route, ...] = ()
    accept_within_hours: float = 8.0
    contact_within_hours: float = 16.0
    outcome_within_days: float = 90.0
    at_risk_share: float = 0.75
    rejection_reasons: tuple[Reason, ...] = ()
    return_reasons: tuple[Reason, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long a team has: open hours to accept and to contact a lead, calendar days to tell its outcome."""

    accept_within_hours: float
    contact_within_hours: float
    outcome_within_days: float


def clocks_of(handover: Handover, team: TeamTerms) -> Clocks:
    """What holds for a team: its own terms outweigh those of the block."""

    def own(given: float | None, otherwise: float) -> float:
        return otherwise if given is None else given

    return Clocks(
        own(team.accept_within_hours, handover.accept_within_hours),
        own(team.contact_within_hours, handover.contact_within_hours),
        own(team.outcome_within_days, handover.outcome_within_days),
    )


def minute_of_day(text: str) -> int | None:
    """The minutes after midnight of a wall time such as `09:00` or `24:00`; None if it is none."""
    found = _WALL_TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute = found.groups()
    return _MINUTES_OF_DAY if hour is None else int(hour) * 60 + int(minute)
