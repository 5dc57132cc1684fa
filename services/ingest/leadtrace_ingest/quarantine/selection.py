"""Which held items are meant: by id, or by sender, reason and when they were last seen."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from leadtrace.runtime.admin import PlainText

# What every statement over the table tests; a null says nothing.
MATCHES = """
($1::uuid[] is null or held.quarantine_id = any($1)) and ($2::text is null or held.sender = $2)
and ($3::text is null or held.reason = $3) and ($4::timestamptz is null or held.last_seen_at >= $4)
"""
MOST_IDS = 1_000
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Ids = Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1, max_length=MOST_IDS)]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Every condition that is given must hold."""

    ids: Ids | None = None
    sender: PlainText | None = None
    reason: PlainText | None = None
    since: Moment | None = None

    def arguments(self) -> tuple[list[UUID] | None, str | None, str | None, datetime | None]:
        """As `MATCHES` takes them."""
        return None if self.ids is None else list(self.ids), self.sender, self.reason, self.since

    def means_everything(self) -> bool:
        """Whether nothing narrows it."""
        return self == Selection()
