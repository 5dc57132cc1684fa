"""What a sender whose deliveries are validated at the door hears of each item."""

from collections.abc import Sequence
from typing import Any

import msgspec

from leadtrace_ingest.senders.item import Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import Accepted

_REMEDY = "Correct the item and send it again."


def report(accepted: Accepted) -> bytes:
    """The JSON of a delivery that is durable: all its items, and how many of them went to quarantine."""
    quarantined = sum(isinstance(result, Refused) for result in accepted.results)
    said = {
        "intake_id": str(accepted.intake_id),
        "accepted": accepted.items,
        "quarantined": quarantined,
        "items": item_reports(accepted.results),
    }
    return msgspec.json.encode(said)


def item_reports(results: Sequence[ItemResult]) -> list[dict[str, Any]]:
    """Of each item its number and its fate: the ids of its events, or what is wrong with it."""
    return [{"item": number, **_said(result)} for number, result in enumerate(results)]


def _said(result: ItemResult) -> dict[str, Any]:
    match result:
        case Mapped():
            first = result.event_id or result.identity.key.hex()
            ids = [first + draft.suffix for draft in result.drafts]
            return {"outcome": "accepted", "source": result.source, "ids": ids}
        case Ignored():
            return {"outcome": "ignored", "reason": result.reason.value, "detail": result.reason.sentence}
        case Refused():
            field = {"field": result.field} if result.field else {}
            said = {"reason": result.reason.value, **field, "detail": result.detail or result.reason.sentence}
            return {"outcome": "quarantined", **said, "remedy": result.remedy or _REMEDY}
