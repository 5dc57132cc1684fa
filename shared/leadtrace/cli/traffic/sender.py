"""Posts deliveries as HubSpot does: ten at a time, signed, again after any failure, now and then twice."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.runtime.clock import Clock

CONCURRENCY = 10  # HubSpot's own limit for one app
_GIVES_UP_AFTER_S = 60.0
_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where and under which secret a sender posts."""

    url: str
    secret: str


@dataclass(slots=True)
class Posted:
    """What a run of posts came to; latencies in seconds, of accepted requests."""

    deliveries: int = 0
    repeated: int = 0
    retried: int = 0
    latencies_s: list[float] = field(default_factory=list)


class RefusedError(Exception):
    """The door would not take a delivery."""


class _TryAgainError(Exception):
    """The door was not there, or asked for another try."""


class WebhookSender:
    """Posts bodies to one target."""

    def __init__(self, target: Target, clock: Clock, on_posted: Callable[[bytes], None]) -> None:
        self._target = target
        self._clock = clock
        self._on_posted = on_posted
        self._posted = Posted()

    async def post(self, bodies: Sequence[bytes], *, repeat_share: float = 0.0) -> Posted:
        """Post every body, a share of them twice with `attemptNumber` 1, and return once all are accepted.

        Raises:
            RefusedError: the door refuses one (wrong secret, unknown sender), or never answers.
        """
        waiting = iter(with_repeats(bodies, repeat_share))
        limits = httpx.Limits(max_connections=CONCURRENCY)
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, limits=limits) as client:
            try:
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(CONCURRENCY):
                        tasks.create_task(self._work(client, waiting))
            except ExceptionGroup as group:
                raise RefusedError(str(group.exceptions[0])) from group
        self._posted.repeated = self._posted.deliveries - len(bodies)
        return self._posted

    async def _work(self, client: httpx.AsyncClient, waiting: Iterator[bytes]) -> None:
        for body in waiting:
            retrying = AsyncRetrying(
                retry=retry_if_exception_type(_TryAgainError),
                stop=stop_after_delay(_GIVES_UP_AFTER_S),
                wait=wait_exponential_jitter(multiplier=0.1, jitter=0.1, max=5.0),
                reraise=True,
            )
            async for attempt in retrying:
                with attempt:
                    self._posted.retried += attempt.retry_state.attempt_number > 1
                    await self._attempt(client, body)
            self._posted.deliveries += 1
            self._on_posted(body)

    async def _attempt(self, client: httpx.AsyncClient, body: bytes) -> None:
        target = self._target
        headers = signed_headers(target.secret, target.url, body, self._clock.now_us() // 1_000)
        try:
            answer = await client.post(target.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise _TryAgainError(f"{target.url}: {type(error).__name__}") from error
        if answer.is_server_error:
            raise _TryAgainError(f"{target.url} answers {answer.status_code}")
        if not answer.is_success:
            raise RefusedError(f"{target.url} answers {answer.status_code}: {answer.text}")
        self._posted.latencies_s.append(answer.elapsed.total_seconds())


def with_repeats(bodies: Sequence[bytes], share: float) -> list[bytes]:
    """The bodies, some of them once more a little later, as after an answer that got lost."""
    chance = random.Random(len(bodies))  # noqa: S311 - the same story each time
    result: list[bytes] = []
    for body in bodies:
        result.append(body)
        if result and chance.random() < share:
            again = chance.choice(result).replace(b'"attemptNumber":0', b'"attemptNumber":1')
            result.append(again)
    return result
