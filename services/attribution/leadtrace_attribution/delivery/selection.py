"""Which deliveries are meant: by subscription, state, kind, id, and by when they were to be told."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.admin import PlainText

# What every statement over both tables tests; a null says nothing.
MATCHES = """
($1::text is null or held.subscription = $1) and ($2::text is null or held.state = $2)
and ($3::text is null or told.kind = $3) and ($4::timestamptz is null or told.created_at >= $4)
and ($5::timestamptz is null or told.created_at < $5)
and ($6::uuid[] is null or told.notification_id = any($6))
"""
MOST_IDS = 1_000
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Ids = Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1, max_length=MOST_IDS)]


class State(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What narrows the deliveries; nothing given means all of them."""

    subscription: PlainText | None = None
    kind: NotificationKind | None = None
    since: Moment | None = None
    until: Moment | None = None
    ids: Ids | None = None

    def arguments(self, state: State | None) -> tuple[object, ...]:
        """What `MATCHES` is given."""
        kind = None if self.kind is None else self.kind.value
        ids = None if self.ids is None else list(self.ids)
        return (self.subscription, None if state is None else state.value, kind, self.since, self.until, ids)

    def means_everything(self) -> bool:
        """Whether nothing narrows it."""
        return (self.subscription, self.kind, self.since, self.until, self.ids) == (None,) * 5
