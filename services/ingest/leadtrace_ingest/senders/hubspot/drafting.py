"""Drafts of one item's events, and the two ways in which an item may not become any."""

from datetime import datetime

import msgspec

from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import encode
from leadtrace.events.deal import DealLinked, DealUnlinked
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.decode import MAX_NAME, HubSpotItem
from leadtrace_ingest.senders.item import Draft, LinkedSubject

CONTACT = "contact"
DEAL = "deal"
_SEQUENCE_DIGITS = 20  # every 64-bit number fits, so that text sorts as the numbers do
_SHOWN = 100
_KINDS = {data: (row.type, row.topic.value) for data, row in BY_DATA.items()}


class RefusedError(Exception):
    """The item goes to quarantine."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class IgnoredError(Exception):
    """The item says nothing that is kept."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Drafting:
    """Makes the drafts of one item, all at the item's own time and sequence."""

    __slots__ = ("item", "sequence", "time")

    def __init__(self, item: HubSpotItem, time: datetime) -> None:
        self.item = item
        self.time = time
        self.sequence = str(item.event_id).zfill(_SEQUENCE_DIGITS)

    def contact(self, data: msgspec.Struct, suffix: str = "") -> Draft:
        """An event of the contact that the item is about."""
        return self._of_object(CONTACT, data, suffix)

    def deal(self, data: msgspec.Struct) -> Draft:
        """An event of the deal that the item is about."""
        return self._of_object(DEAL, data, "")

    def link(self, deal_id: int, contact: LinkedSubject) -> Draft:
        """A link or unlink of a deal; the relay writes its data, since it knows the lead's id."""
        type_, topic = _KINDS[DealUnlinked if contact.removed else DealLinked]
        return Draft(type_, topic, DEAL, str(deal_id), self.time, self.sequence, None, contact)

    @property
    def actor(self) -> str | None:
        """Who or what made the change, as far as HubSpot says."""
        return str(self.item.source_id) if self.item.source_id is not None else self.item.change_source

    @property
    def text(self) -> str:
        """The property's new value; empty when it was cleared."""
        return self.item.property_value or ""

    def name(self) -> str:
        """The property's value as a name of something, which must not be empty or very long.

        Raises:
            IgnoredError: it was cleared.
            RefusedError: it is too long for a name.
        """
        value = self.text.strip()
        if not value:
            raise IgnoredError(Reason.VALUE_CLEARED)
        if len(value) > MAX_NAME:
            raise RefusedError(
                Reason.INVALID_ITEM, f"propertyValue: longer than {MAX_NAME} characters for a name"
            )
        return value

    def _of_object(self, kind: str, data: msgspec.Struct, suffix: str) -> Draft:
        object_id = self.item.object_id
        if object_id is None:
            raise RefusedError(Reason.INVALID_ITEM, f"objectId: required for {self.item.type}")
        type_, topic = _KINDS[type(data)]
        return Draft(type_, topic, kind, str(object_id), self.time, self.sequence, encode(data), None, suffix)


def shown(text: str) -> str:
    """A short form of a text for a detail."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
