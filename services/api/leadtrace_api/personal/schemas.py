"""What is said of a person, and of who read it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from leadtrace_api.schemas import Answer

LONGEST_SEARCH = 200


class PersonalFields(Answer):
    """Who a lead is. Without scope `read:pii` every field is null, known or not, and `masked` is true."""

    masked: bool
    erased_at: datetime | None = Field(description="Until when the person's data were erased; null if never.")
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    other: dict[str, str] = Field(default={}, description="Every other field that a mapping calls personal.")


class PersonalRead(Answer):
    """One look at the personal fields of one lead."""

    read_id: int
    read_at: datetime
    key_id: UUID | None = Field(description="Null for the first admin key, which is configured.")
    key_name: str
    lead_id: UUID
    route: str


class PersonalReads(Answer):
    """The answer of `GET /v1/audit/personal-reads`: newest first."""

    snapshot_at: datetime = Field(description="The moment at which all of the answer was true.")
    reads: tuple[PersonalRead, ...]
    next: int | None = Field(description="The `before` of the next page; null on the last.")


_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "reads": [
        {
            "read_id": 311,
            "read_at": "2026-04-01T08:12:44.020000Z",
            "key_id": "0198e6d4-7c00-7000-8000-0000000000aa",
            "key_name": "sales desk",
            "lead_id": _LEAD,
            "route": "/v1/leads/{lead_id}",
        }
    ],
    "next": None,
}
