"""The routes that the clients of Segment, RudderStack and PostHog call, as OpenAPI documents them."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.problems import problem_example, refusal, refusals
from leadtrace_ingest.senders.segment.message import TYPES
from leadtrace_ingest.senders.segment.paths import CAPTURE, paths

_MESSAGE = {
    "type": "track",
    "messageId": "ajs-next-1767312000000-5b0c",
    "userId": "u-17",
    "event": "Demo Requested",
    "timestamp": "2026-01-02T03:04:05.678Z",
    "properties": {"plan": "team"},
    "context": {"campaign": {"name": "spring", "source": "google", "medium": "cpc"}},
}
_SUCCESS = {"success": True}
_EMPTY = problem_example(400, "not_json", "the message is not JSON", "Correct the item and send it again.")
_CAPTURED = {
    "event": "$pageview",
    "distinct_id": "u-17",
    "uuid": "019b7c4e-8a00-7c3d-9f10-52c1b7a90e12",
    "timestamp": "2026-01-02T03:04:05.678Z",
    "properties": {"$current_url": "https://acme.example/pricing?utm_source=google"},
}
SECURITY: Mapping[str, Any] = {
    "writeKey": {
        "type": "http",
        "scheme": "basic",
        "description": "The write key as user name, the password empty; or `writeKey` in the body.",
    }
}


def _post(operation_id: str, what: str, example: object) -> dict[str, Any]:
    return {
        "summary": f"Take what a client sends as {what}",
        "description": (
            "Answers 200 whatever becomes of single messages, since clients send a whole batch again after "
            "anything else; the bad ones are in quarantine. Bodies may be gzip under any content type. "
            "The same path with a slash at its end is the same route. docs/senders/segment.md lists the "
            "versions of clients that are supported."
        ),
        "operationId": operation_id,
        "tags": ["clients"],
        "security": [{"writeKey": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
        },
        "responses": {
            "200": {
                "description": "Durable.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": _SUCCESS}},
            },
            "400": refusal("Nothing of it can be read; nothing is stored.", _EMPTY),
            **refusals(
                {
                    "401": "The write key is missing or wrong; nothing is stored.",
                    "404": "No sender of kind `segment` is configured.",
                    "413": "The body or the batch is too large.",
                    "422": "Nothing of it is valid; nothing is stored.",
                    "429": "More than this sender may post now; come again after `Retry-After` seconds.",
                    "431": "There are too many headers, or they are too large.",
                    "503": "It could not be made durable; send it again after `Retry-After` seconds.",
                }
            ),
        },
    }


_BATCH = {"batch": [_MESSAGE], "sentAt": "2026-01-02T03:04:06.000Z"}
_CAPTURED_BATCH = {"batch": [_CAPTURED], "sent_at": "2026-01-02T03:04:06.000Z"}


def _documented(path: str, route: str) -> dict[str, Any]:
    name = "client_" + path.strip("/").removeprefix("v1/").replace("/", "_")
    if route == CAPTURE:
        # PostHog's batch is none of Segment's.
        return {"post": _post(f"posthog_{name}", "PostHog's", _CAPTURED_BATCH)}
    example = {**_MESSAGE, "type": route} if route in TYPES else _BATCH
    return {"post": _post(name, route, example)}


PATHS: Mapping[str, Any] = {
    path: _documented(path, route) for path, route in paths().items() if not path.endswith("/")
}
