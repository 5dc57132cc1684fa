"""One event of the catalogue, as its sender wrote it, to the draft of a canonical one."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from leadtrace.events.catalogue import Code
from leadtrace.events.codec import encode
from leadtrace.events.spend import SpendRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.events import envelope
from leadtrace_ingest.senders.events.correction import corrected_in
from leadtrace_ingest.senders.events.envelope import Attributes, Named
from leadtrace_ingest.senders.events.invalid import InvalidEventError
from leadtrace_ingest.senders.events.spelling import spelled
from leadtrace_ingest.senders.events.spend import check_spend
from leadtrace_ingest.senders.events.strict import STRICT, TYPES, Ref, Slot, StrictType
from leadtrace_ingest.senders.events.wording import worded
from leadtrace_ingest.senders.identity import identity_of
from leadtrace_ingest.senders.item import Bound, Draft, Mapped, Referred

# What may speak of a record of another source than the event's own.
_OF_OTHERS = frozenset(
    {
        Code.EVENT_CORRECTED,
        *(Code.LEAD_MERGED, Code.DEAL_MERGED, Code.ACCOUNT_MERGED),
        *(Code.LEAD_SPLIT, Code.DEAL_SPLIT, Code.ACCOUNT_SPLIT),
    }
)
_SORTED = msgspec.json.Encoder(order="sorted")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class EventRules:
    """What a sender may post, and under which sources: never under one that belongs to another sender.

    Who is trusted may merge, split and correct what other senders told; its own events bear its own source.
    """

    def __init__(self, sender: str, others: frozenset[str], *, trusted: bool = False) -> None:
        self._sender = sender
        self._others = others
        self._trusted = trusted

    def mapped(self, given: Attributes, received_at: datetime) -> Mapped:
        """The canonical event of these attributes.

        Raises:
            InvalidEventError: they are not those of an event that this sender may post.
        """
        event_id = envelope.name_in("id", given.id)
        source = self._own(envelope.name_in("source", given.source or self._sender))
        kind = _known(envelope.name_in("type", given.type))
        subject = envelope.subject_in("subject", given.subject)
        time = envelope.time_in(given.time, received_at)
        sequence = envelope.sequence_in(given.sequence)
        data = _decoded(kind, envelope.data_in(given))
        bare = Draft(kind.row.type, kind.row.topic.value, *subject, time, sequence, b"")
        bare = msgspec.structs.replace(bare, subject_source=self._subject_source(kind, given, source))
        draft = self._draft(kind, bare, spelled(data), source)
        # Without a time of its own a copy bears that of its receipt, which says nothing of the event.
        said = (kind.row.type, tuple(subject), time.isoformat() if given.time else None, sequence)
        whose = (draft.subject_source,) if draft.subject_source else ()
        return Mapped(
            # The source and the id are the identity, whichever sender brings them in whichever form.
            identity_of("", (source, event_id), (*said, *whose, _SORTED.encode(data))),
            source,
            (draft,),
            event_id,
            **envelope.extensions_of(given),
        )

    def _own(self, source: str) -> str:
        """A source that is nobody else's.

        Raises:
            InvalidEventError: another sender is called so.
        """
        if source.partition("/")[0] in self._others:
            raise InvalidEventError(
                "source",
                "belongs to another sender",
                f"Use {self._sender} or {self._sender}/<part>, or a source that no sender is named after.",
                Reason.FOREIGN_SOURCE,
            )
        return source

    def _others_record(self, field: str, source: str) -> None:
        """A record of another sender may be spoken of by who is trusted.

        Raises:
            InvalidEventError: this sender is not.
        """
        if not self._trusted and source.partition("/")[0] in self._others:
            raise InvalidEventError(
                field,
                "belongs to another sender",
                f"Name a record of {self._sender}, or set trusted = true in its table.",
                Reason.FOREIGN_SOURCE,
            )

    def _subject_source(self, kind: StrictType, given: Attributes, source: str) -> str:
        named = envelope.text_in("subjectsource", given.subjectsource)
        if not named or named == source:
            return ""
        if kind.row.code not in _OF_OTHERS:
            rule = "is only for merges, splits and corrections"
            raise InvalidEventError("subjectsource", rule, "Leave it out.")
        self._others_record("subjectsource", named)
        return named

    def _draft(self, kind: StrictType, bare: Draft, data: msgspec.Struct, source: str) -> Draft:
        subject = Named(bare.kind, bare.external_id)
        if kind.row.data is SpendRecorded:
            check_spend(subject, data)
        if kind.row.code is Code.EVENT_CORRECTED:
            corrected = corrected_in(data)
            self._others_record("data.source", corrected.source or bare.subject_source or source)
            return msgspec.structs.replace(bare, topic=corrected.topic, data=encode(data))
        if not kind.slots:
            return msgspec.structs.replace(bare, data=encode(data))
        refs = {slot: _refs(slot, data) for slot in kind.slots}
        if sum(bool(found) for found in refs.values()) != 1:
            names = " and ".join(slot.field for slot in kind.slots)
            raise InvalidEventError("data", f"exactly one of {names} must be given", "Name one record.")
        claims = any(slot.many for slot in kind.slots)
        own = (bare.subject_source or source, subject)
        refers = tuple(
            self._referred(place, ref, source, own if claims else None)
            for slot, found in refs.items()
            for place, ref in _places(slot, found)
        )
        plain = {name: getattr(data, name) for name in data.__struct_fields__}
        for slot in kind.slots:
            del plain[slot.field]
        filled = [(slot, len(found)) for slot, found in refs.items()]
        return msgspec.structs.replace(
            bare, data=None, refers=refers, complete=partial(_complete, kind.row.data, plain, filled)
        )

    def _referred(self, place: str, ref: Ref, source: str, own: tuple[str, Named] | None) -> Referred:
        """The record that is meant; one merged with or split from `own` must be the sender's, and another."""
        other = envelope.subject_in(f"{place}.subject", ref.subject)
        named = envelope.text_in(f"{place}.source", ref.source) or source
        if own is not None:
            self._others_record(f"{place}.source", named)
            if (named, other) == own:
                raise InvalidEventError(f"{place}.subject", "is the event's own subject", "Leave it out.")
        return Referred(other.kind, other.external_id, None if named == source else named)


