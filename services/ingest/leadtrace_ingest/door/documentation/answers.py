"""The pages behind links to answer, as OpenAPI documents them."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.problems import problem_example, refusal

_PARAMETERS = [
    {
        "name": "token",
        "in": "path",
        "required": True,
        "description": "The signed offer, as a webhook's `accept_url` and `reject_url` hold it.",
        "schema": {"type": "string"},
        "example": "pU3nYxkT",
    },
    {
        "name": "answer",
        "in": "path",
        "required": True,
        "description": "What the link asks for.",
        "schema": {"type": "string", "enum": ["accept", "reject"]},
        "example": "accept",
    },
]


def _page(text: str, state: str) -> dict[str, Any]:
    content = {
        "text/html": {"schema": {"type": "string"}, "example": "<!doctype html>…"},
        "application/json": {
            "schema": {"type": "object"},
            "example": {"state": state, "detail": text},
        },
    }
    return {"description": f"{text} A page for who accepts text/html.", "content": content}


def _refusal(status: int, code: str, text: str, remedy: str | None = None) -> dict[str, Any]:
    return refusal(text, problem_example(status, code, text, remedy))


_REFUSED: Mapping[str, Any] = {
    "404": _refusal(404, "unknown_link", "The link is not complete: nobody signed it."),
    "410": _refusal(410, "link_expired", "The link is too old, or the lead is not here any more."),
    "503": _refusal(503, "unavailable", "The database is away; try again."),
}
PATHS: Mapping[str, Any] = {
    "/v1/answers/{token}/{answer}": {
        "get": {
            "summary": "Ask a person whether an offer is accepted or rejected",
            "description": "A page with one button. Opening it changes nothing, whoever opens it.",
            "operationId": "ask_for_answer",
            "tags": ["answers"],
            "parameters": _PARAMETERS,
            "responses": {
                "200": _page("What is asked; or how the offer was answered before.", "asked"),
                **_REFUSED,
            },
            "security": [],
        },
        "post": {
            "summary": "Answer an offer",
            "description": "Tells `handover.accepted` or `handover.rejected` of the lead's record, once.",
            "operationId": "answer_offer",
            "tags": ["answers"],
            "parameters": _PARAMETERS,
            "requestBody": {
                "required": False,
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": {"type": "object", "properties": {"reason": {"type": "string"}}},
                        "example": {"reason": "no_need"},
                    }
                },
            },
            "responses": {
                "200": _page("It was answered before; how.", "accepted_already"),
                "202": _page("The answer is durable.", "accepted"),
                "413": _refusal(413, "too_large", "The form is larger than one reason."),
                "422": _refusal(
                    422,
                    "reason_missing",
                    "A rejection needs a reason of the closed list.",
                    "One of: no_need.",
                ),
                **_REFUSED,
            },
            "security": [],
        },
    }
}
