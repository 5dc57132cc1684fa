"""What is answered of an absorbed lead: where the same question about its survivor is."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

MOVED: dict[int | str, dict[str, Any]] = {308: {"description": "The lead was merged into another one."}}


def moved(survivor: UUID | str, tail: str = "", query: BaseModel | None = None) -> Response:
    """A redirect to `/v1/leads/{survivor}{tail}`, asked for what this query asked."""
    asked = urlencode(query.model_dump(mode="json", exclude_none=True)) if query is not None else ""
    path = f"/v1/leads/{survivor}{tail}"
    return RedirectResponse(f"{path}?{asked}" if asked else path, status_code=308)
