"""Trainings over real tables and in a real child: who may speak, who may not and why, and when again."""

import asyncio
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.runtime.retry import StoppedError
from leadtrace.runtime.settings_prediction import Prediction
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_scoring.prediction.outcomes import LeftOut, candidates
from leadtrace_scoring.prediction.trainings import State, Training
from tests.integration.chain.scene import Scene
from tests.integration.scoring.trained import CONFIG, LATE, Company, company

LEADS = 420
# A module that is None fails to be imported, as one does that is not there.
_WITHOUT_SKLEARN = """#!{python}
import runpy, sys
sys.modules["sklearn"] = None
sys.argv = ["training"]
runpy.run_module("leadtrace.training", run_name="__main__")
"""


def result(training: Training) -> dict[str, Any]:
    """What the training says of itself."""
    assert training.error is None
    assert training.result is not None
    found: dict[str, Any] = msgspec.json.decode(training.result)
    return found


async def test_where_a_feature_decides_a_model_speaks(scene: Scene) -> None:
    made = Company(scene)
    await made.live(company(LEADS))
    training = await made.train()
    told = result(training)
    assert (told["active"], told["objections"]) == (True, [])
    assert told["evaluations"][told["chosen"]]["auc"][0] > 0.65
    assert {rival: gain[1] > 0 for rival, gain in told["gains"].items()} == {
        "the base rate": True,
        "the rules": True,
    }
    assert (training.state, training.model_version) == (State.DONE, 1)
    assert await made.versions() == [(1, True)]


async def test_training_again_on_the_same_data_adds_nothing(scene: Scene) -> None:
    made = Company(scene)
    await made.live(company(LEADS))
    first, second = await made.train(), await made.train()
    assert (second.state, second.model_version) == (State.DONE, 1)
    assert result(first)["evaluations"] == result(second)["evaluations"]
    assert await made.versions() == [(1, True)]


async def test_where_nothing_decides_it_is_silent_and_says_why(scene: Scene) -> None:
    made = Company(scene)
    await made.live(company(LEADS, decides=False))
    told = result(await made.train())
    assert not told["active"]
    assert any("does not beat the base rate" in why for why in told["objections"])
    assert await made.versions() == [(1, False)]
    # Nor does it pile up.
    await made.train()
    assert await made.versions() == [(1, False)]


async def test_what_was_filled_in_when_the_end_was_known_teaches_nothing(scene: Scene) -> None:
    """The same leads with and without a column that tells how each ended: every byte is the same."""
    hashes = []
    for leaks in (False, True):
        await scene.empty()
        await scene.pool.execute("truncate scoring.models, scoring.trainings")
        made = Company(scene)
        await made.live(company(LEADS, leaks=leaks))
        await made.train()
        hashes.append(await scene.pool.fetchval("select hash from scoring.models"))
    assert hashes[0] == hashes[1] is not None


