"""`GET /v1/audit/conservation`."""

from typing import Any

from fastapi import APIRouter

from leadtrace_api.audit.assembly import conservation
from leadtrace_api.audit.schemas import EXAMPLE, Conservation
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

router = APIRouter()

_EXAMPLE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}


@router.get(
    "/v1/audit/conservation", summary="Whether nothing is lost, doubled or made up", responses=_EXAMPLE
)
async def audit(room: InRoom) -> Conservation:
    """Both equations of what came in, every hop's reconciliation count, and money to the cent."""
    async with reading(room) as now:
        return await conservation(now)
