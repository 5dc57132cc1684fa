"""The routes of erasures as OpenAPI documents them."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.problems import problem_example, refusal
from leadtrace_ingest.erasure.receipts import STORES

SECURITY: Mapping[str, Any] = {
    "adminKey": {"type": "http", "scheme": "bearer", "description": "An API key of scope `admin`."}
}
_ERASURE = "019b7c4e-8a00-7c3d-9f10-52c1b7a90e11"
_LEAD = "1d32ee03-bd54-5003-ae86-3c7d4580b7ca"
_RECEIPT: dict[str, Any] = {
    "erasure_id": _ERASURE,
    "lead_id": _LEAD,
    "state": "done",
    "erased_until": "2026-04-01T08:14:05.120000Z",
    "requested_by": "key privacy desk",
    "requested_at": "2026-04-01T08:14:05.120000Z",
    "counts": {
        "subjects": 2,
        "personal_keys": 2,
        "suppressions": 4,
        "events": 9,
        "items": 11,
        "deliveries_searched": 27308,
        "deliveries_rewritten": 3,
        "deliveries_dropped": 5,
        "held_items": 1,
    },
    "finished_at": "2026-04-01T08:14:06.020000Z",
    "stores": dict(STORES),
}
_REFUSALS: Mapping[str, dict[str, Any]] = {
    "401": problem_example(401, "unauthorized", "This route takes the admin key.", "Send a key."),
    "403": problem_example(403, "scope_missing", "The key does not allow this.", "Make one of scope admin."),
    "404": problem_example(404, "unknown_lead", "Ingest knows no lead of this id.", "Take it from the api."),
    "422": problem_example(422, "bad_request", "An id is a UUID.", "Take it from an answer."),
    "503": problem_example(503, "unavailable", "The database is away; nothing is lost.", "Send it again."),
}


def _parameter(name: str, where: str, schema: dict[str, Any], text: str, example: object) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": text,
        "schema": schema,
        "example": example,
    }


_UUID = {"type": "string", "format": "uuid"}
_WAIT = _parameter(
    "wait_s",
    "query",
    {"type": "number", "minimum": 0, "maximum": 30},
    "Seconds that the answer may wait for the end of it.",
    10,
)


def _operation(
    operation: str, summary: str, text: str, parameters: list[Any], answers: dict[str, Any]
) -> dict[str, Any]:
    refused = {status: refusal(one["detail"], one) for status, one in _REFUSALS.items()}
    return {
        "summary": summary,
        "description": text,
        "operationId": operation,
        "tags": ["erasure"],
        "parameters": parameters,
        "responses": {**answers, **refused},
        "security": [{"adminKey": []}],
    }


def _answer(text: str, example: object) -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "example": example}}
    return {"description": text, "content": content}


PATHS: Mapping[str, Any] = {
    "/v1/leads/{lead_id}/personal-data": {
        "delete": _operation(
            "erase_personal_data",
            "Erase what names the person behind a lead",
            "Keys are destroyed, raw bytes taken out, late items stopped; no number changes.",
            [
                _parameter("lead_id", "path", _UUID, "The lead, or one absorbed by it.", _LEAD),
                _WAIT,
            ],
            {
                "200": _answer("The receipt: it is done.", _RECEIPT),
                "202": _answer(
                    "The receipt so far: keys are destroyed or about to be, raw bytes are being searched.",
                    {**_RECEIPT, "state": "searching", "finished_at": None},
                ),
            },
        )
    },
    "/v1/erasures": {
        "get": _operation(
            "list_erasures",
            "Receipts of erasures, oldest first",
            "Who asked, when, and what was destroyed; no personal value stands in it.",
            [
                _parameter("lead_id", "query", _UUID, "Only erasures of this lead.", _LEAD),
                _parameter("after", "query", _UUID, "Where the page before ended; its `next`.", _ERASURE),
                _parameter(
                    "limit", "query", {"type": "integer", "minimum": 1, "maximum": 500}, "On a page.", 50
                ),
            ],
            {"200": _answer("A page of receipts.", {"erasures": [_RECEIPT], "next": None})},
        )
    },
    "/v1/erasures/{erasure_id}": {
        "get": _operation(
            "show_erasure",
            "The receipt of one erasure",
            "Its counts grow until its state is `done`.",
            [
                _parameter("erasure_id", "path", _UUID, "As the erasure's answer has it.", _ERASURE),
                _WAIT,
            ],
            {"200": _answer("The receipt as it stands.", _RECEIPT)},
        )
    },
}
