"""`GET /v1/intake/{id}`: accepted when, from whom, and what became of each item."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from sqlalchemy import text

from leadtrace_api.intake.schemas import EXAMPLE, Intake
from leadtrace_api.problems import NotFoundError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

IntakeId = Annotated[UUID, Path(description="As the door named the request in its answer.")]

router = APIRouter()

_INTAKE = text(
    "select intake_id, sender, received_at, state, accepted_items, outcomes, "
    "case when raw_erased_at is not null then 'erased' when redacted is not null then 'redacted' "
    "else 'kept' end as raw, coalesce(redacted, '{}') as redacted, raw_erased_at "
    "from ingest.pub_intake where intake_id = :intake_id"
)
_EXAMPLE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}


@router.get("/v1/intake/{intake_id}", summary="What became of an accepted request", responses=_EXAMPLE)
async def intake(room: InRoom, intake_id: IntakeId) -> Intake:
    """The fate of a request by the id that its sender got; neither its body nor its headers are shown."""
    async with reading(room) as now:
        found = (await now.connection.execute(_INTAKE, {"intake_id": intake_id})).one_or_none()
    if found is None:
        raise NotFoundError(
            f"No request {intake_id} was accepted.",
            parameter="intake_id",
            rule="An id is given by the door with its 2xx.",
            remedy="Take it from the answer to the request; a request that was refused has none.",
        )
    return Intake(snapshot_at=now.at, **dict(found._mapping))  # noqa: SLF001 - SQLAlchemy's public name for it
