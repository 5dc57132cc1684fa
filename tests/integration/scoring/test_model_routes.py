"""The admin routes of models, and what an operator reads of their answers."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from leadtrace.cli.models_report import print_models, print_one
from leadtrace.runtime.admin import bearer
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.settings_prediction import Prediction
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_scoring.prediction.routes import Models
from tests.integration.chain.scene import Scene
from tests.integration.scoring.trained import CONFIG, Company, company

KEY = "the first admin key of the tests"
PATH = "/v1/admin/models"


def client_of(made: Company, key: str = KEY) -> httpx.AsyncClient:
    """A client of the routes as a process opens them."""
    routes = Models(made.trainer, made.scene.pool).routes(bearer(KeyRing(KEY)))
    transport = httpx.ASGITransport(Starlette(routes=routes))
    headers = {"authorization": f"Bearer {key}"}
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)


@pytest_asyncio.fixture
async def made(scene: Scene) -> AsyncIterator[Company]:
    """A company that nothing was learnt of yet."""
    yield Company(scene)


async def told(made: Company, path: str = PATH) -> dict[str, Any]:
    """What a route tells."""
    async with client_of(made) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_training_is_asked_for_once_and_followed(
    made: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    await made.live(company(420))
    async with client_of(made) as client:
        asked = await client.post(f"{PATH}/train")
        again = await client.post(f"{PATH}/train")
    assert (asked.status_code, again.status_code) == (202, 202)
    assert (asked.json()["asked"], again.json()["asked"]) == (True, False)
    assert asked.json()["training"] == again.json()["training"]
    assert asked.json()["training"]["started_by"] == "bootstrap"
    print_models(await told(made))
    assert "is at work: waiting" in capsys.readouterr().out
    plan = made.config.plan
    assert plan is not None
    await made.trainer.work(plan, StopSignal())
    listed = await told(made)
    assert (listed["enabled"], listed["training"]["state"]) == (True, "done")
    assert [(one["version"], one["active"]) for one in listed["models"]] == [(1, True)]
    print_models(listed)
    print_one(await told(made, f"{PATH}/1"))
    said = " ".join(capsys.readouterr().out.split())
    for words in ("model 1 speaks", "the base rate", "the rules", "gain in log loss over", "leads are open"):
        assert words in said


async def test_why_nothing_is_predicted_is_said_in_words(
    made: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    print_models(await told(made))
    assert "no model yet; `leadtrace models train` has one trained" in capsys.readouterr().out
    await made.live(company(30))
    await made.train()
    print_models(await told(made))
    said = capsys.readouterr().out
    assert "nothing is predicted by it:" in said
    assert "wins are known; 40 are needed." in said


async def test_a_version_that_is_not_there_is_said_so(made: Company) -> None:
    async with client_of(made) as client:
        for version in (9, 10**12):
            answer = await client.get(f"{PATH}/{version}")
            assert (answer.status_code, answer.json()["type"].endswith("no_such_model")) == (404, True)


async def test_turned_off_there_is_nothing_to_train(scene: Scene) -> None:
    off = Company(scene, Prediction(**{**CONFIG.model_dump(), "enabled": False}))
    async with client_of(off) as client:
        answer = await client.post(f"{PATH}/train")
    assert (answer.status_code, answer.json()["type"].endswith("prediction_off")) == (409, True)


async def test_only_an_administrator_may(made: Company) -> None:
    async with client_of(made, "another key, which nobody knows") as client:
        assert (await client.post(f"{PATH}/train")).status_code == 401
        assert (await client.get(PATH)).status_code == 401
