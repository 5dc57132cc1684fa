"""What `/v1/session` answers."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from leadtrace_api.schemas import Answer

EXAMPLE: Final[dict[str, Any]] = {
    "by": "session",
    "name": "dashboard",
    "scopes": ["read"],
    "ends_at": "2026-04-01T20:14:05Z",
}


class Reader(Answer):
    """Who reads, and by what."""

    by: Literal["machine", "key", "session"] = Field(
        description="machine: this machine, in embedded mode, needs nothing. key: the header "
        "`Authorization`. session: the cookie."
    )
    name: str | None = Field(description="The name of the key; null where there is none.")
    scopes: tuple[str, ...] = Field(description="What is allowed, in order of names.")
    ends_at: datetime | None = Field(description="When the session ends; null where it is none.")
