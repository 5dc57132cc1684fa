"""The data of the catalogue's events as a sender may write them: derived from the wire structs, but strict.

Unknown fields are refused, texts are bounded, amounts and currencies have their form. Where a wire struct
holds a reference, a sender names the other record by its subject, and the relay binds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import GenericAlias, NoneType
from typing import Annotated, Any, get_args, get_origin

import msgspec

from leadtrace.events.catalogue import POSTED, EventType
from leadtrace.events.reference import AccountRef, DealRef, LeadRef
from leadtrace_ingest.senders.drafting import MAX_NAME
from leadtrace_ingest.senders.events.nearest import Names

LONGEST_VALUE = 65_536
LONGEST_TEXT = 2_048
MOST_REFS = 500  # so that an event that refers to as many still fits into a record
_NUMBER = r"-?[0-9]{1,18}(\.[0-9]{1,12})?"
_SEVERAL = msgspec.Meta(min_length=1, max_length=MOST_REFS)
_REFS: tuple[type, ...] = (LeadRef, DealRef, AccountRef)

# Python's `$` would let a line break pass at the end.
_Amount = Annotated[str, msgspec.Meta(pattern=rf"^{_NUMBER}\Z", max_length=32)]
_Clearable = Annotated[str, msgspec.Meta(pattern=rf"^({_NUMBER})?\Z", max_length=32)]
_Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
_Word = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
_Value = Annotated[str, msgspec.Meta(max_length=LONGEST_VALUE)]

_BY_FIELD: Mapping[str, Any] = {
    "amount": _Amount,
    "currency": _Currency,
    "default_currency": _Currency,
    "page": _Text,
    "reason": _Text,
    "request": _Text,
}
_CLEARABLE = {"deal.updated": {"amount": _Clearable}}


class Ref(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Another record by its subject; without a source it is of the event's own."""

    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=2 * MAX_NAME)]
    source: _Name | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A field that holds references: what they become once bound, and whether there may be several."""

    field: str
    ref: type
    many: bool


@dataclass(frozen=True, slots=True)
class StrictType:
    """One event type as senders write it; `choices` are the words that a field with few values takes."""

    row: EventType
    data: type[msgspec.Struct]
    decoder: msgspec.json.Decoder[Any]
    slots: tuple[Slot, ...]
    choices: Mapping[str, tuple[str, ...]]
    fields: Names


class _Derivation:
    """Derives strict types; `texts` says which text a field holds, `choices` collects the words of enums."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts = texts
        self.choices: dict[str, tuple[str, ...]] = {}

    def struct(self, wire: type[msgspec.Struct]) -> type[msgspec.Struct]:
        """The struct with the same fields under the same names, each of a strict type."""
        found = msgspec.structs.fields(wire)
        return msgspec.defstruct(
            wire.__name__,
            [(field.name, *self._field(field)) for field in found],
            module=__name__,
            frozen=True,
            forbid_unknown_fields=True,
            omit_defaults=True,
            rename={field.name: field.encode_name for field in found},
        )

    def _field(self, field: msgspec.structs.FieldInfo) -> tuple[Any, Any]:
        """A field's strict type, and its default."""
        kind = self._type(field.name, field.type, _Word if field.default == "" else _Name)
        if field.default_factory is not msgspec.NODEFAULT:
            return kind, msgspec.field(default_factory=field.default_factory)
        default = kind() if isinstance(field.default, msgspec.Struct) else field.default
        return kind, msgspec.field(default=default)

    def _type(self, name: str, kind: Any, text: Any) -> Any:
        origin, inside = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._type(name, inside[0], text)
        if NoneType in inside:
            (given,) = (one for one in inside if one is not NoneType)
            return self._type(name, given, text) | None
        if origin is dict:
            return GenericAlias(dict, (_Name, self._type("", inside[1], _Value)))
        if origin is tuple:
            elements = GenericAlias(tuple, (self._type(name, inside[0], text), ...))
            return Annotated[elements, _SEVERAL] if inside[0] in _REFS else elements
        return self._plain(name, kind, text)

    def _plain(self, name: str, kind: type, text: Any) -> Any:
        if kind is str:
            return self._texts.get(name, text)
        if kind in _REFS:
            return Ref
        if issubclass(kind, Enum):
            self.choices[name] = tuple(one.value for one in kind)
        return self.struct(kind) if issubclass(kind, msgspec.Struct) else kind


def _derive(row: EventType) -> StrictType:
    derivation = _Derivation({**_BY_FIELD, **_CLEARABLE.get(row.name, {})})
    data = derivation.struct(row.data)
    slots = tuple(
        Slot(field.name, ref, get_origin(field.type) is tuple)
        for field in msgspec.structs.fields(row.data)
        for ref in _REFS
        if ref in (get_args(field.type) or (field.type,))
    )
    fields = Names(field.encode_name for field in msgspec.structs.fields(row.data))
    return StrictType(row, data, msgspec.json.Decoder(data), slots, derivation.choices, fields)


STRICT: Mapping[str, StrictType] = {row.type: _derive(row) for row in POSTED}
TYPES = Names(STRICT)
