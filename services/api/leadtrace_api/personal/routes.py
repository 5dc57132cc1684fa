"""`GET /v1/audit/personal-reads`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from leadtrace_api.personal import queries
from leadtrace_api.personal.schemas import EXAMPLE, PersonalRead, PersonalReads
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

router = APIRouter()

_EXAMPLE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}


class ReadsQuery(BaseModel):
    """Parameters of `GET /v1/audit/personal-reads`."""

    model_config = ConfigDict(frozen=True)

    lead_id: UUID | None = Field(default=None, description="Only looks at this lead.")
    before: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        default=None, description="Where the page before ended; its `next`."
    )
    limit: Annotated[int, Field(ge=1, le=500, description="Looks on a page.")] = 100


@router.get(
    "/v1/audit/personal-reads", summary="Who looked at whose personal fields, and when", responses=_EXAMPLE
)
async def personal_reads(room: InRoom, query: Annotated[ReadsQuery, Query()]) -> PersonalReads:
    """Every answer that showed personal fields, a row for each lead in it; for keys of scope admin."""
    async with reading(room) as now:
        rows = await queries.reads(now, query.before, query.lead_id, query.limit + 1)
    shown = rows[: query.limit]
    return PersonalReads(
        snapshot_at=now.at,
        reads=tuple(PersonalRead(**row._asdict()) for row in shown),
        next=shown[-1].read_id if len(rows) > query.limit else None,
    )
