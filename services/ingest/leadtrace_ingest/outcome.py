"""What becomes of an item: exactly one outcome each, and the closed list of reasons for the bad ones."""

from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """The fate of an item; what is not listed here is still pending."""

    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """Why an item was ignored or quarantined; `sentence` says it to a person."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        """A member with its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    NOT_JSON = "not_json", "The body of the delivery is not JSON."
    INVALID_ITEM = "invalid_item", "A field is missing or holds what it must not; the detail names it."
    UNKNOWN_TYPE = "unknown_type", "The sender's documentation knows no such event type."
    UNSUPPORTED_TYPE = "unsupported_type", "A real event type of the sender that is not handled yet."
    UNSUPPORTED_ASSOCIATION = (
        "unsupported_association",
        "An association other than that of a deal with a contact.",
    )
    UNMAPPED_STAGE = "unmapped_stage", "The mapping file has no entry for this stage at that time."
    BAD_TIME = "bad_time", "The time of the event cannot be read or lies before the year 2000."
    TOO_LARGE = "too_large", "The item is larger than a record in a topic may be."
    ID_CONFLICT = "id_conflict", "Another item has the same identity but says something else."
    ADAPTER_ERROR = "adapter_error", "The adapter failed on this item; mend it and replay the item."
    STAGE_IGNORED = "stage_ignored", "The mapping file says that this stage means nothing here."
    VALUE_CLEARED = "value_cleared", "The sender emptied a field for which emptiness says nothing."
    PROPERTY_IGNORED = "property_ignored", "The mapping file says that this property means nothing here."
