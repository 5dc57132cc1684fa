"""The import routes as OpenAPI documents them."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.parameters import SENDER
from leadtrace_ingest.door.documentation.problems import problem_example, refusal, refusals

_ID = "019b7c4e-8a00-7c3d-9f10-52c1b7a90e11"
_BODY = (
    '{"mapping":{"name":"crm"},"mapping_hash":"0123456789abcdef","account":"33",'
    '"rows":{"file":"0123456789abcdef","format":"csv","first_row":2}}\n'
    '{"Record ID":"1","Lifecycle Stage":"Lead"}'
)
_TOLD = {
    "deliveries": [
        {
            "intake_id": _ID,
            "accepted": 2,
            "outcomes": {"published": 1, "quarantined": 1},
            "quarantined": [{"item": 1, "reason": "bad_time", "detail": "time: it cannot be read"}],
        }
    ]
}
_UNUSABLE = "422"
_PROBLEMS = {
    "401": "The key is missing or wrong.",
    "404": "No sender of this name is configured.",
    "413": "The body or the batch is too large.",
    _UNUSABLE: "Header or mapping cannot be used, or the Idempotency-Key was used for other bytes.",
    "503": "The delivery could not be made durable; deliver it again after `Retry-After` seconds.",
}


def _post() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "A delivery that is posted again under its key is kept once.",
        "schema": {"type": "string"},
        "example": "run-1:0",
    }
    return {
        "summary": "Take rows of a file with the mapping that reads them",
        "description": "JSON Lines: a header, then a row a line, as `leadtrace import` writes them.",
        "operationId": "take_import",
        "tags": ["imports"],
        "parameters": [SENDER, key],
        "requestBody": {
            "required": True,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": _BODY}},
        },
        "responses": {
            "202": _json("Durable; `accepted` rows will be mapped.", {"intake_id": _ID, "accepted": 2}),
            **_problems(*_PROBLEMS),
        },
    }


def _get() -> dict[str, Any]:
    ids = {
        "name": "id",
        "in": "query",
        "required": True,
        "description": "Ids as the door gave them, up to 200.",
        "schema": {"type": "array", "items": {"type": "string", "format": "uuid"}},
        "example": [_ID],
    }
    items = {
        "name": "items",
        "in": "query",
        "required": False,
        "description": "`true` lists the rows that were not published, by outcome.",
        "schema": {"type": "string", "enum": ["true", "false"]},
        "example": "true",
    }
    return {
        "summary": "What became of imported deliveries",
        "description": "Rows by outcome, and reason and detail of each one in quarantine.",
        "operationId": "tell_import",
        "tags": ["imports"],
        "parameters": [SENDER, ids, items],
        "responses": {
            "200": _json("`outcomes` is null until the relay has come to the delivery.", _TOLD),
            **_problems("401", "404", "422", "503"),
        },
    }


def _json(description: str, example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"description": description, "content": content}


def _problems(*statuses: str) -> dict[str, Any]:
    told = refusals({status: _PROBLEMS[status] for status in statuses if status != _UNUSABLE})
    if _UNUSABLE in statuses:
        text = _PROBLEMS[_UNUSABLE]
        told[_UNUSABLE] = refusal(text, problem_example(int(_UNUSABLE), "unusable_import", text))
    return told


PATHS: Mapping[str, Any] = {"/v1/import/{sender}": {"post": _post(), "get": _get()}}
