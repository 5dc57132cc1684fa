"""Why records are, or are not, one lead."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from leadtrace_api.schemas import Answer


class RecordRef(Answer):
    """A record of a sender."""

    source: str
    subject: str = Field(description="Kind and id in the sender's own words.")


class EventRef(Answer):
    """The event that says so."""

    source: str
    id: str


class LeadRecord(RecordRef):
    """A record that belongs to the lead now."""

    founded: UUID = Field(description="The lead that it founded when it was first seen; it redirects here.")
    first_recorded_at: datetime
    because: str = Field(
        description="left_alone: it never moved. merged, email, phone: what joined it. split, fan_in: what "
        "set it apart."
    )
    since: datetime = Field(description="From when on it was known to belong here.")


class Claim(Answer):
    """One event says of two records that they are one, or that they are not."""

    records: tuple[RecordRef, RecordRef]
    says: str = Field(description="merged or apart.")
    open: bool = Field(description="Anybody could have said it, such as a browser: it joins a visitor only.")
    corrected: bool = Field(description="A correction says that it was told in error.")
    one_lead: bool = Field(description="Whether the two are one lead now.")
    event: EventRef
    occurred_at: datetime
    recorded_at: datetime


class Key(Answer):
    """A record's own word on how its person is reached; the value itself is never shown here."""

    record: RecordRef
    kind: str = Field(description="email or phone.")
    key: str | None = Field(description="The same for the same value; says nothing of it.")
    shared_by: int = Field(description="Records that hold the key.")
    joins: bool = Field(description="Whether it joins records.")
    refusal: str | None = Field(
        description="Why it joins nobody: shared_mailbox, junk, unreadable, untrusted_sender, fan_in."
    )
    event: EventRef
    recorded_at: datetime


class Binding(Answer):
    """From when on a record belonged to which lead."""

    record: RecordRef
    lead_id: UUID
    revision: int
    because: str
    recorded_at: datetime


class Identity(Answer):
    """The answer of `GET /v1/leads/{id}/identity`."""

    snapshot_at: datetime = Field(description="The moment at which all of the answer was true.")
    lead_id: UUID
    fan_in: int = Field(description="Records that one key joins at most.")
    records: tuple[LeadRecord, ...]
    claims: tuple[Claim, ...] = Field(description="What events say of the records, oldest first.")
    keys: tuple[Key, ...]
    bindings: tuple[Binding, ...] = Field(
        description="Every binding of every record that is or was of this lead, oldest first."
    )


_CONTACT = {"source": "hubspot", "subject": "contact/501"}
_LEAD = {"source": "salesforce", "subject": "lead/00Q5g00000AbCdEEAV"}
_ID = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
_OTHER = "5c1ad9a6-8f0e-5a55-9a35-0f6d1e0c7a11"
_AT = "2026-03-10T09:14:08.537000Z"
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "lead_id": _ID,
    "fan_in": 10,
    "records": [
        {**_CONTACT, "founded": _ID, "first_recorded_at": _AT, "because": "left_alone", "since": _AT},
        {**_LEAD, "founded": _OTHER, "first_recorded_at": _AT, "because": "email", "since": _AT},
    ],
    "claims": [],
    "keys": [
        {
            "record": _CONTACT,
            "kind": "email",
            "key": "9f2c41d07ab3",
            "shared_by": 2,
            "joins": True,
            "refusal": None,
            "event": {"source": "hubspot", "id": "4254945755cba9e7e03701efc65e2dca"},
            "recorded_at": _AT,
        }
    ],
    "bindings": [
        {"record": _LEAD, "lead_id": _ID, "revision": 2, "because": "email", "recorded_at": _AT},
    ],
}
