"""Changes of one record, field by field, gathered into as few events as say them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TypedDict

import msgspec

from leadtrace.events.personal import Personal
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.derive import company_domain
from leadtrace_ingest.senders.mapping.file import Derivation, Entity, FieldRule
from leadtrace_ingest.senders.mapping.values import name_of

_OWN_FIELDS = frozenset({"email", "phone", "first_name", "last_name"})


class FieldBlock(TypedDict, total=False):
    """Keyword arguments of an event's data."""

    properties: dict[str, str | None]
    personal: Personal


Unset = object()


class Fields:
    """Properties and personal fields, which every entity has."""

    def __init__(self) -> None:
        self.properties: dict[str, str | None] = {}
        self._own: dict[str, str] = {}
        self._other: dict[str, str] = {}

    def personal_field(self, name: str, text: str) -> None:
        """A field that names or reaches a person."""
        (self._own if name in _OWN_FIELDS else self._other)[name] = text

    def keep(self, field: str, text: str) -> None:
        """A field of which nobody said what it means might be personal."""
        self._other[field] = text

    def block(self) -> FieldBlock:
        """What an event's data take of them; what is empty is left out, and so it is on the wire."""
        block: FieldBlock = {}
        if self.properties:
            block["properties"] = self.properties
        if self._own or self._other:
            block["personal"] = Personal(**self._own, other=self._other)
        return block

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.properties or self._own or self._other)

    def derive(self, text: str, rule: FieldRule, mapping: Mapping) -> None:
        """What folds may know of a personal field."""
        match rule.derive:
            case Derivation.COMPANY_DOMAIN:
                self.properties["company_domain"] = company_domain(text, mapping.free_mail)
            case Derivation.JOB_TITLE:
                self.properties["seniority"] = mapping.seniority.classify(text)
                self.properties["function"] = mapping.function.classify(text)
            case None:
                pass


class Links:
    """The records that a record is linked with, by the object that they are of."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._found: list[tuple[str, str, bool]] = []

    def add(self, rule: FieldRule, external_id: str, *, removed: bool = False) -> None:
        """The record of `rule.to` with this id; an empty one says nothing."""
        if external_id and rule.to:
            self._found.append((rule.to, external_id, removed))

    def drafts(self, drafting: Drafting, subject: Subject, entity: Entity) -> Iterator[Draft]:
        """A link or unlink for each."""
        for number, (object_, external_id, removed) in enumerate(self._found):
            other, suffix = Referred(object_, external_id), f".l{number}"
            if self._mapping.objects[object_].entity is Entity.LEAD:
                yield drafting.deal_link(subject, other, removed=removed, suffix=suffix)
                continue
            account, own = Subject(object_, external_id), Referred(subject.kind, subject.external_id)
            if entity is Entity.LEAD:
                yield drafting.account_link(account, lead=own, removed=removed, suffix=suffix)
            else:
                yield drafting.account_link(account, deal=own, removed=removed, suffix=suffix)


class RecordChange(ABC):
    """What became of one record in one item: field by field it is taken in, then told as events."""

    def __init__(self, drafting: Drafting, subject: Subject, mapping: Mapping) -> None:
        self._drafting = drafting
        self._subject = subject
        self._mapping = mapping
        self._fields = Fields()
        self._links = Links(mapping)

    def take(self, field: str, text: str, rule: FieldRule) -> None:
        """Take one field that the mapping knows; `text` is empty when it was cleared.

        Raises:
            IgnoredError: it says nothing.
            RefusedError: it cannot be read or has no row in the mapping.
        """
        self._mean(field, rule.values.get(text, text), rule)

    def keep(self, field: str, text: str) -> None:
        """Take one field that the mapping does not know: it is kept, and no fold depends on it."""
        self._fields.keep(field, text)

    def unlink(self, text: str, rule: FieldRule) -> None:
        """A link that the field held before is no more."""
        self._links.add(rule, text, removed=True)

    @abstractmethod
    def drafts(self, *, created: bool = False, asserted: bool = False) -> tuple[Draft, ...]:
        """The events, the record's own first; `created` when it is new, `asserted` when read as it stands."""

    @abstractmethod
    def _mean(self, field: str, text: str, rule: FieldRule) -> None:
        """Take one field by what it means, its value named already."""

    def _property(self, _: str, text: str, rule: FieldRule) -> None:
        self._fields.properties[str(rule.name)] = text or None

    def _personal(self, _: str, text: str, rule: FieldRule) -> None:
        self._fields.personal_field(str(rule.name), text)

    def _linked(self, field: str, text: str, rule: FieldRule) -> None:
        self._links.add(rule, name_of(field, text))

    def _ignored(self, _: str, __: str, ___: FieldRule) -> None:
        raise IgnoredError(Reason.PROPERTY_IGNORED)


def unsuffixed(drafts: list[Draft]) -> tuple[Draft, ...]:
    """The drafts of an item: the first bears no suffix."""
    if drafts and drafts[0].suffix:
        drafts[0] = msgspec.structs.replace(drafts[0], suffix="")
    return tuple(drafts)
