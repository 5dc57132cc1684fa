"""Which subject a draft is about, where one of that name was erased and may have come back since."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from leadtrace.domain.corrections import Identity, corrected_by
from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.events.correction import EventCorrected
from leadtrace_ingest.identity.after_erasure import reborn
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.senders.item import Draft

# What only ends something founds nothing: after an erasure it stays with who was erased. Who is joined or
# parted afterwards is whoever bears the name then: nobody may be joined to who was erased.
ERASED = BY_CODE[Code.LEAD_ERASED].type
ENDINGS = frozenset(
    BY_CODE[code].type
    for code in (Code.LEAD_ERASED, Code.LEAD_DELETED, Code.LEAD_STALE, Code.EVENT_CORRECTED)
)
_CORRECTED = BY_CODE[Code.EVENT_CORRECTED].type
_correction = msgspec.json.Decoder(EventCorrected)
_NOBODY: Mapping[Subject, datetime] = MappingProxyType({})
_NOTHING: Mapping[Identity, Subject] = MappingProxyType({})


class Stopped(NamedTuple):
    """Until when what happened is stopped, and how often that subject was erased."""

    until: datetime
    ordinal: int


class Names:
    """Which subjects go by another name at a time, because they were erased before it.

    `back` are those of them that were there under their new name already, `founded` those that drafts beside
    bring back, and when the first one does. `filed` says under which name corrected events are.
    """

    def __init__(
        self,
        erased: Mapping[Subject, Stopped],
        back: frozenset[Subject] = frozenset(),
        founded: Mapping[Subject, datetime] = _NOBODY,
        filed: Mapping[Identity, Subject] = _NOTHING,
    ) -> None:
        self._erased = erased
        self._back = back
        self._founded = founded
        self._filed = filed

    def with_filed(self, filed: Mapping[Identity, Subject]) -> "Names":
        """The same, knowing of more corrected events under which name they are."""
        return Names(self._erased, self._back, self._founded, {**self._filed, **filed})

    def returns(self, draft: Draft, subject: Subject) -> bool:
        """Whether the draft shows that a subject was there again after it was erased."""
        stopped = self._erased.get(subject)
        return stopped is not None and draft.time > stopped.until and draft.type not in ENDINGS

    def concerns(self, subject: Subject) -> bool:
        """Whether a subject of that name was erased."""
        return subject in self._erased

    def at(self, subject: Subject, moment: datetime, *, ending: bool = False) -> Subject:
        """The subject as it is called at this moment; `ending` is true of what founds nothing."""
        stopped = self._erased.get(subject)
        if stopped is None or moment <= stopped.until:
            return subject
        again = reborn(subject, stopped.ordinal)
        if not ending or again in self._back:
            return again
        founded = self._founded.get(subject)
        return again if founded is not None and founded <= moment else subject

    def of(self, draft: Draft, subject: Subject) -> Subject:
        """The subject of a draft as it is called then; a correction is about whom its event is about."""
        if draft.type == _CORRECTED and self._filed:
            filed = self._filed.get(corrected_in(draft, subject))
            if filed is not None:
                return filed
        return self.at(subject, draft.time, ending=draft.type in ENDINGS)


SAME_NAMES = Names({})


def is_correction(draft: Draft) -> bool:
    """Whether a draft says of an event that it counts no more."""
    return draft.type == _CORRECTED


def corrected_in(draft: Draft, subject: Subject) -> Identity:
    """The event that a correction of this record speaks of."""
    return corrected_by(_correction.decode(draft.data or b"{}"), subject.source)
