"""What a correction names: the event that was wrong, and by its type the topic that it is on."""

from typing import NamedTuple, cast

import msgspec

from leadtrace.events.catalogue import BY_NAME, POSTED, Code
from leadtrace.events.correction import EventCorrected
from leadtrace_ingest.senders.events.invalid import InvalidEventError
from leadtrace_ingest.senders.events.nearest import Names

# A correction of a correction names what that one corrected, so that it goes to the same topic.
_NAMES = frozenset(row.name for row in POSTED if row.code is not Code.EVENT_CORRECTED)
_CORRECTABLE = Names(_NAMES)


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
    if given.corrects not in _NAMES:
        raise InvalidEventError(
            "data.corrects",
            "is no event type that can be corrected",
            _CORRECTABLE.did_you_mean(given.corrects),
        )
    return Corrected(BY_NAME[given.corrects].topic.value, given.source)
