"""`definition.activated`: what readers are told when a version takes over."""

from collections.abc import Sequence
from uuid import UUID, uuid5

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.codec import HEADERS, encode
from leadtrace.events.definition import Approval, DefinitionActivated
from leadtrace.events.envelope import SPEC_VERSION, Event
from leadtrace_ingest.definitions.rows import Activation, GivenApproval, Version
from leadtrace_ingest.identity.rebound import SOURCE
from leadtrace_ingest.relay.canonical import Canonical, EventRow

MAPPING = "definitions@1"
# All versions of one id travel on one partition, in order.
_NAMESPACE = UUID("922b2e45-522f-5426-abe1-17f1d659ecff")
_KIND = BY_DATA[DefinitionActivated]


def activated_event(
    done: Activation,
    version: Version,
    approvals: Sequence[GivenApproval],
    *,
    before: int,
    number: int,
    intake_id: UUID,
) -> Canonical:
    """The event of an activation; `intake_id` is an id of its own, since no delivery brought it."""
    data = DefinitionActivated(
        version=version.version,
        id=version.id,
        hash=version.hash,
        activated_at=done.activated_at,
        approvals=tuple([Approval(one.team, one.approved_by, one.approved_at) for one in approvals]),
        before=before,
    )
    entity = uuid5(_NAMESPACE, version.id)
    event = Event(
        specversion=SPEC_VERSION,
        id=f"activation/{done.ordinal}",
        source=SOURCE,
        type=_KIND.type,
        subject=f"definition/{version.id}",
        time=done.activated_at,
        recordedtime=done.activated_at,
        partitionkey=str(entity),
        bindingrev=1,
        eventno=str(number),
        sourcerank=0,
        mapping=MAPPING,
        data=msgspec.Raw(encode(data)),
    )
    body = encode(event)
    row = EventRow(
        number,
        intake_id,
        0,
        0,
        _KIND.topic.value,
        SOURCE,
        event.id,
        _KIND.type,
        entity,
        event.subject,
        done.activated_at,
        done.activated_at,
        MAPPING,
        body,
    )
    return Canonical(row, Outgoing(_KIND.topic.value, event.partitionkey.encode(), body, HEADERS))
