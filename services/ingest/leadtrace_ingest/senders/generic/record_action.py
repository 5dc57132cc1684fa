"""What becomes of a record: made, changed, deleted, brought back, erased, merged, or read as it stands."""

from collections.abc import Iterator, Mapping

import msgspec

from leadtrace.events.account import AccountDeleted, AccountMerged, AccountRestored, AccountUpdated
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLost,
    DealMerged,
    DealRestored,
    DealStageChanged,
    DealWon,
)
from leadtrace.events.lead import (
    LeadCaptured,
    LeadDeleted,
    LeadErased,
    LeadMerged,
    LeadRestored,
    LeadStageChanged,
)
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject, shown
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.file import Tells
from leadtrace_ingest.senders.generic.moment import Moment
from leadtrace_ingest.senders.generic.telling import Telling, object_of
from leadtrace_ingest.senders.generic.value import Value, Word
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.lead_change import LeadChange
from leadtrace_ingest.senders.mapping.record import change_of, record_drafts, take_field
from leadtrace_ingest.senders.mapping.values import text_of

_CREATED = {
    Entity.LEAD: LeadCaptured(),
    Entity.DEAL: DealCreated(),
    Entity.ACCOUNT: AccountUpdated(created=True),
}
_DELETED = {Entity.LEAD: LeadDeleted, Entity.DEAL: DealDeleted, Entity.ACCOUNT: AccountDeleted}
_RESTORED = {Entity.LEAD: LeadRestored, Entity.DEAL: DealRestored, Entity.ACCOUNT: AccountRestored}
_MERGED: dict[Entity, type[LeadMerged | DealMerged | AccountMerged]] = {
    Entity.LEAD: LeadMerged,
    Entity.DEAL: DealMerged,
    Entity.ACCOUNT: AccountMerged,
}
_CLAIMS = frozenset(BY_DATA[data].type for data in (LeadStageChanged, DealStageChanged, DealWon, DealLost))


class RecordAction:
    """Tells of one record, or of each whose id stands in a list."""

    def __init__(
        self,
        *,
        object_: Word,
        id_: Value,
        tells: Word,
        fields: Expression | Mapping[str, Value] | None,
        created: Moment | None,
        absorbed: Value | None,
    ) -> None:
        self._object = object_
        self._id = id_
        self._tells = tells
        self._fields = fields
        self._created = created
        self._absorbed = absorbed

    def drafts(self, telling: Telling) -> list[Draft]:
        """The events of all the records."""
        tells = self._told(telling)
        kind = object_of(self._object, telling)
        found: list[Draft] = []
        for number, id_ in enumerate(self._id.ids(telling.item)):
            drafts = self._of_record(tells, Subject(kind, id_), telling)
            found += drafts if number == 0 else resuffixed(drafts, f".n{number}")
        return found

    def _told(self, telling: Telling) -> Tells:
        word = self._tells.fixed or self._tells.text(telling.item).strip()
        try:
            tells = Tells(word)
        except ValueError:
            detail = f"{self._tells.where}: {shown(word)} is none of {', '.join(Tells)}"
            raise RefusedError(Reason.UNMAPPED_EVENT, detail) from None
        if tells is Tells.NOTHING:
            raise IgnoredError(Reason.EVENT_IGNORED)
        return tells

    def _of_record(self, tells: Tells, subject: Subject, telling: Telling) -> list[Draft]:
        drafting, entity = telling.at_start, telling.mapping.objects[subject.kind].entity
        match tells:
            case Tells.CREATED | Tells.CHANGED:
                return self._changed(subject, telling, created=tells is Tells.CREATED)
            case Tells.STATE:
                return list(self._state(subject, telling))
            case Tells.MERGED:
                return [self._merged(subject, entity, telling)]
            case Tells.DELETED:
                return [drafting.event(subject, _DELETED[entity](actor=drafting.actor))]
            case Tells.RESTORED:
                return [drafting.event(subject, _RESTORED[entity](actor=drafting.actor))]
            case _:
                if entity is not Entity.LEAD:
                    raise RefusedError(
                        Reason.MAPPING_FAILED, f"{self._tells.where}: only a person's data are erased"
                    )
                return [drafting.event(subject, LeadErased(request=tells, actor=drafting.actor))]

    def _changed(self, subject: Subject, telling: Telling, *, created: bool) -> list[Draft]:
        fields = dict(self._told_fields(telling))
        return list(record_drafts(telling.at_start, subject, telling.mapping, fields, created=created))

    def _state(self, subject: Subject, telling: Telling) -> Iterator[Draft]:
        """A record as it was read: made once, holding its values since, standing at its stage by then.

        Values are dated at the start of the interval, so that no change that was seen is undone by them;
        stages at its end, since `asserted` already keeps them from undoing one; so is when it was made, for
        then a creation that was seen is the earlier one and counts. A reading is no interaction.
        """
        made = self._created.interval(telling.item) if self._created else None
        if made is not None:
            drafting = Drafting(made.end, "", telling.actor)
            entity = telling.mapping.objects[subject.kind].entity
            yield drafting.event(subject, _CREATED[entity])
        change = change_of(telling.at_start, subject, telling.mapping)
        for field, text in self._told_fields(telling):
            if not text:
                continue
            try:
                take_field(change, telling.mapping, subject.kind, field, text)
            except IgnoredError:
                continue
        if isinstance(change, LeadChange):
            change.touch.clear()
        drafts = list(change.drafts(asserted=True))
        if made is None and not drafts:
            raise IgnoredError(Reason.NOTHING_KEPT)
        for draft in drafts if made is None else resuffixed(drafts, ".v"):
            yield msgspec.structs.replace(draft, time=telling.time.end) if draft.type in _CLAIMS else draft

    def _merged(self, subject: Subject, entity: Entity, telling: Telling) -> Draft:
        assert self._absorbed is not None  # noqa: S101 - the file says so where it may tell of merges
        absorbed = [one for one in self._absorbed.ids(telling.item) if one != subject.external_id]
        if not absorbed:
            raise IgnoredError(Reason.NOTHING_KEPT)
        refers = [Referred(subject.kind, one) for one in absorbed]
        return telling.at_start.merge(subject, _MERGED[entity], refers)

    def _told_fields(self, telling: Telling) -> Iterator[tuple[str, str]]:
        match self._fields:
            case None:
                return
            case Expression():
                found = self._fields.of(telling.item)
                if found is not None and not isinstance(found, dict):
                    detail = f"{self._fields.where}: {shown(self._fields.text)}: it gives no object of fields"
                    raise RefusedError(Reason.MAPPING_FAILED, detail)
                for name, value in (found or {}).items():
                    yield text_of(name), text_of(value)
            case _:
                for name, value in self._fields.items():
                    given = value.raw(telling.item)
                    if given is not None:
                        yield name, text_of(given)


def resuffixed(drafts: list[Draft], suffix: str) -> list[Draft]:
    """The drafts with more in front of their suffixes."""
    return [msgspec.structs.replace(draft, suffix=suffix + draft.suffix) for draft in drafts]
