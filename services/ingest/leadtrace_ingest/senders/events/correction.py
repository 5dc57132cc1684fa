"""What a correction names: the event that was wrong, and by its type the topic that it is on."""

from typing import NamedTuple, cast

import msgspec

from leadtrace.events.catalogue import BY_NAME, POSTED
from leadtrace.events.correction import EventCorrected
from leadtrace_ingest.senders.events.invalid import InvalidEventError
from leadtrace_ingest.senders.events.nearest import Names

_CORRECTABLE = Names(row.name for row in POSTED)


class Corrected(NamedTuple):
    """The topic of the corrected event, and its source if it is not the correction's own."""

    topic: str
    source: str | None


def corrected_in(data: msgspec.Struct) -> Corrected:
    """What the data of an `event.corrected` speak of.

    Raises:
        InvalidEventError: it corrects no type that is posted.
    """
    given = cast(EventCorrected, data)
    row = BY_NAME.get(given.corrects)
    if row is None or row.derived:
        raise InvalidEventError(
            "data.corrects",
            "is no event type that senders post",
            _CORRECTABLE.did_you_mean(given.corrects),
        )
    return Corrected(row.topic.value, given.source)
