"""Works on the training that was asked for, by the schedule or by somebody; one process at a time.

It reads leads in pages and rests as long as it works, so that live batches go first. What is learnt is
learnt in a child process. A training that fails says why and waits for the next; the service goes on.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from leadtrace.domain.calendar import Days
from leadtrace.domain.predict.dataset import Dataset, Looked, dataset_of
from leadtrace.domain.predict.features import Plan
from leadtrace.domain.predict.folds import Split
from leadtrace.domain.predict.judgement import Bar, counts_of, shortages
from leadtrace.domain.predict.training import Request, Result
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.runtime.clock import Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.retry import RETRIED, StoppedError, until_done
from leadtrace.runtime.settings_prediction import Prediction
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.training_child import train_in_child
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Pool
from leadtrace_scoring.prediction import models, trainings
from leadtrace_scoring.prediction.looking import Looker
from leadtrace_scoring.prediction.outcomes import Candidate, Candidates, LeftOut, candidates
from leadtrace_scoring.prediction.trainings import NotOursError, Training

OUTCOMES, LEADS, LEARNING = "reading outcomes", "reading leads", "learning"
_SEED: Final = 20_260_101
_PAGE: Final = 200
# About ten milliseconds, for which nothing else runs.
_LOOKS_AT_ONCE: Final = 20
_LOOK_EVERY_S: Final = 2.0
_RENEW_EVERY_S: Final = 2.0
# A training that takes its process down with it is not begun a fourth time.
_MOST_ATTEMPTS: Final = 3

_log = get_logger("leadtrace_scoring.prediction")


class Trainer:
    """Trains by one configuration; the scorecard in force is what a model must beat."""

    def __init__(self, config: Prediction, schedules: Schedules, days: Days, pool: Pool, ids: Ids) -> None:
        self.config = config
        self._schedules = schedules
        self._days = days
        self._pool = pool
        self._ids = ids
        self._holder = ids.uuid7()

    async def run(self, stop: StopSignal) -> None:
        """Look for work until the stop signal; a database that is away is waited for."""
        try:
            await until_done(self.retire_others, what="retire models", stop=stop)
            plan = self.config.plan
            while plan is not None and not stop.is_set():
                await until_done(lambda: self.work(plan, stop), what="train", stop=stop)
                await stop.wait_for(_LOOK_EVERY_S)
        except StoppedError:
            _log.info("training.stopped")
        if stop.is_set():
            await self._release()

    async def retire_others(self) -> None:
        """Let no model speak that reads other properties than the configuration names."""
        plan = self.config.plan
        because = "The configuration reads other properties now." if plan else "Prediction is turned off."
        async with self._pool.acquire() as connection:
            was = await models.retire_other_plans(connection, plan.digest if plan else "", because)
        if was is not None:
            _log.info("model.retired", version=was, because=because)

    async def ask(self, by: str) -> bool:
        """Ask for a training; False if one is running or nothing is predicted."""
        plan = self.config.plan
        if plan is None:
            return False
        async with self._pool.acquire() as connection:
            return await trainings.ask(connection, self._ids.uuid7(), plan.digest, by=by)

    async def work(self, plan: Plan, stop: StopSignal) -> None:
        """Do the training that is due or was asked for, if there is one."""
        every = timedelta(hours=self.config.retrain_every_hours)
        async with self._pool.acquire() as connection:
            await trainings.ask_if_due(connection, self._ids.uuid7(), plan.digest, every)
            training = await trainings.claim(connection, self._holder)
        if training is None:
            return
        if (why := _hopeless(training, plan)) is not None:
            await self._fail(training, why)
            return
        try:
            await self._train(training, plan, stop)
        except NotOursError:
            _log.info("training.not_ours")
        except (*RETRIED, StoppedError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever learning breaks, scores go on without it
            await self._fail(training, str(error) or type(error).__name__)

    async def _train(self, training: Training, plan: Plan, stop: StopSignal) -> None:
        config = self.config

        async def note(read: int) -> None:
            await self._advance(training, OUTCOMES, stop, done=read)

        found = await candidates(
            self._pool,
            days_after_capture=config.days_after_capture,
            horizon_days=config.horizon_days,
            most=config.most_leads,
            note=note,
        )
        looked = await self._look(training, plan, found, stop)
        dataset = await asyncio.to_thread(
            dataset_of,
            looked,
            plan,
            horizon_days=config.horizon_days,
            observed_until=found.observed_until,
        )
        result = _too_few(dataset, self._bar) or await self._learn(training, dataset, stop)
        left_out = msgspec.json.encode({why.value: found.left_out[why] for why in LeftOut}).decode()
        async with self._pool.acquire() as connection, connection.transaction():
            await trainings.lock(connection, training, self._holder)
            version = await models.settle(connection, result, plan)
            told = models.told(result)
            await trainings.end(
                connection, training, self._holder, model_version=version, result=told, left_out=left_out
            )
        _log.info("training.ended", version=version, active=result.active, rows=len(dataset.rows))

    async def _look(
        self, training: Training, plan: Plan, found: Candidates, stop: StopSignal
    ) -> list[Looked]:
        config = self.config
        async with self._pool.acquire() as connection:
            rules = ScoreFold((await self._schedules.in_force(connection.fetch)).current, self._days)
        looker = Looker(
            rules, plan, horizon_days=config.horizon_days, imported_history=config.imported_history
        )
        looked: list[Looked] = []
        for start in range(0, len(found.leads), _PAGE):
            page = found.leads[start : start + _PAGE]
            await self._advance(training, LEADS, stop, done=start, total=len(found.leads))
            async with self._pool.acquire() as connection:
                sets = await looker.facts(connection, page)
            looked += await _look_at(looker, page, sets, found)
        return looked

    async def _advance(
        self, training: Training, phase: str, stop: StopSignal, *, done: int = 0, total: int = 0
    ) -> None:
        """Note how far it is, and keep the lease.

        Raises:
            NotOursError: the lease was lost.
            StoppedError: the stop was asked for.
        """
        if stop.is_set():
            raise StoppedError
        async with self._pool.acquire() as connection:
            await trainings.advance(connection, training, self._holder, phase, done=done, total=total)

    async def _learn(self, training: Training, dataset: Dataset, stop: StopSignal) -> Result:
        """Have a child learn, and keep the lease meanwhile; it ends with this task, whatever ends that."""
        total = len(dataset.rows)
        await self._advance(training, LEARNING, stop, total=total)
        async with self._pool.acquire() as connection:
            version = await models.next_version(connection)
        request = Request(dataset=dataset, version=version, seed=_SEED, bar=self._bar)
        child = asyncio.ensure_future(train_in_child(request, deadline_s=self.config.deadline_s))
        try:
            while not (await asyncio.wait({child}, timeout=_RENEW_EVERY_S))[0]:
                await self._advance(training, LEARNING, stop, total=total)
            return child.result()
        finally:
            child.cancel()
            await asyncio.wait({child})

    @property
    def _bar(self) -> Bar:
        return Bar(self.config.fewest_wins, self.config.fewest_losses)

    async def _fail(self, training: Training, why: str) -> None:
        try:
            async with self._pool.acquire() as connection:
                await trainings.end(connection, training, self._holder, error=why)
        except NotOursError:
            _log.info("training.not_ours")
        _log.error("training.failed", why=why)

    async def _release(self) -> None:
        try:
            async with self._pool.acquire() as connection:
                await trainings.release(connection, self._holder)
        except RETRIED:
            _log.info("training.not_released")  # the lease ends by itself


async def _look_at(
    looker: Looker, page: Sequence[Candidate], sets: dict[UUID, bytes], found: Candidates
) -> list[Looked]:
    """What can be said of a page of leads; others get their turn in between, and as much time again."""
    looked: list[Looked] = []
    for start in range(0, len(page), _LOOKS_AT_ONCE):
        began = time.monotonic()
        for lead in page[start : start + _LOOKS_AT_ONCE]:
            stored = sets.get(lead.lead_id)
            one = None
            if stored is not None:
                one = looker.look(lead, stored, observed_until=found.observed_until)
            if one is None:
                found.left_out[LeftOut.NOT_KNOWN_THEN] += 1
            else:
                looked.append(one)
        await asyncio.sleep(time.monotonic() - began)
    return looked


def _hopeless(training: Training, plan: Plan) -> str | None:
    if training.plan != plan.digest:
        return "The configuration changed; ask again."
    if training.attempts > _MOST_ATTEMPTS:
        return f"It was begun {_MOST_ATTEMPTS} times and never came to an end."
    return None


def _too_few(dataset: Dataset, bar: Bar) -> Result | None:
    """The result without a child, where there is too little for one to learn anything."""
    counts = counts_of(dataset)
    why = shortages(counts, bar)
    if not why:
        return None
    return Result(
        active=False,
        objections=why,
        wins=counts.wins,
        losses=counts.losses,
        censored=dataset.censored,
        split=Split.BY_TIME,
    )
