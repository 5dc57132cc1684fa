"""`GET /v1/models` and `/v1/models/{version}`."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path
from sqlalchemy import Row

from leadtrace.domain.predict.evaluation import Evaluation
from leadtrace.domain.predict.losses import Gain
from leadtrace.domain.predict.ranking import Auc
from leadtrace.domain.predict.training import Result, decode_result
from leadtrace_api.models.queries import all_models, latest_training, one_model
from leadtrace_api.models.schemas import (
    MODEL,
    MODELS,
    Figures,
    Interval,
    ModelRow,
    Models,
    OneModel,
    Reads,
    TrainingRow,
)
from leadtrace_api.problems import NotFoundError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

router = APIRouter()


@router.get(
    "/v1/models",
    summary="Which model predicts, which did before, and how the last training ended",
    responses={200: {"content": {"application/json": {"example": MODELS}}}},
)
async def models(room: InRoom) -> Models:
    """A model speaks only if it beats the base rate and the rules on leads that it had not learnt from."""
    async with reading(room) as now:
        rows, training = await all_models(now), await latest_training(now)
    told = tuple(ModelRow(**_row(row, _result(row))) for row in rows)
    active = next((row.version for row in told if row.active), None)
    return Models(snapshot_at=now.at, active=active, training=_training(training), models=told)


@router.get(
    "/v1/models/{version}",
    summary="What a model reads, what it was learnt from, and what it was worth",
    responses={200: {"content": {"application/json": {"example": MODEL}}}},
)
async def model(
    room: InRoom,
    version: Annotated[int, Path(description="As `/v1/models` lists it.", ge=1, le=2**31 - 1)],
) -> OneModel:
    """Every figure is out of fold: said of leads by a model that had not learnt from them."""
    async with reading(room) as now:
        row = await one_model(now, version)
    if row is None:
        raise NotFoundError(
            f"There is no model {version}.",
            parameter="version",
            remedy="/v1/models lists those that there are.",
        )
    result = _result(row)
    reads: dict[str, Any] = msgspec.json.decode(row.reads)
    return OneModel(
        **_row(row, result),
        snapshot_at=now.at,
        reads=Reads(**reads),
        censored=result.censored,
        tried=result.tried,
        split=result.split.value,
        evaluations={name: _figures(one) for name, one in result.evaluations.items()},
        gains={rival: _interval(gain) for rival, gain in result.gains.items()},
        libraries=result.libraries,
    )


def _result(row: Row[Any]) -> Result:
    return decode_result(row.result.encode())


def _row(row: Row[Any], result: Result) -> dict[str, Any]:
    return {
        "version": row.version,
        "hash": row.hash,
        "kind": row.kind,
        "active": row.activated_at is not None and row.retired_at is None,
        "activated_at": row.activated_at,
        "retired_at": row.retired_at,
        "retired_because": row.retired_because,
        "trained_at": row.trained_at,
        "trained_on": row.trained_on,
        "wins": result.wins,
        "losses": result.losses,
        "objections": result.objections,
        "href": f"/v1/models/{row.version}",
    }


def _training(row: Row[Any] | None) -> TrainingRow | None:
    if row is None:
        return None
    result = None if row.result is None else decode_result(row.result.encode())
    return TrainingRow(
        state=row.state,
        started_by=row.started_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        model=row.model_version,
        wins=result.wins if result else None,
        losses=result.losses if result else None,
        censored=result.censored if result else None,
        objections=result.objections if result else (),
        left_out=msgspec.json.decode(row.left_out) if row.left_out else {},
        error=row.error,
    )


def _figures(one: Evaluation) -> Figures:
    return Figures(
        leads=one.leads,
        wins=one.wins,
        auc=_interval(one.auc),
        log_loss=one.log_loss,
        brier=one.brier,
        calibration_error=one.reliability.ece,
    )


def _interval(figure: Auc | Gain | None) -> Interval | None:
    return None if figure is None else Interval(value=figure[0], low=figure[1], high=figure[2])
