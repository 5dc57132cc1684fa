"""Parameters that several raw routes share, as OpenAPI documents them."""

from collections.abc import Mapping
from typing import Any

SENDER: Mapping[str, Any] = {
    "name": "sender",
    "in": "path",
    "required": True,
    "description": "The `<name>` of a `[senders.<name>]` table in leadtrace.toml.",
    "schema": {"type": "string"},
    "example": "hubspot",
}
