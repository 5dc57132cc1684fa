"""Both predictive models on the bank data, out of fold: at random, by time, and with the leak."""

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from leadtrace.domain.predict.dataset import Dataset
from leadtrace.domain.predict.evaluation import Evaluation
from leadtrace.domain.predict.folds import Split
from leadtrace.domain.predict.model import Model, explain, predict
from leadtrace.domain.predict.training import Request, Result
from leadtrace.runtime.training_child import train_in_child
from tests.benchmarks.bank import BANK_FILE, read_bank
from tests.benchmarks.figure import Benchmark, Figure, higher, lower

SEED: Final = 20_260_101
_DEADLINE_S: Final = 600.0
_EXPLAINED: Final = 5_000
_WORDS: Final = {Split.AT_RANDOM: "at random", Split.BY_TIME: "by time"}


async def _run() -> list[Figure]:
    path = Path(os.environ.get("BANK_FILE") or BANK_FILE)
    dataset = read_bank(path)
    figures: list[Figure] = []
    for split, words in _WORDS.items():
        began = time.perf_counter()
        result = await _train(dataset, split)
        figures += _judged(words, result)
        figures.append(lower(f"{words}: training, child and all", time.perf_counter() - began, "s"))
    figures.append(lower("memory of the child", _largest_child_mb(), "MB"))
    if result.model is not None:
        figures += _scored(result.model.model, dataset)
    leaking = await _train(read_bank(path, leaks=True), Split.AT_RANDOM)
    # Shown so that nobody wonders where higher figures come from; nobody could use such a model.
    figures += _of("at random with the leak", "logistic", leaking.evaluations["logistic"])
    return figures


async def _train(dataset: Dataset, split: Split) -> Result:
    request = Request(dataset=dataset, version=1, seed=SEED, split=split)
    return await train_in_child(request, deadline_s=_DEADLINE_S)


def _judged(words: str, result: Result) -> Iterator[Figure]:
    for name, evaluation in result.evaluations.items():
        yield from _of(words, name, evaluation)
    chosen = result.evaluations[str(result.chosen)]
    for place, group in enumerate(chosen.reliability.groups, 1):
        label = f"{words}: {result.chosen}, group {place} of {len(chosen.reliability.groups)}"
        yield higher(f"{label}, said", 100 * group.said, "%")
        yield higher(f"{label}, observed", 100 * group.observed, "%")
    for place, tenth in enumerate(chosen.lift, 1):
        yield higher(f"{words}: {result.chosen}, lift of tenth {place}", tenth.lift, "times")


def _of(words: str, name: str, evaluation: Evaluation) -> Iterator[Figure]:
    label = f"{words}: {name}"
    yield lower(f"{label}, log loss", evaluation.log_loss, "nats")
    yield lower(f"{label}, Brier", evaluation.brier, "")
    yield lower(f"{label}, ECE", evaluation.reliability.ece, "")
    if evaluation.reliability.slope is not None:
        yield higher(f"{label}, reliability slope", evaluation.reliability.slope, "")
    if evaluation.auc is not None:
        yield higher(f"{label}, AUC", evaluation.auc.value, "")
    if evaluation.auc is not None and evaluation.auc.interval is not None:
        low, high = evaluation.auc.interval
        yield higher(f"{label}, AUC from", low, "")
        yield higher(f"{label}, AUC to", high, "")


def _scored(model: Model, dataset: Dataset) -> Iterator[Figure]:
    leads = [row.features for row in dataset.rows]
    began = time.perf_counter()
    predict(model, leads)
    yield higher("leads scored at once", len(leads) / (time.perf_counter() - began), "1/s")
    began = time.perf_counter()
    for lead in leads[:_EXPLAINED]:
        explain(model, lead)
    yield lower("a lead scored and explained", 1e6 * (time.perf_counter() - began) / _EXPLAINED, "µs")


def _largest_child_mb() -> float:
    """The most that any child of this process ever held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1_024 / 1e6


PREDICT = Benchmark("predict", "two models on 45,211 contacts with real outcomes, out of fold", _run)
