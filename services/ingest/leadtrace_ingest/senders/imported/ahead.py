"""What a row says of a time that was still ahead when it was read."""

from datetime import datetime, timedelta

import msgspec

from leadtrace.events.activity import ActivityRecorded
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import encode
from leadtrace_ingest.senders.item import Draft

ACTIVITY = BY_DATA[ActivityRecorded].type
_WIDEST_TIME = timedelta(days=1)
_RECORDED = msgspec.json.Decoder(ActivityRecorded)


def lies_ahead(draft: Draft, received_at: datetime) -> bool:
    """Whether it is an activity that is only planned."""
    return draft.type == ACTIVITY and draft.time > received_at + _WIDEST_TIME


def as_of(draft: Draft, received_at: datetime) -> Draft:
    """The draft as it was so when it was read.

    The end of a day that is not over lies ahead of the import, and what stands there is so already. An
    activity beyond that is planned, now.
    """
    if lies_ahead(draft, received_at):
        planned = msgspec.structs.replace(_RECORDED.decode(draft.data or b"{}"), done=False)
        return msgspec.structs.replace(draft, time=received_at, data=encode(planned))
    if received_at < draft.time <= received_at + _WIDEST_TIME:
        return msgspec.structs.replace(draft, time=received_at)
    return draft
