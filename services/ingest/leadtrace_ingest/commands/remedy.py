"""What to do about an item that a mapping refuses, by reason."""

from leadtrace_ingest.outcome import Reason

_REMEDIES = {
    Reason.NOT_JSON: "Check the sample: a .json file holds one body, a .jsonl file one on each line.",
    Reason.INVALID_ITEM: "Have the sender mend the field, or leave the item out with `ignore`.",
    Reason.TOO_DEEP: "Have the sender post less nested bodies; no mapping can reach into this one.",
    Reason.TOO_LARGE: "Have the sender post smaller items, or name fewer `fields`.",
    Reason.UNMAPPED_OBJECT: "Add the object to `objects` with what its records are: lead, deal or account.",
    Reason.UNMAPPED_STAGE: "Add a row for the stage; `is: ignored` if it means nothing here.",
    Reason.UNMAPPED_EVENT: "Add a rule or a row that takes it; what means nothing here goes into `ignore`.",
    Reason.MAPPING_FAILED: "Hold the expression against the item; `when` keeps a rule away from others.",
    Reason.BAD_TIME: "Name `format` and `zone` at `time`, as the sender writes its times.",
}


def remedy(reason: Reason) -> str:
    """One sentence."""
    return _REMEDIES.get(reason, "Mend the mapping and try again.")
