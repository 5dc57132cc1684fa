"""What of a lead's outcome is to be told outside, and what of it was told: offers, verdicts, clocks.

A row remembers what was told, so that nothing is said twice and a breach that was none is taken back. The
notifications themselves are unique, whatever a rebuild or another process tells again.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from uuid import UUID

import msgspec

from leadtrace.domain.custody.due import ClockName, Due, clocks, dues, stands
from leadtrace.events.custody import Answer, Offer
from leadtrace.events.notifications import NotificationKind
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.events.times import from_micros
from leadtrace.store.entities import EntityRow
from leadtrace_attribution.notifications import Notification
from leadtrace_attribution.store import LEAD_DUE_AT, LEAD_TOLD

_MOST_BREACHES = 60
_DIGEST_BYTES = 8


class Breach(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A clock that was told to be overdue: which one, its due moment (µs), and of which offer."""

    clock: str
    moment: int
    version: int
    offered_at: int


class Told(msgspec.Struct, array_like=True):
    """What was told of a lead: its newest offer and to whom, its verdicts by stage, its running clocks.

    `clocks` are those of what runs still, by what they came to; `breaches` all that were not taken back.
    """

    offered: str = ""
    qualified: dict[str, int] = {}
    clocks: list[str] = []
    breaches: list[Breach] = []


_ENCODER = msgspec.msgpack.Encoder(order="sorted")
_DECODER = msgspec.msgpack.Decoder(Told)


def tell(row: EntityRow, outcome: LeadOutcome, since: int) -> list[Notification]:
    """What is new of a folded lead; its row remembers it and when the next clock asks for something.

    `since` (µs) is when the version of the definitions came into force: what it says of before was told by
    others.
    """
    if outcome.redirect_to is not None:
        _remember(row, outcome, Told())
        return []
    told = _told(row)
    found = [*_qualified(row.entity_id, outcome, told, since), *_offered(row.entity_id, outcome, told)]
    found += _withdrawn(row.entity_id, outcome, told)
    _remember(row, outcome, told)
    return found


def tell_nothing(row: EntityRow, outcome: LeadOutcome) -> None:
    """Have the row know when its next clock asks for something, as one that is not live yet."""
    _remember(row, outcome, _told(row))


def tell_due(row: EntityRow, outcome: LeadOutcome, until: int) -> list[Notification]:
    """What clocks came to up to a moment (µs) by which everything that was recorded has been taken in."""
    told = _told(row)
    found = []
    for due in dues(outcome.offers):
        if due.moment <= until and (name := _name(due)) not in told.clocks:
            told.clocks.append(name)
            found.append(_of_clock(row.entity_id, due))
            breach = _breach(due)
            if due.overdue and breach not in told.breaches:
                told.breaches.append(breach)
    del told.breaches[:-_MOST_BREACHES]
    _remember(row, outcome, told)
    return found


def _told(row: EntityRow) -> Told:
    packed = row.extras[LEAD_TOLD]
    return _DECODER.decode(packed) if isinstance(packed, bytes) else Told()


def _remember(row: EntityRow, outcome: LeadOutcome, told: Told) -> None:
    running = dues(outcome.offers)
    names = {_name(one) for one in running}
    told.clocks = [one for one in told.clocks if one in names]
    row.extras[LEAD_DUE_AT] = next((one.moment for one in running if _name(one) not in told.clocks), None)
    row.extras[LEAD_TOLD] = None if told == Told() else _ENCODER.encode(told)


def _qualified(lead: UUID, outcome: LeadOutcome, told: Told, since: int) -> Iterator[Notification]:
    """The stages whose clauses hold, each time that they come to."""
    holding = {one.stage.value: one for one in outcome.qualifications}
    for stage, one in holding.items():
        if one.holds and one.at > max(since, told.qualified.get(stage, 0)):
            told.qualified[stage] = one.at
            yield Notification(
                kind=NotificationKind.LEAD_QUALIFIED,
                lead_id=lead,
                definition_version=outcome.definition.version,
                moment=from_micros(one.at),
                clock=stage,
                team=outcome.team,
                owner=outcome.owner,
                data={"stage": stage},
            )


def _offered(lead: UUID, outcome: LeadOutcome, told: Told) -> Iterator[Notification]:
    """The offer that is open; one that was answered before anybody could be told is told no more."""
    last = outcome.offers[-1] if outcome.offers else None
    if last is None or last.answer is not Answer.OPEN or told.offered == _about(last):
        return
    told.offered = _about(last)
    yield _of_offer(lead, last, kind=NotificationKind.HANDOVER_OFFERED, moment=last.at)


def _withdrawn(lead: UUID, outcome: LeadOutcome, told: Told) -> Iterator[Notification]:
    """Breaches that by what is known now were none."""
    for one in list(told.breaches):
        if not stands(outcome.offers, one.clock, one.moment, one.offered_at):
            told.breaches.remove(one)
            yield Notification(
                kind=NotificationKind.HANDOVER_WITHDRAWN,
                lead_id=lead,
                definition_version=one.version,
                moment=from_micros(one.moment),
                clock=one.clock,
                team=outcome.team,
                owner=outcome.owner,
                data={"offered_at": _text(one.offered_at), "due_at": _text(one.moment)},
            )


def _of_clock(lead: UUID, due: Due) -> Notification:
    if not due.overdue:
        kind = NotificationKind.HANDOVER_AT_RISK
    elif due.clock is ClockName.OUTCOME:
        kind = NotificationKind.OUTCOME_OVERDUE
    else:
        kind = NotificationKind.HANDOVER_BREACHED
    clock = dict(clocks(due.offer))[due.clock]
    said = {"since": _text(clock.since), "due_at": _text(clock.due_at)}
    told = _of_offer(lead, due.offer, kind=kind, moment=due.moment)
    return msgspec.structs.replace(told, clock=due.clock.value, data={**told.data, **said})


def _breach(due: Due) -> Breach:
    return Breach(due.clock.value, due.moment, due.offer.version, due.offer.at)


def _of_offer(lead: UUID, offer: Offer, *, kind: NotificationKind, moment: int) -> Notification:
    return Notification(
        kind=kind,
        lead_id=lead,
        # By whose terms, not by whose rows: another version that takes over tells nothing again.
        definition_version=offer.version,
        moment=from_micros(moment),
        team=offer.team,
        owner=offer.owner,
        partner=offer.partner,
        about=_about(offer),
        data={
            "offer_id": f"{lead}:{_digest(offer.at, offer.event)}",
            "offered_at": _text(offer.at),
        },
    )


def _about(offer: Offer) -> str:
    """What tells offers of one moment apart, and one that was made to somebody else since."""
    return _digest(offer.at, offer.event, offer.team, offer.owner, offer.partner)


def _name(due: Due) -> str:
    return _digest(due.offer.at, due.offer.event, due.clock.value, due.moment, due.overdue)


def _digest(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _text(micros: int) -> str:
    return from_micros(micros).isoformat().replace("+00:00", "Z")


def nothing_due(rows: Iterable[EntityRow], now: int) -> bool:
    """Whether no clock of these rows has come to anything by now (µs)."""
    return not any(isinstance(due := row.extras[LEAD_DUE_AT], int) and due <= now for row in rows)
