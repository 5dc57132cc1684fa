"""What an operator may order, and the event of the catalogue that says it."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec

from leadtrace.events.correction import Declaration
from leadtrace.runtime.admin import PlainText
from leadtrace_ingest.senders.drafting import MAX_NAME

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00-\x1f]*\Z")]


class Entity(StrEnum):
    """What records are of."""

    LEAD = "lead"
    DEAL = "deal"
    ACCOUNT = "account"


class RecordName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record: its source, and its kind and id there, such as `contact/123`."""

    source: _Name
    subject: _Name

    @property
    def sender(self) -> str:
        """The sender whose records have this source."""
        return self.source.partition("/")[0]


class _Pairing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    record: RecordName
    others: Annotated[tuple[RecordName, ...], msgspec.Meta(min_length=1, max_length=500)]
    of: Entity = Entity.LEAD
    reason: PlainText | None = None


class Merge(_Pairing, frozen=True, forbid_unknown_fields=True):
    """The records are one."""

    def told(self, by: str) -> tuple[str, dict[str, Any]]:
        """The type and the data of the event."""
        return f"io.leadtrace.{self.of}.merged.v1", {"absorbed": _refs(self.others), "actor": by}


class Split(_Pairing, frozen=True, forbid_unknown_fields=True):
    """The record is none of the others."""

    def told(self, by: str) -> tuple[str, dict[str, Any]]:
        """The type and the data of the event."""
        data = {"apart": _refs(self.others), "actor": by}
        return f"io.leadtrace.{self.of}.split.v1", data | ({"reason": self.reason} if self.reason else {})


class Correct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An event was told in error; `corrective` are the ids of those that tell it as it was."""

    source: _Name
    event: _Name
    declaration: Declaration
    reason: PlainText | None = None
    corrective: tuple[_Name, ...] = ()

    def told(self, by: str, corrects: str, of_source: str) -> tuple[str, dict[str, Any]]:
        """The type and the data of the event.

        `corrects` is the name of the corrected event's type, `of_source` the source of the record that both
        are about.
        """
        data: dict[str, Any] = {
            "event": self.event,
            "corrects": corrects,
            "declaration": self.declaration.value,
            "actor": by,
        }
        if self.source != of_source:
            data["source"] = self.source
        if self.reason:
            data["reason"] = self.reason
        if self.corrective:
            data["corrective"] = list(self.corrective)
        return "io.leadtrace.event.corrected.v1", data


def _refs(records: tuple[RecordName, ...]) -> list[dict[str, str]]:
    return [{"subject": one.subject, "source": one.source} for one in records]
