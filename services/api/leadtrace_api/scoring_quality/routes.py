"""`GET /v1/scoring/quality`."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from leadtrace_api.problems import NotFoundError, ProblemError
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom
from leadtrace_api.scoring_quality import queries
from leadtrace_api.scoring_quality.answers import answer_of
from leadtrace_api.scoring_quality.example import EXAMPLE
from leadtrace_api.scoring_quality.schemas import QualityQuery, ScoringQuality
from leadtrace_api.tags import has

_TAG_BYTES = 16

router = APIRouter()


class NotComputedYetError(ProblemError):
    """The projector has not been through all leads yet."""

    status = 503
    kind = "not_computed_yet"
    title = "It is computed for the first time"


@router.get(
    "/v1/scoring/quality",
    summary="Whether the score says what happens: conversion by band, ranking, calibration, drift",
    response_model=ScoringQuality,
    responses={
        200: {"content": {"application/json": {"example": EXAMPLE}}},
        304: {"description": "Nothing was computed since the answer of `If-None-Match`."},
    },
)
async def quality(request: Request, room: InRoom, query: Annotated[QualityQuery, Query()]) -> Response:
    """Each lead is judged once, while it was open, by the score that it had then; open leads are no losses.

    It is computed in the background over all leads, hourly at the least often; `computed_at` says as of when.
    """
    async with reading(room) as now:
        version = query.version if query.version is not None else now.version
        found = await queries.stored(now, version, query.horizon_days, query.age_days)
        if found is None:
            raise await _missing(now, version)
    body = answer_of(found).model_dump_json()
    tag = f'"{hashlib.blake2b(body.encode(), digest_size=_TAG_BYTES).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


async def _missing(now: Reading, version: int) -> ProblemError:
    known = await queries.judged_versions(now)
    if version == now.version or version in known:
        detail = "The projector goes through all leads for the first time; try again in some minutes."
        return NotComputedYetError(detail)
    there = ", ".join(map(str, known)) or "none yet"
    return NotFoundError(
        f"No lead was scored by version {version} of the definitions.",
        parameter="version",
        remedy=f"There are: {there}.",
    )
