"""The CloudEvents 1.0 envelope of every event, as it stands on the wire.

An event names its subject and stays with it; what moves is the binding (`entityid`, `bindingrev`) that
ingest stamps on it. Extension attributes carry what folds need besides the data.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec

SPEC_VERSION = "1.0"
CONTENT_TYPE = b"application/cloudevents+json; charset=UTF-8"
TYPE_PREFIX = "io.leadtrace."

# A moment without an offset could be any of 27 hours; a number beyond 64 bits fits no column.
Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One event of a subject.

    `source` and `id` together are its identity; `subject` is `<kind>/<external id>` within that source.
    `time` is when it happened, `recordedtime` when the door received the first copy. `entityid` is the
    lead or deal that the subject is bound to and the partition key; `bindingrev` grows each time the
    subject is bound anew. `sequence` is the sender's own order, zero-padded; `sourcerank` its standing
    among senders. `eventno` numbers the row that ingest keeps of it (a 64-bit number as text, since
    CloudEvents integers have 32 bits). `correlationid` is shared by what happened together, such as the
    parts of a lead conversion; `causationid` and `traceparent` are kept as a sender gave them. `data` stays
    raw until a reader knows that it wants it. `subjectsource` is there where a merge, split or correction
    speaks of a record of another source than its own.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: Moment
    recordedtime: Moment
    partitionkey: str
    bindingrev: Number
    eventno: str
    sourcerank: Number = 100
    sequence: str = ""
    rawid: str = ""
    mapping: str = ""
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""
    subjectsource: str = ""
    datacontenttype: str = "application/json"
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One revision of what a service derived of a lead or deal: complete, it replaces every earlier one.

    `partitionkey` is the lead or deal id. `revision` is a 64-bit number as text. `time` is the latest
    moment in the world that the body speaks of. `qualificationrev`, on scores only, is the revision at which
    band or qualifications last moved, so that a reader of these alone may skip the rest.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: Moment
    partitionkey: str
    revision: str
    qualificationrev: str = ""
    datacontenttype: str = "application/json"
    data: msgspec.Raw = msgspec.Raw(b"{}")
