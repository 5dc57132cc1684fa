"""A record stood at a stage at a time that has a column of its own, such as `Became a customer date`."""

from leadtrace_ingest.senders.drafting import Subject
from leadtrace_ingest.senders.generic.telling import Telling, object_of
from leadtrace_ingest.senders.generic.value import Value, Word
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.account_change import AccountChange
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.record import change_of
from leadtrace_ingest.senders.mapping.values import name_of


class StageAction:
    """Claims a stage of one record; what was read counts at the end of its time, a change at the start."""

    def __init__(self, *, object_: Word, id_: Value, stage: Word, asserted: bool) -> None:
        self._object = object_
        self._id = id_
        self._stage = stage
        self._asserted = asserted

    def drafts(self, telling: Telling) -> list[Draft]:
        """The one claim."""
        kind = object_of(self._object, telling, Entity.LEAD, Entity.DEAL)
        subject = Subject(kind, self._id.id(telling.item))
        drafting = telling.at_end if self._asserted else telling.at_start
        change = change_of(drafting, subject, telling.mapping)
        assert not isinstance(change, AccountChange)  # noqa: S101 - the object is of a lead or a deal
        change.claim(name_of(self._stage.where, self._stage.text(telling.item)))
        return list(change.drafts(asserted=self._asserted))
