"""The terms of the handover as they are shown to people and to frontends, with words for each of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalendarSaid:
    """When a team works: `words` says it, holidays by country and part of it included."""

    id: str
    words: str
    timezone: str
    country: str | None
    subdivision: str | None
    days: tuple[str, ...]
    opens: str
    closes: str
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamSaid:
    """A team with the terms that hold for it, its own or those of everybody.

    Hours are open hours of its calendar; without one they are calendar hours.
    """

    id: str
    owner: str
    words: str
    partner: bool
    calendar: str | None
    accept_within_hours: float
    contact_within_hours: float
    outcome_within_days: float


@dataclass(frozen=True, slots=True)
class RouteSaid:
    """To which teams leads go for which `words` holds, and that no route above took; several take turns."""

    id: str
    words: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonSaid:
    """A reason that may be given."""

    id: str
    means: str


@dataclass(frozen=True, slots=True)
class HandoverSaid:
    """When a lead is offered, to whom, within what time they answer, and which answers count."""

    owner: str
    words: str
    at: str
    opened_by: tuple[str, ...]
    at_risk_share: float
    calendars: tuple[CalendarSaid, ...]
    teams: tuple[TeamSaid, ...]
    routing: tuple[RouteSaid, ...]
    rejection_reasons: tuple[ReasonSaid, ...]
    return_reasons: tuple[ReasonSaid, ...]
