"""Tasks and events of Salesforce as activities: what somebody did with a lead or a contact, once each."""

from collections.abc import Collection
from collections.abc import Mapping as MappingOf
from datetime import datetime

import msgspec

from leadtrace.events.activity import ActivityRecorded, Direction
from leadtrace.events.personal import Personal
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import ActivityRow, Entity
from leadtrace_ingest.senders.salesforce.conversion import CONTACT, LEAD
from leadtrace_ingest.senders.salesforce.record_id import long_id, referred
from leadtrace_ingest.senders.salesforce.times import moment_of

TASK, EVENT = "Task", "Event"
_WHO = {"00Q": LEAD, "003": CONTACT}
_SUBTYPES = ("TaskSubtype", "EventSubtype")
_DONE_STATUS = "completed"
_COMPLETED = "CompletedDateTime"
_STARTS = ("StartDateTime", "ActivityDateTime", "ActivityDate")  # the last alone for all of a day
# What ends an activity: a task is closed, a meeting is entered or moved to a time that has passed.
_ENDING = {TASK: frozenset({"Status", "IsClosed"}), EVENT: frozenset(_STARTS)}
_DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}
_OUTCOMES = ("CallDisposition", "Status")
_SAID_ELSEWHERE = frozenset({"Id", "WhoId", "OwnerId", "IsClosed", "IsDeleted", "SystemModstamp"})


class Activity(msgspec.Struct, frozen=True, gc=False):
    """An activity with what makes it itself: a task is told once as planned and once as done."""

    draft: Draft
    key: tuple[str, str, bool]


def on_activity(
    drafting: Drafting,
    subject: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    changed: Collection[str] | None = None,
) -> Activity:
    """The activity of a task or an event; `changed` names the fields of an update, None is all of them.

    Raises:
        IgnoredError: it is nobody's whom the mapping knows, or the change neither makes nor ends it.
        RefusedError: a time cannot be read.
    """
    person = _person(mapping, fields)
    row = _row(subject.kind, mapping, fields)
    if row is None:
        raise IgnoredError(Reason.OBJECT_IGNORED)
    done, at = _done(subject.kind, fields, drafting.time)
    if person is None or not (changed is None or (done and _ENDING[subject.kind] & set(changed))):
        raise IgnoredError(Reason.NOTHING_KEPT)
    outcome = next((fields[name] for name in _OUTCOMES if fields.get(name, "").strip()), None)
    data = ActivityRecorded(
        kind=row.kind,
        claimed=row.id,
        direction=_DIRECTIONS.get(fields.get("CallType", "").strip().lower()),
        automatic=row.automatic,
        done=done,
        outcome=outcome and outcome[:MAX_NAME],
        owner=referred(fields["OwnerId"])[:MAX_NAME] if fields.get("OwnerId") else None,
        actor=drafting.actor,
        personal=Personal(
            other={name: text for name, text in fields.items() if text and name not in _SAID_ELSEWHERE}
        ),
    )
    draft = Drafting(at, drafting.sequence, drafting.actor).event(person, data)
    return Activity(draft, (subject.kind, subject.external_id, done))


def _person(mapping: Mapping, fields: MappingOf[str, str]) -> Subject | None:
    who = long_id(fields.get("WhoId", ""))
    object_ = _WHO.get(who[:3]) if who else None
    rules = mapping.objects.get(object_) if object_ else None
    if who is None or object_ is None or rules is None or rules.entity is not Entity.LEAD:
        return None
    return Subject(object_, who)


def _row(object_: str, mapping: Mapping, fields: MappingOf[str, str]) -> ActivityRow | None:
    """By the subtype, or if that is the plain one by the type that somebody chose."""
    subtype = next((fields[name].strip() for name in _SUBTYPES if fields.get(name, "").strip()), object_)
    names = (fields.get("Type", "").strip(), object_) if subtype == object_ else (subtype, object_)
    return next((mapping.activities[name] for name in names if name in mapping.activities), None)


def _done(object_: str, fields: MappingOf[str, str], at: datetime) -> tuple[bool, datetime]:
    """Whether it is done, and the time that it bears: a meeting ahead is planned now."""
    if object_ == TASK:
        done = (
            fields.get("IsClosed", "").lower() == "true"
            or fields.get("Status", "").strip().lower() == _DONE_STATUS
        )
        completed = fields.get(_COMPLETED, "")
        return done, moment_of(_COMPLETED, completed) if done and completed.strip() else at
    begins = next(((name, fields[name]) for name in _STARTS if fields.get(name, "").strip()), None)
    if begins is None:
        return True, at
    starts = moment_of(*begins)
    return starts <= at, min(starts, at)
