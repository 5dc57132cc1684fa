"""An answer as an event of the catalogue, in the name of the sender whose record the lead is.

Its id follows from the offer and the answer, and it bears no time of its own but that of its receipt: however
often and by whichever door it comes, it is one event. It goes the way of all events, as an operator's word
does; whose word it is, is `link`: the address is the proof, not the person.
"""

from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from leadtrace.events.catalogue import BY_CODE, Code
from leadtrace.runtime.answer_links import Answer, Offer
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace_ingest.door.intake import IntakeEntry
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.personal.raw import sealed_delivery
from leadtrace_ingest.senders.sender import OPERATOR, Delivery

ACTOR = "link"
_TYPES = {
    Answer.ACCEPT: BY_CODE[Code.HANDOVER_ACCEPTED].type,
    Answer.REJECT: BY_CODE[Code.HANDOVER_REJECTED].type,
}
_JSON = {"content-type": "application/json"}


class _Said(msgspec.Struct, frozen=True):
    type: str


_said = msgspec.json.Decoder(_Said)


def key_of(offer: Offer) -> str:
    """The idempotency key of an offer's answer: the first one by link is the only one."""
    parts = (offer.lead_id, offer.offer_id, offer.offered_us, offer.team or "", offer.partner or "")
    return f"answer:{blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"


def entry_of(
    offer: Offer,
    answer: Answer,
    reason: str | None,
    *,
    record: Subject,
    sender: str,
    intake_id: UUID,
    now: datetime,
    wrapper: KeyWrapper,
) -> IntakeEntry:
    """The delivery that tells the answer; `reason` is of the closed list, for a rejection."""
    data: dict[str, Any] = {"actor": ACTOR}
    given = {"reason": reason, "team": offer.team, "partner": offer.partner}
    data |= {name: value for name, value in given.items() if value is not None}
    key = key_of(offer)
    event = {
        "id": f"{key.replace(':', '/')}/{answer.value}",
        "source": record.source,
        "type": _TYPES[answer],
        "subject": record.name,
        "data": data,
    }
    delivery = Delivery("", {**_JSON, OPERATOR: "1"}, msgspec.json.encode(event), now)
    sealed = sealed_delivery(wrapper, intake_id, delivery, ())
    return IntakeEntry(intake_id, sender, now, 1, sealed.headers, sealed.body, key, sealed.body_key)


def type_of_body(body: bytes) -> str:
    """The type of the event that such a delivery tells."""
    return _said.decode(body).type
