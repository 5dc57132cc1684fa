"""What becomes of an item: exactly one outcome each, and the closed list of reasons for the bad ones."""

from enum import StrEnum
from typing import Self


class Outcome(StrEnum):
    """The fate of an item; what is not listed here is still pending."""

    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    SUPPRESSED = "suppressed"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class Reason(StrEnum):
    """Why an item was ignored or quarantined; `sentence` says it to a person, `remedy` what to do."""

    sentence: str
    remedy: str

    def __new__(cls, value: str, sentence: str, remedy: str = "") -> Self:
        """A member with its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.remedy = remedy
        return member

    NOT_JSON = (
        "not_json",
        "The body of the delivery is not JSON.",
        "See who posts it and have the sender send JSON; then discard it.",
    )
    UNSUPPORTED_MEDIA_TYPE = (
        "unsupported_media_type",
        "The delivery has a content type that this sender's kind does not take.",
        "Have the sender send one of the documented content types; then discard it.",
    )
    MALFORMED_HEADER = (
        "malformed_header",
        "A header that is part of the item cannot be read.",
        "Have the sender encode its headers as CloudEvents says; then discard the item.",
    )
    NOT_XML = (
        "not_xml",
        "The body of the delivery is no XML of the sender's form, or holds what XML may not here.",
        "See who posts it and have the sender send its documented form; then discard it.",
    )
    INVALID_ITEM = (
        "invalid_item",
        "A field is missing or holds what it must not; the detail names it.",
        "Have the sender send the field as its documentation says; then discard the item.",
    )
    UNKNOWN_TYPE = (
        "unknown_type",
        "The sender's documentation knows no such event type.",
        "Unsubscribe from it at the sender, or retry once a release of leadtrace knows the type.",
    )
    UNMAPPED_OBJECT = (
        "unmapped_object",
        "The mapping file does not say what records of this object are.",
        "Add the object to the mapping file, restart ingest and retry.",
    )
    UNMAPPED_STAGE = (
        "unmapped_stage",
        "The mapping file has no entry for this stage at that time.",
        "Add the stage to the mapping file with the dates it holds for, restart ingest and retry.",
    )
    UNMAPPED_EVENT = (
        "unmapped_event",
        "The mapping file has no rule for what this item tells.",
        "Add a rule to the mapping file, or list the event as ignored; restart ingest and retry.",
    )
    MAPPING_FAILED = (
        "mapping_failed",
        "An expression of the mapping file gave nothing where it must.",
        "Mend the expression that the detail names, restart ingest and retry.",
    )
    BAD_TIME = (
        "bad_time",
        "The time of the event cannot be read or lies before the year 2000.",
        "Have the sender send the time in its documented form; then discard the item.",
    )
    TOO_LARGE = (
        "too_large",
        "The item is larger than a record in a topic may be.",
        "Have the sender leave large fields out; then discard the item.",
    )
    TOO_DEEP = (
        "too_deep",
        "The item is nested deeper than the door takes.",
        "Have the sender send it flatter; then discard the item.",
    )
    NOT_ENTITLED = (
        "not_entitled",
        "The item asks for what the proof of its sender does not allow, such as an erasure by a public key.",
        "Send it with a proof that only servers hold, as the detail says; then discard it.",
    )
    FOREIGN_SOURCE = (
        "foreign_source",
        "The event names a source that belongs to another sender.",
        "Have the producer use a source of its own; then discard the item.",
    )
    SCOPE_OVERLAP = (
        "scope_overlap",
        "The scope of the spend partly overlaps one that is stored.",
        "Post the spend again with the scope of the stored one, or with none of its days; then discard it.",
    )
    BROKEN_ROW = (
        "broken_row",
        "The row cannot be read as the file's own columns.",
        "Mend the row in the file, import the file again and discard the item.",
    )
    ID_CONFLICT = (
        "id_conflict",
        "Another item has the same identity but says something else.",
        "Compare both in the intake; have the sender give each its own id, and discard the wrong one.",
    )
    ADAPTER_ERROR = (
        "adapter_error",
        "The adapter failed on this item; mend it and retry the item.",
        "Report it with the line `item.adapter_failed` of the relay's log; retry after the fix.",
    )
    STAGE_IGNORED = (
        "stage_ignored",
        "The mapping file says that this stage means nothing here.",
        "None needed; change the mapping file and replay if it means something after all.",
    )
    OBJECT_IGNORED = (
        "object_ignored",
        "The mapping file says nothing of records of this object.",
        "None needed; add the object to the mapping file and replay if it matters.",
    )
    UNSUPPORTED_ASSOCIATION = (
        "unsupported_association",
        "An association other than between leads, deals and accounts.",
        "None needed.",
    )
    EVENT_IGNORED = (
        "event_ignored",
        "The mapping file says that this event means nothing here.",
        "None needed; change the mapping file and replay if it means something after all.",
    )
    VALUE_CLEARED = (
        "value_cleared",
        "The sender emptied a field for which emptiness says nothing.",
        "None needed.",
    )
    PROPERTY_IGNORED = (
        "property_ignored",
        "The mapping file says that this property means nothing here.",
        "None needed; change the mapping file and replay if it means something after all.",
    )
    ERASED = (
        "erased",
        "The person it is about was erased after it happened.",
        "None needed; its bytes are taken out.",
    )
    NOTHING_KEPT = ("nothing_kept", "The item tells nothing that is kept.", "None needed.")
    TEST_DELIVERY = (
        "test_delivery",
        "The sender tried whether the door answers.",
        "None needed.",
    )
