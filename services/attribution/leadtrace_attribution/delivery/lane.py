"""The deliveries of one subscription: taken as they fall due, a few at a time, apart from all others."""

import asyncio
from collections.abc import Awaitable, Callable

from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.settings_outbound import Outbound, Subscription
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool
from leadtrace_attribution.delivery import queue, subscriptions
from leadtrace_attribution.delivery.meters import LaneMeters
from leadtrace_attribution.delivery.queue import Failure, Taken
from leadtrace_attribution.delivery.receiver import GONE, Answered, Receiver
from leadtrace_attribution.delivery.schedule import next_attempt_at
from leadtrace_attribution.delivery.webhook import LinkMaker, webhook_body, webhook_headers, webhook_id

_log = get_logger("leadtrace.attribution.webhooks")


class Lane:
    """Delivers to one subscription; several workers may run a lane for it side by side."""

    def __init__(
        self,
        name: str,
        subscription: Subscription,
        *,
        pool: Pool,
        outbound: Outbound,
        links: LinkMaker,
        clock: Clock,
        ids: Ids,
        meters: LaneMeters,
    ) -> None:
        self.name = name
        self._secrets = subscription.live_secrets
        self._receiver = Receiver(subscription, outbound)
        self._pool = pool
        self._outbound = outbound
        self._links = links
        self._clock = clock
        self._ids = ids
        self._meters = meters
        self._awake = asyncio.Event()
        self._attempts: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()

    async def run(self, stop: StopSignal) -> None:
        """Deliver until the stop signal; attempts that run then are brought to their end."""
        try:
            while not stop.is_set():
                free = self._outbound.concurrency - len(self._attempts)
                taken = await self._taken(free, stop) if free else []
                for one in taken:
                    self._begin(one, stop)
                if not taken:
                    await self._rest(stop)
        except StoppedError:
            pass
        finally:
            await asyncio.gather(*self._attempts)
            await self._receiver.close()

    async def _taken(self, limit: int, stop: StopSignal) -> list[Taken]:
        return await until_done(lambda: self._claim(limit), what="claim deliveries", stop=stop)

    def _begin(self, taken: Taken, stop: StopSignal) -> None:
        attempt = asyncio.create_task(self._attempt(taken, stop), name=f"webhook to {self.name}")
        self._attempts.add(attempt)
        attempt.add_done_callback(self._ended)

    def _ended(self, attempt: "asyncio.Task[None]") -> None:
        self._attempts.discard(attempt)
        self._awake.set()

    async def _claim(self, limit: int) -> list[Taken]:
        lease = self._ids.uuid7()
        now, lease_s = self._clock.now(), self._outbound.lease_s
        async with self._pool.acquire() as connection:
            return list(
                await queue.claim(connection, self.name, lease, now=now, lease_s=lease_s, limit=limit)
            )

    async def _rest(self, stop: StopSignal) -> None:
        """Until something is due, an attempt ends, or the poll interval is over."""
        waiters = [asyncio.ensure_future(self._awake.wait()), asyncio.ensure_future(stop.wait())]
        try:
            await asyncio.wait(
                waiters, timeout=self._outbound.poll_interval_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for waiter in waiters:
                waiter.cancel()
            await asyncio.gather(*waiters, return_exceptions=True)
        self._awake.clear()

    async def _attempt(self, taken: Taken, stop: StopSignal) -> None:
        message_id = webhook_id(taken.told.notification_id, self.name)
        answered = await self._posted(taken, message_id)
        self._meters.attempted(answered.seconds)
        now = self._clock.now()
        failure, status = answered.failure, answered.status
        if failure is None and status is not None:
            await self._settle(lambda c: queue.delivered(c, taken, status=status, now=now), stop)
            self._meters.delivered()
            return
        failure = failure or Failure(status, "no answer")
        if status == GONE:
            await self._settle(lambda c: self._gone(c, taken, failure), stop)
            self._meters.dead()
            return
        failed = taken.failed + 1
        again = next_attempt_at(now, failed=failed, webhook_id=message_id, retry_after=answered.retry_after)
        await self._settle(lambda c: queue.failed(c, taken, failure, now=now, next_at=again), stop)
        (self._meters.failed if again else self._meters.dead)()
        _log.info("webhook.failed", subscription=self.name, webhook_id=message_id, error=failure.words)

    async def _posted(self, taken: Taken, message_id: str) -> Answered:
        now = self._clock.now()
        try:
            body = webhook_body(taken.told, self.name, self._links)
        except Exception as error:  # noqa: BLE001 - one that cannot be written must not hold up the others
            _log.exception("webhook.not_written", subscription=self.name, webhook_id=message_id)
            return Answered(None, Failure(None, f"could not be written: {type(error).__name__}"), None, 0.0)
        headers = webhook_headers(message_id, body, now, self._secrets)
        return await self._receiver.post(body, headers, now)

    async def _gone(self, connection: Connection, taken: Taken, failure: Failure) -> None:
        now = self._clock.now()
        # Its own attempt is counted first, while it still waits.
        await queue.failed(connection, taken, failure, now=now, next_at=now)
        await subscriptions.disable(connection, self.name, f"the receiver {failure.words}", now)
        _log.warning("subscription.disabled", subscription=self.name, status=failure.status)

    async def _settle(self, settle: Callable[[Connection], Awaitable[None]], stop: StopSignal) -> None:
        """Write down how an attempt came out; where that fails until the end, it is made again."""

        async def settled() -> None:
            async with self._pool.acquire() as connection:
                await settle(connection)

        try:
            await until_done(settled, what="settle a delivery", stop=stop)
        except StoppedError:
            _log.warning("webhook.not_settled", subscription=self.name)
