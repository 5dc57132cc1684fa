"""The route of events as OpenAPI documents it: each form with an example, and each refusal."""

import json
from collections.abc import Mapping
from typing import Any

from leadtrace.events.catalogue import POSTED
from leadtrace_ingest.door.documentation.event_refusals import REFUSALS
from leadtrace_ingest.door.idempotency import LONGEST_KEY

SECURITY: Mapping[str, Any] = {
    "senderKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of scope `ingest` made for the sender, or one of its live `secrets`.",
    }
}
_TYPE = "io.leadtrace.touchpoint.recorded.v1"
_EVENT = {
    "id": "7f3a2c1e",
    "type": "io.leadtrace.lead.captured.v1",
    "source": "app",
    "subject": "contact/123",
    "time": "2026-01-02T03:04:05Z",
    "data": {
        "acquisition": {"channel": "paid_search", "campaign": "spring"},
        "personal": {"email": "ada@example.com"},
    },
}
_DEAL = {
    "id": "7f3a2c1f",
    "type": "io.leadtrace.deal.linked.v1",
    "subject": "deal/9001",
    "data": {"lead": {"subject": "contact/123"}, "role": "buyer"},
}
_CLOUD_EVENT = {"specversion": "1.0", **_EVENT}
_ACCEPTED = {
    "intake_id": "019b7c4e-8a00-7c3d-9f10-52c1b7a90e11",
    "accepted": 2,
    "quarantined": 1,
    "items": [
        {"item": 0, "outcome": "accepted", "source": "app", "ids": ["7f3a2c1e"]},
        {
            "item": 1,
            "outcome": "quarantined",
            "reason": "invalid_item",
            "field": "data.stage",
            "detail": "data.stage: is missing",
            "remedy": "Add the field.",
        },
    ],
}
_TEXT = {"type": "string"}
_EVENT_SCHEMA = {
    "type": "object",
    "required": ["id", "type", "subject"],
    "properties": {
        "id": {**_TEXT, "maxLength": 255, "description": "With the source the identity of the event."},
        "type": {"enum": [row.type for row in POSTED]},
        "source": {**_TEXT, "maxLength": 255, "description": "Without it the sender's own name."},
        "subject": {**_TEXT, "description": "The record: <kind>/<external id>, in the sender's own words."},
        "time": {**_TEXT, "format": "date-time", "description": "Without it the moment of receipt."},
        "sequence": {"type": ["string", "integer"], "description": "The sender's own order."},
        "subjectsource": {
            **_TEXT,
            "maxLength": 255,
            "description": "The source of the record, if it is another's; only trusted senders may name one.",
        },
        "data": {"type": "object", "description": "What the type says; unknown fields are refused."},
    },
}
_CLOUD_EVENT_SCHEMA = {
    **_EVENT_SCHEMA,
    "required": ["specversion", "id", "type", "source", "subject"],
    "properties": {
        **_EVENT_SCHEMA["properties"],  # type: ignore[dict-item]
        "specversion": {"const": "1.0"},
        "data_base64": {**_TEXT, "description": "The data in base64, in the place of `data`."},
    },
}
_ANSWER_SCHEMA = {
    "type": "object",
    "required": ["intake_id", "accepted"],
    "properties": {
        "intake_id": {**_TEXT, "format": "uuid"},
        "accepted": {"type": "integer", "description": "Items that are durable, in quarantine or not."},
        "quarantined": {"type": "integer"},
        "items": {"type": "array", "items": {"type": "object"}},
    },
}
_FORMS: Mapping[str, Any] = {
    "application/json": {
        "schema": {"oneOf": [_EVENT_SCHEMA, {"type": "array", "items": _EVENT_SCHEMA}]},
        "examples": {
            "one event": {"value": _EVENT},
            "several": {"value": [_EVENT, _DEAL]},
        },
    },
    "application/x-ndjson": {
        "schema": {**_TEXT, "description": "One event a line."},
        "examples": {"two lines": {"value": "".join(f"{json.dumps(one)}\n" for one in (_EVENT, _DEAL))}},
    },
    "application/cloudevents+json": {
        "schema": _CLOUD_EVENT_SCHEMA,
        "examples": {"structured mode": {"value": _CLOUD_EVENT}},
    },
    "application/cloudevents-batch+json": {
        "schema": {"type": "array", "items": _CLOUD_EVENT_SCHEMA},
        "examples": {"batch mode": {"value": [_CLOUD_EVENT]}, "an empty batch": {"value": []}},
    },
}


def _header(name: str, description: str, example: str, **schema: object) -> dict[str, Any]:
    given = {"type": "string", **schema}
    return {"name": name, "in": "header", "description": description, "schema": given, "example": example}


_BINARY = "Binary mode: the attribute, percent-encoded UTF-8; the body is the data."
_PARAMETERS = (
    _header(
        "Idempotency-Key",
        "A repeated request with the same key gets the first answer, with `Idempotency-Replayed: true`.",
        "9f1c3c3e-5b0c-4c57-9a5e-1f1f0e1f7c11",
        minLength=1,
        maxLength=LONGEST_KEY,
    ),
    _header("ce-specversion", _BINARY, "1.0"),
    _header("ce-id", _BINARY, "7f3a2c1e"),
    _header("ce-type", _BINARY, _TYPE),
    _header("ce-source", _BINARY, "app"),
    _header("ce-subject", _BINARY, "contact/J%C3%BCrgen"),
    _header("ce-time", _BINARY, "2026-01-02T03:04:05Z"),
)
_POST: Mapping[str, Any] = {
    "summary": "Take events of the catalogue",
    "description": (
        "Takes CloudEvents 1.0 in binary, structured and batch mode, and the same events as plain JSON or "
        "NDJSON. Every event is validated before the answer: if none is valid nothing is stored, if some "
        "are, all are stored and the bad ones go to quarantine and are named in the answer. What is "
        "delivered twice, by source and id, counts once. `/v1/events/` is the same route."
    ),
    "operationId": "take_events",
    "tags": ["events"],
    "security": [{"senderKey": []}],
    "parameters": list(_PARAMETERS),
    "requestBody": {"required": True, "content": _FORMS},
    "responses": {
        "202": {
            "description": "Durable; each item with its fate.",
            "headers": {
                "Idempotency-Replayed": {
                    "description": "`true` if an earlier request with this key got this answer.",
                    "schema": _TEXT,
                }
            },
            "content": {"application/json": {"schema": _ANSWER_SCHEMA, "example": _ACCEPTED}},
        },
        **REFUSALS,
    },
}
_OPTIONS: Mapping[str, Any] = {
    "summary": "Ask whether an origin may deliver here",
    "description": "The handshake of the webhook binding of CloudEvents, before a broker delivers anything.",
    "operationId": "allow_origin",
    "tags": ["events"],
    "parameters": [
        {**_header("WebHook-Request-Origin", "Who asks.", "events.example.com"), "required": True},
    ],
    "responses": {
        "200": {
            "description": "Yes; what is delivered must still bear a key.",
            "headers": {
                "WebHook-Allowed-Origin": {"description": "Who asked.", "schema": _TEXT},
                "WebHook-Allowed-Rate": {"description": "Requests a minute, or `*`.", "schema": _TEXT},
            },
        },
        "405": REFUSALS["405"],
    },
}

PATHS: Mapping[str, Any] = {"/v1/events": {"post": _POST, "options": _OPTIONS}}
