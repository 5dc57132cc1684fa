"""`GET /v1/definitions` and `/v1/definitions/{version}`."""

from typing import Annotated

from fastapi import APIRouter, Path

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.telling import tell
from leadtrace_api.definitions.schemas import ONE_VERSION, VERSIONS, OneVersion, VersionRow, Versions
from leadtrace_api.problems import NotFoundError
from leadtrace_api.room import InRoom

router = APIRouter()


@router.get(
    "/v1/definitions",
    summary="Every version of the definitions, and which one is in force",
    responses={200: {"content": {"application/json": {"example": VERSIONS}}}},
)
async def versions(room: InRoom) -> Versions:
    """What marketing and sales agreed on, by version; a score names version and hash of its own."""
    live = room.definition_version
    return Versions(live=live, versions=tuple(_row(one, live) for one in room.shelf.versions))


@router.get(
    "/v1/definitions/{version}",
    summary="One version of the definitions, in values and in words",
    responses={200: {"content": {"application/json": {"example": ONE_VERSION}}}},
)
async def one_version(
    room: InRoom, version: Annotated[int, Path(description="As `/v1/definitions` lists it.")]
) -> OneVersion:
    """Stages with their clauses, the scorecard, bands and grades: each with its owner and its words."""
    found = room.shelf.version(version)
    if found is None:
        known = ", ".join(str(one.version) for one in room.shelf.versions)
        raise NotFoundError(
            f"There is no version {version} of the definitions.",
            parameter="version",
            remedy=f"There are: {known}.",
        )
    return OneVersion(live=version == room.definition_version, definitions=tell(found))


def _row(definitions: Definitions, live: int) -> VersionRow:
    return VersionRow(
        id=definitions.id,
        version=definitions.version,
        hash=content_hash(definitions),
        owner=definitions.owner,
        live=definitions.version == live,
        href=f"/v1/definitions/{definitions.version}",
    )
