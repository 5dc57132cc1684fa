"""The routes that the clients of Segment, RudderStack and PostHog call, as OpenAPI documents them."""

from collections.abc import Mapping
from typing import Any

from leadtrace_ingest.door.documentation.problems import problem_example, refusal, refusals

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
_TYPES = ("track", "identify", "page", "screen", "group", "alias")
SECURITY: Mapping[str, Any] = {
    "writeKey": {
        "type": "http",
        "scheme": "basic",
        "description": "The write key as user name, the password empty; or `writeKey` in the body.",
    }
}


def _post(verb: str, example: object) -> dict[str, Any]:
    return {
        "summary": f"Take what a client sends as {verb}",
        "description": (
            "Answers 200 whatever becomes of single messages, since clients send a whole batch again after "
            "anything else; the bad ones are in quarantine. Bodies may be gzip under any content type. "
            "docs/senders/segment.md lists every path and the versions of clients that are supported."
        ),
        "operationId": f"client_{verb}",
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
PATHS: Mapping[str, Any] = {
    **{f"/v1/{verb}": {"post": _post(verb, {**_MESSAGE, "type": verb})} for verb in _TYPES},
    **{f"/v1/{verb}": {"post": _post(verb, _BATCH)} for verb in ("batch", "import")},
}
