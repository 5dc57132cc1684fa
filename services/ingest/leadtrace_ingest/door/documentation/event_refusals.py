"""Why the route of events refuses a request, each with the answer that it gives."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.problems import problem_example, refusal, refusals

_NOT_JSON = problem_example(
    400,
    "not_json",
    "the event is not JSON in UTF-8",
    "Correct the item and send it again.",
    items=[
        {
            "item": 0,
            "outcome": "refused",
            "reason": "not_json",
            "detail": "the event is not JSON in UTF-8",
            "remedy": "Correct the item and send it again.",
        }
    ],
)
_MALFORMED_HEADER = problem_example(
    400,
    "malformed_header",
    "ce-subject: is not UTF-8 once it is percent-decoded",
    "Percent-encode the UTF-8 bytes of the value.",
    parameter="ce-subject",
)
_KEY = problem_example(
    400,
    "idempotency_key",
    "Idempotency-Key: must be 1 to 255 visible ASCII characters.",
    "Use a fresh UUID for each request, and the same one when you repeat it.",
    parameter="Idempotency-Key",
)
_MEDIA_TYPE = problem_example(
    415,
    "unsupported_media_type",
    "Content-Type: is none that is taken here",
    "Send application/json, application/x-ndjson, application/cloudevents+json or "
    "application/cloudevents-batch+json, in UTF-8; or ce- headers with application/json.",
    parameter="Content-Type",
)
_UNKNOWN_TYPE = problem_example(
    422,
    "unknown_type",
    "type: is no event type of the catalogue",
    "Did you mean io.leadtrace.lead.stage_changed.v1?",
    parameter="type",
)
_INVALID = problem_example(
    422,
    "invalid_item",
    "data.stage: must be one of inquiry, lead, mql, sal, sql, opportunity, customer, recycled, "
    "disqualified, lost",
    "Correct the value.",
    parameter="data.stage",
)
_FOREIGN = problem_example(
    422,
    "foreign_source",
    "source: belongs to another sender",
    "Use app or app/<part>, or a source that no sender is named after.",
    parameter="source",
)
_BAD_TIME = problem_example(
    422,
    "bad_time",
    "time: must be a moment with an offset, such as 2026-01-31T09:30:00Z, not before the year 2000",
    "Correct it, or leave it out if the event happens as it is sent.",
    parameter="time",
)
_OTHER_CONTENT = problem_example(
    422,
    "idempotency_key",
    "Idempotency-Key: an earlier request with this key had other content.",
    "Use a new key for a new request; repeat a request with its content unchanged.",
    parameter="Idempotency-Key",
    intake_id="019b7c4e-8a00-7c3d-9f10-52c1b7a90e11",
)
_METHOD = problem_example(405, "method_not_allowed", "Events are posted.")

REFUSALS: Mapping[str, Any] = {
    "400": refusal("The request cannot be read; nothing is stored.", _NOT_JSON, _MALFORMED_HEADER, _KEY),
    "405": refusal("Events are posted.", _METHOD),
    "415": refusal("The content type is none that is taken here.", _MEDIA_TYPE),
    "422": refusal(
        "No event is valid, or the key was used for another request; nothing is stored.",
        _INVALID,
        _UNKNOWN_TYPE,
        _FOREIGN,
        _BAD_TIME,
        _OTHER_CONTENT,
    ),
    **refusals(
        {
            "401": "The key is missing or wrong; nothing is stored.",
            "404": "No sender of kind `events` is configured.",
            "413": "The body, the batch or the event is too large.",
            "429": "More than this sender may post now; post it again after `Retry-After` seconds.",
            "431": "There are too many headers, or they are too large.",
            "503": "The events could not be made durable; deliver them again after `Retry-After` seconds.",
        }
    ),
}
