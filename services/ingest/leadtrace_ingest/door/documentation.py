"""The webhook route as OpenAPI documents it: it stands in front of the app, so the app cannot tell of it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from leadtrace.runtime.problem import MEDIA_TYPE
from leadtrace_ingest.door.import_documentation import PATH as IMPORT_PATH
from leadtrace_ingest.door.import_documentation import import_operations

_ITEM = {
    "eventId": 3816279340,
    "subscriptionId": 25,
    "portalId": 33,
    "appId": 1160452,
    "occurredAt": 1767312000000,
    "subscriptionType": "contact.propertyChange",
    "attemptNumber": 0,
    "objectId": 1246965,
    "propertyName": "lifecyclestage",
    "propertyValue": "marketingqualifiedlead",
    "changeSource": "CRM_UI",
}
_ACCEPTED = {"intake_id": "019b7c4e-8a00-7c3d-9f10-52c1b7a90e11", "accepted": 1}
_PROBLEMS = {
    "401": "The signature is missing, wrong or stale; nothing is stored.",
    "404": "No sender of this name is configured.",
    "413": "The body or the batch is too large.",
    "503": "The delivery could not be made durable; deliver it again after `Retry-After` seconds.",
}


def describe(app: FastAPI) -> None:
    """Have the app's OpenAPI page tell of the webhook route too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema["paths"]["/v1/webhooks/{sender}"] = {"post": _operation()}
            schema["paths"][IMPORT_PATH] = import_operations()
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _operation() -> dict[str, Any]:
    sender = {
        "name": "sender",
        "in": "path",
        "required": True,
        "description": "The `<name>` of a `[senders.<name>]` table in leadtrace.toml.",
        "schema": {"type": "string"},
        "example": "hubspot",
    }
    return {
        "summary": "Take a webhook delivery",
        "description": (
            "The raw bytes are authenticated and committed before the answer; what is wrong "
            "with single items goes to quarantine behind it. An empty array is accepted and leaves nothing."
        ),
        "operationId": "take_webhook",
        "tags": ["webhooks"],
        "parameters": [sender],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "array"}, "example": [_ITEM]}},
        },
        "responses": {
            "202": {
                "description": "Durable; `accepted` items will be worked through.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": _ACCEPTED}},
            },
            **{status: _problem(status, text) for status, text in _PROBLEMS.items()},
        },
    }


def _problem(status: str, text: str) -> dict[str, Any]:
    example = {"type": "urn:leadtrace:problem:…", "status": int(status), "detail": text, "remedy": "…"}
    return {
        "description": text,
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}, "example": example}},
    }
