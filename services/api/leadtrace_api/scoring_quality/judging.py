"""Judges the score over all leads now and then, beside the projector's live work and yielding to it.

Reading takes turns with resting; what is computed of columns runs in a thread. The outcomes of one version
are judged as of one moment, whatever is projected meanwhile.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from leadtrace.domain.quality.moment import Looks
from leadtrace.domain.quality.score_quality import ScoreQuality, score_quality
from leadtrace.events.times import to_micros
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Pool
from leadtrace_api.scoring_quality.asked import EACH, Age, Horizon
from leadtrace_api.store import scoring_quality as store
from leadtrace_api.store import versions

_LONGEST_INTERVAL_S = 3_600.0
_SHORTEST_INTERVAL_S = 60.0
# What takes long is done less often: at most this part of the time, an hour apart at most.
_LARGEST_SHARE = 0.005
# Without live traffic a page is followed by as long a rest: half a core stays free.
_RESTS_A_PAGE = 1.0

_log = get_logger("leadtrace_api.scoring_quality")


class QualityJudge:
    """Keeps `api.scoring_quality` for the version in force and for the one in shadow; `shipped` is the first.

    Of a version that is kept no longer the last figures stay as they are.
    """

    def __init__(self, pool: Pool, traffic: Traffic, shipped: int) -> None:
        self._pool = pool
        self._traffic = traffic
        self._shipped = shipped
        self._took_s = 0.0

    async def run(self, stop: StopSignal) -> None:
        """Judge what is due until the stop signal, whether the database is there or not."""
        while not stop.is_set():
            try:
                await until_done(lambda: self.judge_due(stop), what="judge the score", stop=stop)
            except StoppedError:
                return
            except Exception:  # noqa: BLE001 - projection must not end for figures that nobody waits for
                _log.exception("score.not_judged")
                await stop.wait_for(_LONGEST_INTERVAL_S)
            await stop.wait_for(_SHORTEST_INTERVAL_S)

    async def judge_due(self, stop: StopSignal) -> list[int]:
        """Judge every version whose figures are missing or old; which these were.

        Nothing is stored of a version during which the stop came. Projectors that judge at the same time do
        the work twice and store the same.
        """
        interval = min(_LONGEST_INTERVAL_S, max(_SHORTEST_INTERVAL_S, self._took_s / _LARGEST_SHARE))
        judged: list[int] = []
        for version in await self._due(timedelta(seconds=interval)):
            if not await self._judge(version, stop):
                break
            judged.append(version)
        return judged

    async def _due(self, interval: timedelta) -> list[int]:
        async with self._pool.acquire() as connection:
            kept = sorted(await versions.kept(connection, self._shipped))
            return [one for one in kept if await store.fresh(connection, one, interval) < EACH]

    async def _judge(self, version: int, stop: StopSignal) -> bool:
        started = time.monotonic()
        async with self._pool.acquire() as connection:
            at = await store.now(connection)
        looks = {age: Looks(age_days=age, until=to_micros(at)) for age in Age}
        if not await self._look(version, list(looks.values()), stop):
            return False
        async with self._pool.acquire() as connection:
            if version not in await versions.kept(connection, self._shipped):
                return True  # its rows went while they were read
        for age in Age:
            # Dropped as soon as it is used: of a million leads a look takes 40 MB.
            bodies = await asyncio.to_thread(_figures, looks.pop(age), age, at)
            async with self._pool.acquire() as connection:
                await store.save(connection, version, at, bodies)
        self._took_s = time.monotonic() - started
        _log.info("score.judged", version=version, took_s=round(self._took_s, 3))
        return True

    async def _look(self, version: int, looks: Sequence[Looks], stop: StopSignal) -> bool:
        """Look at every lead; False if the stop came first."""
        after: UUID | None = store.BEFORE_ALL
        while after is not None:
            started = time.monotonic()
            # No connection is kept while it rests: live batches may want the only one.
            async with self._pool.acquire() as connection:
                leads, after = await store.page(connection, version, after)
            for lead in leads:
                for one in looks:
                    one.take(lead)
            page_s = time.monotonic() - started
            if await stop.wait_for(max(self._traffic.rest_s(page_s), page_s * _RESTS_A_PAGE)):
                return False
        return True


def _figures(looks: Looks, age_days: int, at: datetime) -> list[ScoreQuality]:
    sample, left_out = looks.sample()
    return [
        score_quality(sample, left_out, horizon_days=horizon.value, age_days=age_days, until=to_micros(at))
        for horizon in Horizon
    ]
