"""`GET /v1/definitions` and `/v1/definitions/{version}`."""

from typing import Annotated

from fastapi import APIRouter, Path

from leadtrace.domain.definitions.telling import tell
from leadtrace_api.definitions.queries import Kept, kept
from leadtrace_api.definitions.schemas import ONE_VERSION, VERSIONS, OneVersion, VersionRow, Versions
from leadtrace_api.definitions.versions import Version, versions_of
from leadtrace_api.problems import NotFoundError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

router = APIRouter()


@router.get(
    "/v1/definitions",
    summary="Every version of the definitions, who approved it, and when it was in force",
    responses={200: {"content": {"application/json": {"example": VERSIONS}}}},
)
async def versions(room: InRoom) -> Versions:
    """What marketing and sales agreed on, by version; a score names version and hash of its own."""
    async with reading(room) as now:
        told = await kept(now)
    rows = versions_of(room.shelf.versions, told).values()
    return Versions(live=told.live, versions=tuple(_row(one, told) for one in rows))


@router.get(
    "/v1/definitions/{version}",
    summary="One version of the definitions, in values and in words",
    responses={200: {"content": {"application/json": {"example": ONE_VERSION}}}},
)
async def one_version(
    room: InRoom, version: Annotated[int, Path(description="As `/v1/definitions` lists it.")]
) -> OneVersion:
    """Stages with their clauses, the scorecard, bands and grades: each with its owner and its words."""
    async with reading(room) as now:
        told = await kept(now)
    there = versions_of(room.shelf.versions, told)
    found = there.get(version)
    if found is None:
        raise NotFoundError(
            f"There is no version {version} of the definitions.",
            parameter="version",
            remedy=f"There are: {', '.join(map(str, there))}.",
        )
    if found.definitions is None:
        raise NotFoundError(
            f"Version {version} was registered by an earlier release; this one cannot read it.",
            parameter="version",
            remedy="Write it anew under a higher `version`; `leadtrace definitions lint` names what changed.",
        )
    return OneVersion(
        live=version == told.live,
        in_shadow=version == told.shadow,
        registered_at=found.registered_at,
        approvals=told.approvals_of(version),
        in_force=told.in_force(version),
        definitions=tell(found.definitions),
    )


def _row(one: Version, told: Kept) -> VersionRow:
    return VersionRow(
        id=one.id,
        version=one.version,
        hash=one.hash,
        owner=one.definitions.owner if one.definitions is not None else None,
        live=one.version == told.live,
        in_shadow=one.version == told.shadow,
        registered_at=one.registered_at,
        approvals=told.approvals_of(one.version),
        in_force=told.in_force(one.version),
        href=f"/v1/definitions/{one.version}",
    )
