"""Statements on `api.offers`: the rows of a lead are replaced whenever they are others."""

from collections.abc import Sequence

from leadtrace.events.custody import Clock, Offer
from leadtrace_api.projector.arrivals import SnapshotKey
from leadtrace_api.projector.dimensions import party_keys
from leadtrace_api.store.columns import (
    BOOL,
    INT,
    MOMENT,
    TEXT,
    UUID,
    Column,
    Row,
    checked,
)
from leadtrace_api.store.lead_rows import LeadRows, LeadTable, check_moments

# What offers say otherwise of the same outcome: raised whenever a column means something else.
VERSION = 1

_CLOCKS = ("accept", "contact", "outcome")
_OF_A_CLOCK = (
    ("since", MOMENT),
    ("risk_at", MOMENT),
    ("due_at", MOMENT),
    ("at", MOMENT),
    ("s", INT),
    ("void", BOOL),
)
_COLUMNS = (
    Column("lead_id", UUID),
    Column("definition_version", INT),
    Column("place", INT),
    Column("at", MOMENT),
    Column("opened_by", TEXT),
    Column("terms_version", INT),
    Column("event", TEXT),
    Column("route", TEXT),
    Column("team", TEXT),
    Column("owner", TEXT),
    Column("partner", TEXT),
    Column("answer", TEXT),
    Column("answered_at", MOMENT),
    Column("answered_by", TEXT),
    Column("reason", TEXT),
    Column("ended_as", TEXT),
    Column("ended_at", MOMENT),
    Column("end_reason", TEXT),
    *(Column(f"{clock}_{name}", kind) for clock in _CLOCKS for name, kind in _OF_A_CLOCK),
)
TABLE = LeadTable("api.offers", _COLUMNS)


def offered(key: SnapshotKey, offers: Sequence[Offer], omitted: int) -> LeadRows:
    """The rows of a lead's offers; places count those that are left out.

    Raises:
        OverflowError: a moment is beyond what a calendar holds.
    """
    return LeadRows(key, [_row(key, place, one) for place, one in enumerate(offers, start=omitted)])


def _row(key: SnapshotKey, place: int, one: Offer) -> Row:
    clocks = [_clock(clock) for clock in (one.accept, one.contact, one.outcome)]
    check_moments(one.at, one.answered_at, one.ended_at)
    return checked(
        (
            *key,
            place,
            one.at,
            one.opened_by,
            one.version,
            one.event,
            one.route,
            *party_keys(one),
            one.answer,
            one.answered_at,
            one.answered_by,
            one.reason,
            one.ended_as,
            one.ended_at,
            one.end_reason,
            *(value for clock in clocks for value in clock),
        )
    )


def _clock(clock: Clock | None) -> Row:
    if clock is None:
        return (None,) * len(_OF_A_CLOCK)
    check_moments(clock.since, clock.risk_at, clock.due_at, clock.stopped_at)
    return (clock.since, clock.risk_at, clock.due_at, clock.stopped_at, clock.business_s, clock.void)
