"""What became of one accepted request."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from leadtrace_api.schemas import Answer


class Intake(Answer):
    """The answer of `GET /v1/intake/{id}`."""

    snapshot_at: datetime = Field(description="The moment at which all of the answer was true.")
    intake_id: UUID
    sender: str
    received_at: datetime = Field(description="When the door received and kept it.")
    state: str = Field(description="Where the request stands: what is done with it is a state of its row.")
    accepted_items: int = Field(description="The smallest units that the sender counts.")
    outcomes: dict[str, Any] | None = Field(
        description="How many items came to what, and each one that was not published; null until the relay "
        "has come to it."
    )
    raw: str = Field(
        description="What is left of the bytes that were sent: `kept`, `redacted` (without some items) or "
        "`erased`. What became of the items stays told."
    )
    redacted: tuple[int, ...] = Field(description="The items whose bytes an erasure took out.")
    raw_erased_at: datetime | None = Field(description="When nothing was left of the bytes.")


EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "intake_id": "0198e6d4-7c00-7000-8000-000000000001",
    "sender": "hubspot",
    "received_at": "2026-04-01T08:14:04.998000Z",
    "state": "done",
    "accepted_items": 3,
    "outcomes": {
        "published": 1,
        "duplicate": 1,
        "quarantined": 1,
        "items": [
            {"item": 1, "outcome": "duplicate", "of": "0198e6d4-7c00-7000-8000-000000000000:7"},
            {"item": 2, "outcome": "quarantined", "reason": "unknown_type"},
        ],
    },
    "raw": "kept",
    "redacted": [],
    "raw_erased_at": None,
}
