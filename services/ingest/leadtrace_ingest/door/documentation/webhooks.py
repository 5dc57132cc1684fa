"""The webhook route as OpenAPI documents it."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.parameters import SENDER
from leadtrace_ingest.door.documentation.problems import refusals

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
    "429": "More than this sender may post now; post it again after `Retry-After` seconds.",
    "431": "There are too many headers, or they are too large.",
    "503": "The delivery could not be made durable; deliver it again after `Retry-After` seconds.",
}


def _operation(operation_id: str, *more: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": "Take a webhook delivery",
        "description": (
            "The raw bytes are authenticated and committed before the answer; what is wrong "
            "with single items goes to quarantine behind it. An empty array is accepted and leaves nothing."
        ),
        "operationId": operation_id,
        "tags": ["webhooks"],
        "parameters": [SENDER, *more],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {}, "example": [_ITEM]},
                "text/xml": {"schema": {"type": "string"}, "example": "<soapenv:Envelope>…"},
            },
        },
        "responses": {
            "200": {
                "description": "The same in the words of a vendor that takes only 200 for success.",
                "content": {"text/xml": {"schema": {"type": "string"}, "example": "<soapenv:Envelope>…"}},
            },
            "202": {
                "description": "Durable; `accepted` items will be worked through.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": _ACCEPTED}},
            },
            **refusals(_PROBLEMS),
        },
    }


def _parameter(name: str, description: str, example: str) -> dict[str, Any]:
    schema = {"type": "string"}
    said = {"description": description, "schema": schema, "example": example}
    return {"name": name, "in": "path", "required": True, **said}


_ROUTE = _parameter(
    "route", "A secret of the sender's `path_secrets`, or a route of its vendor such as `cdc`.", "cdc"
)
_SECRET = _parameter("secret", "A secret of the sender's `path_secrets`.", "a-long-random-segment")
PATHS: Mapping[str, Any] = {
    "/v1/webhooks/{sender}": {"post": _operation("take_webhook")},
    "/v1/webhooks/{sender}/{route}": {"post": _operation("take_webhook_at_route", _ROUTE)},
    "/v1/webhooks/generic/{sender}": {"post": _operation("take_generic_webhook")},
    "/v1/webhooks/generic/{sender}/{secret}": {"post": _operation("take_generic_webhook_at_secret", _SECRET)},
}
