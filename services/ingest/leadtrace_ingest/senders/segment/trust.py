"""What a message may do whose sender anybody can pretend to be, since its write key stands in every page.

It tells of its own visitor, and whom he turned out to be. It joins no two people, and it erases nobody.
"""

import re

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError, Subject
from leadtrace_ingest.senders.segment.message import ALIAS, ANONYMOUS, DELETE, PERSON, Message

# PostHog's clients make ids of this form for visitors; nobody guesses one, as nobody guesses an anonymousId.
_GENERATED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ERASURE = "type: a public write key may not erase; forward delete messages by the webhook destination"
_JOIN = "previousId, alias: a public write key may only name a visitor's own generated id"


def restrained(message: Message) -> Message:
    """The message without the joins that it may not claim.

    Raises:
        RefusedError: nothing is left of what it asks for.
    """
    if message.type == DELETE:
        raise RefusedError(Reason.NOT_ENTITLED, _ERASURE)
    earlier = tuple(one for one in message.earlier if _is_visitor(one))
    if message.type == ALIAS and message.earlier and not earlier:
        raise RefusedError(Reason.NOT_ENTITLED, _JOIN)
    return msgspec.structs.replace(message, earlier=earlier)


def _is_visitor(subject: Subject) -> bool:
    if subject.kind == PERSON:
        return _GENERATED.fullmatch(subject.external_id) is not None
    return subject.kind == ANONYMOUS
