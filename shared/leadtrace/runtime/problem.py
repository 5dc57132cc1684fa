"""Errors over HTTP: RFC 9457 problem details that name the rule and the remedy."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    remedy: str | None = None,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """A problem document: `code` is its stable short name, `parameter` what in the request is at fault."""
    members: dict[str, object] = {
        "type": f"urn:leadtrace:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
    }
    if parameter is not None:
        members["parameter"] = parameter
    if remedy is not None:
        members["remedy"] = remedy
    body = msgspec.json.encode({**members, **more})
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))
