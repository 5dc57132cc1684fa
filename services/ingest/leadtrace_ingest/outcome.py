"""What becomes of an item: exactly one outcome each, and the closed list of reasons for the bad ones."""

from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """The fate of an item; what is not listed here is still pending."""

    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


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
    UNSUPPORTED_MEDIA_TYPE = (
        "unsupported_media_type",
        "The delivery has a content type that this sender's kind does not take.",
    )
    MALFORMED_HEADER = "malformed_header", "A header that is part of the item cannot be read."
    NOT_XML = (
        "not_xml",
        "The body of the delivery is no XML of the sender's form, or holds what XML may not here.",
    )
    INVALID_ITEM = "invalid_item", "A field is missing or holds what it must not; the detail names it."
    UNKNOWN_TYPE = "unknown_type", "The sender's documentation knows no such event type."
    UNMAPPED_OBJECT = "unmapped_object", "The mapping file does not say what records of this object are."
    UNMAPPED_STAGE = "unmapped_stage", "The mapping file has no entry for this stage at that time."
    UNMAPPED_EVENT = "unmapped_event", "The mapping file has no rule for what this item tells."
    MAPPING_FAILED = "mapping_failed", "An expression of the mapping file gave nothing where it must."
    BAD_TIME = "bad_time", "The time of the event cannot be read or lies before the year 2000."
    TOO_LARGE = "too_large", "The item is larger than a record in a topic may be."
    TOO_DEEP = "too_deep", "The item is nested deeper than the door takes."
    FOREIGN_SOURCE = "foreign_source", "The event names a source that belongs to another sender."
    SCOPE_OVERLAP = "scope_overlap", "The scope of the spend partly overlaps one that is stored."
    BROKEN_ROW = "broken_row", "The row cannot be read as the file's own columns."
    ID_CONFLICT = "id_conflict", "Another item has the same identity but says something else."
    ADAPTER_ERROR = "adapter_error", "The adapter failed on this item; mend it and retry the item."
    STAGE_IGNORED = "stage_ignored", "The mapping file says that this stage means nothing here."
    OBJECT_IGNORED = "object_ignored", "The mapping file says nothing of records of this object."
    UNSUPPORTED_ASSOCIATION = (
        "unsupported_association",
        "An association other than between leads, deals and accounts.",
    )
    EVENT_IGNORED = "event_ignored", "The mapping file says that this event means nothing here."
    VALUE_CLEARED = "value_cleared", "The sender emptied a field for which emptiness says nothing."
    PROPERTY_IGNORED = "property_ignored", "The mapping file says that this property means nothing here."
    NOTHING_KEPT = "nothing_kept", "The item tells nothing that is kept."
    TEST_DELIVERY = "test_delivery", "The sender tried whether the door answers."
