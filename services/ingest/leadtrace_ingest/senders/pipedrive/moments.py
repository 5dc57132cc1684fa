"""When something happened: by the record's own account, or when Pipedrive noted it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from leadtrace_ingest.senders.moments import moment_of
from leadtrace_ingest.senders.pipedrive.decode import Notification

# A record's moments are cut to the second and the notification follows within about one. That close, the
# notification's own is the finer one, and it keeps the order of changes that follow each other quickly.
_COARSE = timedelta(seconds=2)


def own_moment(notification: Notification, fields: Sequence[str], noted: datetime) -> datetime:
    """The moment in the first filled one of these fields, such as `won_time`.

    It may have been set by hand or by an import, and then it counts. It is `noted` where there is none,
    where both agree and where it lies in the future.
    """
    for field in fields:
        own = moment_of(notification.current.get(field))
        if own is not None:
            return own if own < noted - _COARSE else noted
    return noted
