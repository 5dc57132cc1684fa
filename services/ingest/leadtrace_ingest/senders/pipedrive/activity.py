"""What notifications about activities mean: something was done with a person, or is planned.

An activity is recorded when it is made, and again when it is done or undone; other changes of it add nothing.
"""

import re
from datetime import datetime

from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.personal import Personal
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.values import name_of
from leadtrace_ingest.senders.pipedrive.decode import Action, Notification
from leadtrace_ingest.senders.pipedrive.fields import all_fields, changed_fields
from leadtrace_ingest.senders.pipedrive.lead import LEAD, person_of
from leadtrace_ingest.senders.pipedrive.moments import own_moment
from leadtrace_ingest.senders.pipedrive.record import ADDED

ACTIVITY = "activity"
_DONE, _DONE_AT = "done", "marked_as_done_time"
_TRUE = ("true", "1")
_TOLD = frozenset(
    {"type", _DONE, _DONE_AT, "due_date", "due_time", "duration", "owner_id", ADDED, "update_time"}
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?", re.ASCII)


def activity_drafts(notification: Notification, drafting: Drafting, mapping: Mapping) -> list[Draft]:
    """The one event.

    Raises:
        IgnoredError: nothing is told that is kept, or nobody is known with whom it was done.
        RefusedError: a field cannot be read.
    """
    created = notification.action is Action.CREATED
    if notification.action is Action.DELETED or not (created or _DONE in changed_fields(notification)[0]):
        raise IgnoredError(Reason.NOTHING_KEPT)
    fields = all_fields(notification.current)
    done = fields.get(_DONE, "").lower() in _TRUE
    own = (_DONE_AT,) if done else (ADDED,) if created else ()
    at = own_moment(notification, own, drafting.time)
    return [drafting.at(at).event(_subject(fields, mapping), _recorded(fields, done, drafting, mapping))]


def _recorded(fields: dict[str, str], done: bool, drafting: Drafting, mapping: Mapping) -> ActivityRecorded:
    type_ = fields.get("type", "").strip()[:MAX_NAME]
    row = mapping.activities.get(type_)
    owner = (fields.get("owner_id") or fields.get("user_id") or "").strip()
    return ActivityRecorded(
        kind=row.kind if row else ActivityKind.OTHER,
        claimed=type_,
        automatic=row.automatic if row else None,
        done=done,
        owner=name_of("owner_id", owner) if owner else None,
        actor=drafting.actor,
        personal=Personal(other={name: text for name, text in fields.items() if text and name not in _TOLD}),
        due=_due(fields),
        duration_s=_seconds(fields.get("duration", "")),
        **drafting.circumstances,
    )


def _subject(fields: dict[str, str], mapping: Mapping) -> Subject:
    person = person_of(fields.get("person_id", ""), mapping)
    if person is not None:
        return person
    lead, rules = fields.get("lead_id", "").strip(), mapping.objects.get(LEAD)
    if not lead or rules is None or rules.entity is not Entity.LEAD:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return Subject(LEAD, name_of("lead_id", lead))


def _due(fields: dict[str, str]) -> str | None:
    """The day, or the moment in UTC, as which Pipedrive gives both parts."""
    day, time = fields.get("due_date", "").strip(), fields.get("due_time", "").strip()
    if not _DAY.fullmatch(day):
        return None
    if not _CLOCK.fullmatch(time):
        return day
    try:
        return f"{datetime.fromisoformat(f'{day}T{time}'):%Y-%m-%dT%H:%M:%S}Z"
    except ValueError:
        return day


def _seconds(duration: str) -> int | None:
    match = _CLOCK.fullmatch(duration.strip())
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 60 + minutes) * 60 + seconds
