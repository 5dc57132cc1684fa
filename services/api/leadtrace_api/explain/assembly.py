"""The whole explanation of one event, made within one snapshot of the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from leadtrace.domain.corrections import Correction as Void
from leadtrace.domain.corrections import void_events
from leadtrace.domain.fact import folding_moment
from leadtrace.domain.money import to_decimal
from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.codec import decode_event
from leadtrace.events.times import from_micros, to_micros
from leadtrace.events.topics import Topic
from leadtrace_api.explain import queries
from leadtrace_api.explain.counting import Count, Counted, counted, reason_not
from leadtrace_api.explain.schemas import (
    Accepted,
    Bound,
    Copy,
    Correction,
    CountedIn,
    Explanation,
    NotCountedIn,
    ReaderFate,
    ScoredIn,
    TurnedDimension,
)
from leadtrace_api.knowledge.history import History
from leadtrace_api.knowledge.leads import day_of_zone, folds_of
from leadtrace_api.knowledge.loading import histories, leads_of_deals
from leadtrace_api.projector.contribution import METRIC_MEASURES, Measure
from leadtrace_api.reading import Reading, asking
from leadtrace_api.room import Room

_MOST_LEADS = 20


async def explanation(room: Room, now: Reading, row: Row[Any]) -> Explanation:
    """Everything that is known of the event of a row of `ingest.pub_events`."""
    event = decode_event(row.body)
    bound = await queries.bindings(now, row, event.subjectsource or event.source)
    home = bound[-1].entity_id if bound else row.entity_id
    corrections = await queries.corrections(now, row)
    void = (row.source, row.id) in void_events(map(_void, corrections))
    known = await _histories(now, row, home)
    found = _counted(room, now, row, [one for one in known if one.lapsed_before is None])
    untold = tuple([one.lead for one in known if one.lapsed_before is not None])
    missing = set(METRIC_MEASURES).difference(count.measure for one in found for count in one.counts)
    at = folding_moment(to_micros(event.time), to_micros(event.recordedtime))
    unpublished = await queries.unpublished(now, row)
    return Explanation(
        snapshot_at=now.at,
        definition_version=now.version,
        event_no=row.event_no,
        source=row.source,
        id=row.id,
        type=row.type,
        subject=row.subject,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        folds_at=from_micros(at),
        accepted=_accepted(row, await queries.intake(now, row)),
        copies=tuple([Copy(**one._asdict()) for one in await queries.copies(now, row)]),
        mapping=row.mapping or None,
        published=not unpublished,
        bound=tuple([Bound(**one._asdict()) for one in bound]),
        counts=not void,
        corrections=tuple(map(_correction, corrections)),
        readers=tuple([_fate(one, row) for one in await queries.fates(now, row, home)]),
        counted=tuple([_said(count) for one in found for count in one.counts]),
        not_counted=tuple(
            NotCountedIn(measure=measure.value, reason=reason_not(measure, event, found, void=void))
            for measure in sorted(missing)
            if not untold
        ),
        scored=tuple(
            ScoredIn(lead_id=one.lead, fit=one.fit, intent=one.intent)
            for one in (all_of.scored for all_of in found)
            if one is not None
        ),
        dimensions=tuple(
            TurnedDimension(lead_id=one.lead, dimension=one.dimension, without=one.without, key=one.key)
            for all_of in found
            for one in all_of.turned
        ),
        untold=untold,
    )


async def _histories(now: Reading, row: Row[Any], home: UUID) -> Sequence[History]:
    """Of each lead concerned."""
    ask = asking(now.connection)
    if row.topic == Topic.LEAD_EVENTS:
        leads = [home]
    elif row.topic == Topic.DEAL_EVENTS:
        leads = sorted(await leads_of_deals(ask, {home, row.entity_id}))[:_MOST_LEADS]
    else:
        return ()
    return list((await histories(ask, leads)).values())


def _counted(room: Room, now: Reading, row: Row[Any], known: Sequence[History]) -> Sequence[Counted]:
    """What each lead has of the event."""
    folds, day_of = folds_of(now.schedule, room.settings), day_of_zone(room.settings.timezone)
    event = decode_event(row.body)
    return [counted(folds, one, event, day_of) for one in known]


def _void(row: Row[Any]) -> Void:
    return Void(to_micros(row.recorded_at), (row.source, row.id), (row.corrected_source, row.corrected_id))


def _accepted(row: Row[Any], intake: Row[Any] | None) -> Accepted:
    return Accepted(
        intake_id=row.intake_id,
        item=row.item,
        sender=intake.sender if intake is not None else None,
        received_at=intake.received_at if intake is not None else None,
        state=intake.state if intake is not None else None,
    )


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        source=row.source,
        id=row.id,
        corrects_source=row.corrected_source,
        corrects_id=row.corrected_id,
        recorded_at=row.recorded_at,
    )


def _fate(one: queries.Fate, row: Row[Any]) -> ReaderFate:
    if not one.seen:
        fate = "pending" if one.dead is None else "dead_lettered"
    elif one.stuck:
        fate = "stuck"
    else:
        fate = "applied" if row.type in BY_TYPE else "ignored"
    return ReaderFate.model_validate({"reader": one.reader, "fate": fate, "reason": one.dead})


def _said(count: Count) -> CountedIn:
    money = count.measure in {Measure.REVENUE, Measure.RECURRING}
    by_currency = money or count.measure is Measure.CUSTOMERS
    return CountedIn(
        metric=count.measure.value if by_currency else f"{count.name}_{count.measure.value}",
        basis=count.basis.value,
        day=count.day,
        change=f"{to_decimal(count.change, count.name):f}" if money else str(count.change),
        currency=count.name if by_currency else None,
        lead_id=count.lead,
    )
