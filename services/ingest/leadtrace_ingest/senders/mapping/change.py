"""Changes of one record, field by field, gathered into as few events as say them."""

from collections.abc import Iterator
from typing import Protocol, TypedDict

from leadtrace.events.personal import Personal
from leadtrace_ingest.senders.drafting import Drafting, Subject
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.derive import company_domain
from leadtrace_ingest.senders.mapping.file import Derivation, Entity, FieldRule

_OWN_FIELDS = frozenset({"email", "phone", "first_name", "last_name"})


class FieldBlock(TypedDict, total=False):
    """Keyword arguments of an event's data."""

    properties: dict[str, str | None]
    personal: Personal


Unset = object()


class Change(Protocol):
    """What became of a lead, a deal or an account."""

    def take(self, field: str, text: str, rule: FieldRule) -> None:
        """Take one field that the mapping knows; `text` is empty when it was cleared.

        Raises:
            IgnoredError: it says nothing.
            RefusedError: it cannot be read or has no row in the mapping.
        """

    def keep(self, field: str, text: str) -> None:
        """Take one field that the mapping does not know: it is kept, and no fold depends on it."""

    def drafts(self, *, created: bool = False, asserted: bool = False) -> tuple[Draft, ...]:
        """The events; `created` when the record is new, `asserted` when it was read as it stands."""


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


def unsuffixed(drafts: list[Draft]) -> tuple[Draft, ...]:
    """The drafts of an item: the first bears no suffix."""
    if drafts and drafts[0].suffix:
        first = drafts[0]
        fields = {name: getattr(first, name) for name in first.__struct_fields__}
        drafts[0] = Draft(**fields | {"suffix": ""})
    return tuple(drafts)
