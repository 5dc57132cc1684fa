"""Admin routes of models: have one trained, see which there are, and why one speaks or does not."""

from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import Authorize, guarded, json_answer, name_of_key
from leadtrace.runtime.problem import problem
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Pool
from leadtrace_scoring.prediction import trainings
from leadtrace_scoring.prediction.trainer import Trainer
from leadtrace_scoring.prediction.trainings import Training

_PATH: Final = "/v1/admin/models"
_COLUMNS: Final = (
    "version, hash, kind, trained_on, trained_at, result::text as result, activated_at, retired_at,"
    " retired_because"
)
_ALL: Final = f"select {_COLUMNS} from scoring.models order by version desc limit 100"
_ONE: Final = f"select {_COLUMNS} from scoring.models where version = $1"


class Models:
    """The trainer and its routes, as they run in a process."""

    def __init__(self, trainer: Trainer, pool: Pool) -> None:
        self._trainer = trainer
        self._pool = pool

    async def run(self, stop: StopSignal) -> None:
        """Train when it is due."""
        await self._trainer.run(stop)

    def routes(self, authorize: Authorize) -> list[Route]:
        """What operators ask for."""
        return model_routes(self._trainer, self._pool, authorize)


def model_routes(trainer: Trainer, pool: Pool, authorize: Authorize) -> list[Route]:
    """`GET /v1/admin/models`, below it one version, and `POST …/train`."""

    async def train(request: Request) -> Response:
        if trainer.config.plan is None:
            return _turned_off()
        asked = await trainer.ask(name_of_key(request))
        return json_answer({"asked": asked, "training": await _newest(pool)}, 202)

    async def listed(_: Request) -> Response:
        async with pool.acquire() as connection:
            rows = await connection.fetch(_ALL)
        answer = {
            "enabled": trainer.config.enabled,
            "training": await _newest(pool),
            "models": list(map(_model, rows)),
        }
        return json_answer(answer)

    async def shown(request: Request) -> Response:
        version: int = request.path_params["version"]
        async with pool.acquire() as connection:
            row = await connection.fetchrow(_ONE, min(version, 2**31 - 1))
        if row is None:
            return problem(
                404,
                "no_such_model",
                f"There is no model {version}.",
                remedy="`leadtrace models list` shows those that there are.",
            )
        return json_answer(_model(row))

    return [
        Route(_PATH, guarded(listed, authorize), methods=["GET"]),
        Route(f"{_PATH}/train", guarded(train, authorize), methods=["POST"]),
        Route(f"{_PATH}/{{version:int}}", guarded(shown, authorize), methods=["GET"]),
    ]


async def _newest(pool: Pool) -> dict[str, Any] | None:
    async with pool.acquire() as connection:
        found = await trainings.newest(connection)
    return None if found is None else _training(found)


def _training(found: Training) -> dict[str, Any]:
    told = {name: getattr(found, name) for name in Training.__dataclass_fields__ if name != "plan"}
    return {**told, "result": _json(found.result), "left_out": _json(found.left_out)}


def _model(row: Any) -> dict[str, Any]:
    told = dict(row)
    told["result"] = _json(told["result"])
    told["active"] = told["activated_at"] is not None and told["retired_at"] is None
    return told


def _json(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


def _turned_off() -> Response:
    return problem(
        409,
        "prediction_off",
        "Nothing is predicted here: `[prediction] enabled` is false.",
        remedy="Set it to true, or leave it out, and start scoring again.",
    )