async def test_too_few_outcomes_are_told_without_a_child(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    made = Company(scene)
    await made.live(company(30))
    told = result(await made.train())
    assert [why.split()[-3] for why in told["objections"]] == ["40", "40", "100"]
    assert await made.versions() == []


@pytest.mark.parametrize("most", [100, 200])
async def test_of_too_many_those_watched_for_the_whole_horizon_teach_first(scene: Scene, most: int) -> None:
    """A company that captures more than that in a horizon would else never see who stays open."""

    async def note(_read: int) -> None:
        pass

    made, horizon_days = Company(scene), 100
    await made.live(company(300))
    read = partial(candidates, scene.pool, days_after_capture=7, horizon_days=horizon_days, note=note)
    everyone, found = await read(most=300), await read(most=most)
    assert found.observed_until == everyone.observed_until
    ats = sorted(lead.at for lead in everyone.leads)
    watched = [at for at in ats if at + horizon_days * DAY_US <= found.observed_until]
    assert 100 < len(watched) < 200
    # The newest of those; where they are too few, the next, which were watched for longest.
    expected = watched[-100:] if most == 100 else ats[:200]
    assert sorted(lead.at for lead in found.leads) == expected
    assert found.left_out[LeftOut.BEYOND_THE_MOST] == 300 - most


async def test_who_was_watched_for_too_short_a_time_is_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    made = Company(scene, Prediction(**{**CONFIG.model_dump(), "horizon_days": 365}))
    await made.live(company(LEADS))
    told = result(await made.train())
    assert min(told["wins"], told["losses"]) > 100
    assert told["objections"] == ["0 leads were watched for the whole horizon; 100 are needed."]
    assert await made.versions() == []


async def test_history_imported_afterwards_teaches_only_if_told_to(scene: Scene) -> None:
    read_at = LATE + timedelta(days=9)
    imported = [msgspec.structs.replace(made, recordedtime=read_at) for made in company(LEADS)]
    made = Company(scene)
    await made.live(imported)
    training = await made.train()
    assert result(training)["wins"] == 0
    assert training.left_out is not None
    assert msgspec.json.decode(training.left_out)["recorded only after it was looked at"] == LEADS
    made.config = Prediction(**{**CONFIG.model_dump(), "imported_history": True})
    assert result(await made.train())["active"]


async def test_one_that_no_longer_beats_the_rivals_is_retired_with_the_reason(scene: Scene) -> None:
    made = Company(scene)
    await made.live(company(LEADS))
    await made.train()
    made.config = Prediction(**{**CONFIG.model_dump(), "fewest_wins": 5_000})
    told = result(await made.train())
    assert not told["active"]
    assert await made.versions() == [(1, False)]
    why = await scene.pool.fetchval("select retired_because from scoring.models")
    assert why.startswith("What was learnt anew may not speak: ")
    assert "5000 are needed." in why


@pytest.mark.parametrize("changed", [{"enabled": False}, {"texts": ("industry",)}])
async def test_who_was_taught_by_another_plan_is_silent(scene: Scene, changed: dict[str, Any]) -> None:
    made = Company(scene)
    await made.live(company(LEADS))
    await made.train()
    made.config = Prediction(**{**CONFIG.model_dump(), **changed})
    await made.trainer.retire_others()
    assert await made.versions() == [(1, False)]


async def test_what_fails_says_why_and_is_not_tried_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Company(scene, Prediction(**{**CONFIG.model_dump(), "deadline_s": 0.01}))
    await made.live(company(LEADS))
    training = await made.train()
    assert (training.state, training.model_version) == (State.FAILED, None)
    assert training.error == "training took longer than 0.01 s"
    plan = made.config.plan
    assert plan is not None
    monkeypatch.setattr(sys, "executable", "/nowhere")
    await made.trainer.work(plan, StopSignal())
    assert await scene.pool.fetchval("select count(*) from scoring.trainings") == 1


async def test_without_scikit_learn_it_says_what_to_install(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without = tmp_path / "python"
    without.write_text(_WITHOUT_SKLEARN.format(python=sys.executable))
    without.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(without))
    made = Company(scene)
    await made.live(company(LEADS))
    training = await made.train()
    assert training.state is State.FAILED
    assert training.error is not None
    assert training.error.endswith("training needs scikit-learn: install leadtrace[training]")
    assert await made.versions() == []


async def test_the_schedule_asks_once(scene: Scene) -> None:
    made = Company(scene)
    plan = made.config.plan
    assert plan is not None
    await asyncio.gather(*(made.trainer.work(plan, StopSignal()) for _ in range(3)))
    rows = await scene.pool.fetch("select state, started_by from scoring.trainings")
    assert [tuple(row) for row in rows] == [("done", "schedule")]


async def test_a_process_that_stops_leaves_the_training_to_the_next(scene: Scene) -> None:
    made = Company(scene)
    await made.live(company(60))
    plan, stop, first = made.config.plan, StopSignal(), made.trainer
    assert plan is not None
    await first.ask("a test")
    stop.set("a test")
    with pytest.raises(StoppedError):
        await first.work(plan, stop)
    await first.run(stop)
    await made.trainer.work(plan, StopSignal())
    rows = await scene.pool.fetch("select state, attempts from scoring.trainings")
    assert [tuple(row) for row in rows] == [("done", 1)]


async def test_what_takes_its_process_down_is_not_begun_for_ever(scene: Scene) -> None:
    made = Company(scene)
    plan = made.config.plan
    assert plan is not None
    await made.trainer.ask("a test")
    await scene.pool.execute("update scoring.trainings set attempts = 3")
    await made.trainer.work(plan, StopSignal())
    assert "never came to an end" in await scene.pool.fetchval("select error from scoring.trainings")
