"""The route of spend as OpenAPI documents it."""

from collections.abc import Mapping
from typing import Any

from leadtrace.events.spend import AMOUNT, CURRENCY, SpendKind
from leadtrace_ingest.door.documentation.problems import problem_example, refusal, refusals
from leadtrace_ingest.senders.spend.posting import DIMENSIONS

_TEXT = {"type": "string"}
_DAY = {**_TEXT, "format": "date"}
_ROW = {
    "date": "2026-03-01",
    "channel": "paid_search",
    "campaign": "spring",
    "amount": "812.40",
    "currency": "EUR",
}
_POSTING = {"account": "google-ads", "from": "2026-03-01", "to": "2026-03-07", "rows": [_ROW]}
_ROW_SCHEMA = {
    "type": "object",
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "properties": {
        "date": {**_DAY, "description": "The one day of the row, in the place of `from` and `to`."},
        "from": _DAY,
        "to": _DAY,
        "amount": {"anyOf": [{**_TEXT, "pattern": AMOUNT}, {"type": "number"}]},
        "currency": {**_TEXT, "pattern": CURRENCY},
        "kind": {"enum": list(SpendKind), "default": SpendKind.MEDIA.value},
        **{name: {**_TEXT, "maxLength": 255} for name in DIMENSIONS},
    },
}
_POSTING_SCHEMA = {
    "type": "object",
    "required": ["account", "from", "to", "rows"],
    "additionalProperties": False,
    "properties": {
        "account": {**_TEXT, "minLength": 1, "maxLength": 255},
        "from": _DAY,
        "to": _DAY,
        "rows": {"type": "array", "items": _ROW_SCHEMA},
    },
}
_ACCEPTED = {
    "intake_id": "019b7c4e-8a00-7c3d-9f10-52c1b7a90e11",
    "accepted": 1,
    "quarantined": 0,
    "items": [
        {"item": 0, "outcome": "accepted", "source": "ads", "ids": ["5b0c8a31e2f94d7790a1c3e5f7081b2d"]}
    ],
}
_OVERLAP = problem_example(
    409,
    "scope_overlap",
    "from, to: 2026-03-05 to 2026-03-09 of account 'google-ads' partly overlaps 2026-03-01 to 2026-03-07, "
    "which is stored; post the whole of it or none of it",
    "Post the whole of the stored scope again, or days beside it.",
    parameter="from",
)
_INVALID = problem_example(
    422,
    "invalid_item",
    "rows[0].amount: an amount must be a decimal number",
    "Correct the item and send it again.",
)
_NOT_JSON = problem_example(400, "not_json", "the posting is not JSON", "Correct the item and send it again.")


def _of_scope(name: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": "The scope of a CSV body; of JSON it stands in the posting.",
        "schema": _TEXT,
        "example": example,
    }


_POST: Mapping[str, Any] = {
    "summary": "Post what was spent in a scope",
    "description": (
        "A posting says all that was spent in its scope, an account and a range of days, and replaces all "
        "earlier rows of it. Of two postings of one account the later holds all days of the earlier or none."
    ),
    "operationId": "post_spend",
    "tags": ["spend"],
    "security": [{"senderKey": []}],
    "parameters": [
        _of_scope("account", "google-ads"),
        _of_scope("from", "2026-03-01"),
        _of_scope("to", "2026-03-07"),
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [_POSTING_SCHEMA, {"type": "array", "items": _POSTING_SCHEMA}]},
                "example": _POSTING,
            },
            "text/csv": {
                "schema": _TEXT,
                "example": "date,channel,amount,currency\n2026-03-01,paid_search,812.40,EUR\n",
            },
        },
    },
    "responses": {
        "202": {
            "description": "Durable; each posting with its fate.",
            "content": {"application/json": {"schema": {"type": "object"}, "example": _ACCEPTED}},
        },
        "400": refusal("The posting cannot be read; nothing is stored.", _NOT_JSON),
        "409": refusal("The scope partly overlaps a stored one; nothing is stored.", _OVERLAP),
        "422": refusal("No posting is valid; nothing is stored.", _INVALID),
        **refusals(
            {
                "401": "The key is missing or wrong; nothing is stored.",
                "404": "No sender of kind `spend` is configured.",
                "413": "The body or a posting is too large.",
                "429": "More than this sender may post now; post it again after `Retry-After` seconds.",
                "431": "There are too many headers, or they are too large.",
                "503": "The posting could not be made durable; post it again after `Retry-After` seconds.",
            }
        ),
    },
}

PATHS: Mapping[str, Any] = {"/v1/spend": {"post": _POST}}
