"""Leads of a file of survivors are watched from the import on: others like them ended unseen before."""

from collections.abc import Sequence
from datetime import datetime

from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import encode
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, LeadUpdated, LeadWatched
from leadtrace_ingest.senders.item import Draft

_OF_RECORDS = frozenset(BY_DATA[one].type for one in (LeadCaptured, LeadUpdated, LeadStageChanged))
_WATCHED = BY_DATA[LeadWatched]
_SUFFIX = ".w"


def watched(drafts: Sequence[Draft], received_at: datetime) -> tuple[Draft, ...]:
    """The events of a row, and that each lead whose record it tells of is watched from now on."""
    leads = dict.fromkeys((one.kind, one.external_id) for one in drafts if one.type in _OF_RECORDS)
    return (
        *drafts,
        *(
            Draft(
                _WATCHED.type,
                _WATCHED.topic.value,
                kind,
                external_id,
                received_at,
                "",
                encode(LeadWatched()),
                suffix=f"{_SUFFIX}{place or ''}",
            )
            for place, (kind, external_id) in enumerate(leads)
        ),
    )