def _known(name: str) -> StrictType:
    kind = STRICT.get(name)
    if kind is None:
        raise InvalidEventError(
            "type",
            "is no event type of the catalogue",
            TYPES.did_you_mean(name),
            Reason.UNKNOWN_TYPE,
        )
    return kind


def _decoded(kind: StrictType, raw: bytes) -> msgspec.Struct:
    try:
        data: msgspec.Struct = kind.decoder.decode(raw)
    except msgspec.ValidationError as error:
        found = worded(error, "data", kind.fields, kind.choices)
        raise (found if envelope.is_json(raw) else envelope.not_json("data")) from None
    except envelope.UNREADABLE:
        raise envelope.not_json("data") from None
    if b"u0000" in raw and _NUL.search(encode(data)):
        raise InvalidEventError("data", "holds a NUL character", "Take it out.")
    return data


def _refs(slot: Slot, data: msgspec.Struct) -> tuple[Ref, ...]:
    found = getattr(data, slot.field)
    if found is None:
        return ()
    return tuple(found) if slot.many else (found,)


def _places(slot: Slot, refs: Sequence[Ref]) -> list[tuple[str, Ref]]:
    if not slot.many:
        return [(f"data.{slot.field}", ref) for ref in refs]
    return [(f"data.{slot.field}[{number}]", ref) for number, ref in enumerate(refs)]


def _complete(
    data: type[msgspec.Struct],
    plain: Mapping[str, Any],
    filled: Sequence[tuple[Slot, int]],
    bound: Sequence[Bound],
) -> msgspec.Struct:
    """The data with its references, which stand in `bound` in the order of the slots."""
    given, rest = dict(plain), iter(bound)
    for slot, count in filled:
        refs = tuple(slot.ref(*next(rest)) for _ in range(count))
        if refs:
            given[slot.field] = refs if slot.many else refs[0]
    return data(**given)
