"""What events claim of who is who: keys of records, merges and splits of records, corrections of events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.domain.corrections import corrected_by
from leadtrace.domain.fact import folding_moment
from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.events.codec import decode_correction
from leadtrace.events.times import to_micros
from leadtrace_ingest.identity.keys import IdentityKey, KeyMaker
from leadtrace_ingest.identity.subject import subject_uuid
from leadtrace_ingest.relay.canonical import Unbound, event_id_of
from leadtrace_ingest.senders.sender import IMPORT, OPERATOR

_MERGED = {BY_CODE[code].type for code in (Code.LEAD_MERGED, Code.DEAL_MERGED, Code.ACCOUNT_MERGED)}
_SPLIT = {BY_CODE[code].type for code in (Code.LEAD_SPLIT, Code.DEAL_SPLIT, Code.ACCOUNT_SPLIT)}
_REACHABLE = {BY_CODE[code].type for code in (Code.LEAD_CAPTURED, Code.LEAD_UPDATED)}
_CORRECTED = BY_CODE[Code.EVENT_CORRECTED].type
_OWN_WORD = (f'"{IMPORT}"', f'"{OPERATOR}"')


class _Reach(msgspec.Struct, frozen=True, gc=False):
    email: str | None = None
    phone: str | None = None


class _Told(msgspec.Struct, gc=False):
    """The two fields that are read of what names a person, and nothing else of it."""

    personal: _Reach = _Reach()


_TOLD = msgspec.json.Decoder(_Told)


class Place(NamedTuple):
    """Where a claim stands in the folding order, and which event makes it."""

    at: int
    rank: int
    sequence: str
    source: str
    id: str


class KeyClaim(NamedTuple):
    """A record's own word on one of its keys."""

    place: Place
    subject: UUID
    key: IdentityKey
    recorded_at: datetime


class PairClaim(NamedTuple):
    """Two records are one, or are not; `open` is one that anybody could have claimed, such as a browser."""

    place: Place
    topic: str
    subject: UUID
    other: UUID
    apart: bool
    open: bool
    recorded_at: datetime


class CorrectionClaim(NamedTuple):
    """An event was told in error."""

    corrected_source: str
    corrected_id: str
    source: str
    id: str
    recorded_at: datetime


@dataclass(slots=True)
class Claims:
    """The claims of a chunk."""

    keys: list[KeyClaim] = field(default_factory=list)
    pairs: list[PairClaim] = field(default_factory=list)
    corrections: list[CorrectionClaim] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.keys or self.pairs or self.corrections)


def claims_of(events: Iterable[Unbound], maker: KeyMaker) -> Claims:
    """What the events of a chunk claim."""
    claims = Claims()
    for event in events:
        kind = event.draft.type
        if kind in _REACHABLE:
            _take_keys(claims, event, maker)
        elif kind in _MERGED or kind in _SPLIT:
            _take_pairs(claims, event, apart=kind in _SPLIT)
        elif kind == _CORRECTED:
            _take_correction(claims, event)
    return claims


def _take_keys(claims: Claims, event: Unbound, maker: KeyMaker) -> None:
    data = event.draft.data
    if data is None or b'"personal"' not in data:
        return
    reach = _TOLD.decode(data).personal
    keys = maker.keys(email=reach.email, phone=reach.phone, trusted=_is_trusted(event))
    if keys:
        place, subject = _place(event), subject_uuid(event.subject)
        recorded = event.work.received_at
        claims.keys += [KeyClaim(place, subject, key, recorded) for key in keys]


def _take_pairs(claims: Claims, event: Unbound, *, apart: bool) -> None:
    place, subject = _place(event), subject_uuid(event.subject)
    claims.pairs += [
        PairClaim(
            place,
            event.draft.topic,
            subject,
            subject_uuid(other),
            apart,
            not _is_trusted(event),
            event.work.received_at,
        )
        for other in event.refers
        if other != event.subject
    ]


def _take_correction(claims: Claims, event: Unbound) -> None:
    data = decode_correction(event.draft.data or b"")
    claims.corrections.append(
        CorrectionClaim(
            *corrected_by(data, event.draft.subject_source or event.source),
            event.source,
            event_id_of(event),
            event.work.received_at,
        )
    )


def _is_trusted(event: Unbound) -> bool:
    """What is imported and what an operator says is the company's own word, whoever the sender is."""
    work = event.work
    return work.sender.trusted or any(mark in work.row.headers for mark in _OWN_WORD)


def _place(event: Unbound) -> Place:
    occurred, recorded = to_micros(event.draft.time), to_micros(event.work.received_at)
    return Place(
        folding_moment(occurred, recorded),
        event.work.sender.rank,
        event.draft.sequence,
        event.source,
        event_id_of(event),
    )
