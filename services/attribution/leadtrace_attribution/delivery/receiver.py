"""One receiver over HTTP: what it answered, in time or not at all. Nothing that it says is followed or kept.

No redirect is followed: it could lead a signed request, and whoever watches for it, into a network that the
receiver itself cannot reach.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from leadtrace.runtime.settings_outbound import Outbound, Subscription
from leadtrace_attribution.delivery.queue import Failure

GONE = 410
_MOST_ANSWER_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Answered:
    """How an attempt came out; `failure` is None if the receiver has it."""

    status: int | None
    failure: Failure | None
    retry_after: timedelta | None
    seconds: float


class Receiver:
    """The address of one subscription, with connections of its own: a slow one holds up nobody else."""

    def __init__(self, subscription: Subscription, outbound: Outbound) -> None:
        self._url = subscription.url.get_secret_value()
        self._timeout_s = outbound.timeout_s
        proxy = outbound.proxy
        self._client = httpx.AsyncClient(
            timeout=outbound.timeout_s,
            follow_redirects=False,
            trust_env=False,
            proxy=None if proxy is None else proxy.get_secret_value(),
            verify=ssl.create_default_context(),
            limits=httpx.Limits(max_connections=outbound.concurrency),
        )

    async def post(self, body: bytes, headers: Mapping[bytes, bytes], now: datetime) -> Answered:
        """Post a webhook; `now` is what a date in `Retry-After` is counted from."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._posted(body, headers)
        except TimeoutError:
            return _unanswered(f"no answer within {self._timeout_s:g} s", started)
        except (httpx.HTTPError, OSError) as error:
            # Its text may hold the address, which may hold a secret.
            return _unanswered(f"no answer: {type(error).__name__}", started)
        seconds = time.monotonic() - started
        if answer.is_success:
            return Answered(answer.status_code, None, None, seconds)
        words = f"answered {answer.status_code} {answer.reason_phrase}"[:200]
        if answer.is_redirect:
            words += "; redirects are not followed, so configure the address that it leads to"
        retry_after = _retry_after(answer.headers.get("retry-after"), now)
        return Answered(answer.status_code, Failure(answer.status_code, words), retry_after, seconds)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _posted(self, body: bytes, headers: Mapping[bytes, bytes]) -> httpx.Response:
        async with self._client.stream(
            "POST", self._url, content=body, headers=list(headers.items())
        ) as answer:
            # A short answer is read so that the connection can be used again; a long one is cut off.
            size = 0
            async for part in answer.aiter_raw():
                size += len(part)
                if size > _MOST_ANSWER_BYTES:
                    break
            return answer


def _unanswered(words: str, started: float) -> Answered:
    return Answered(None, Failure(None, words), None, time.monotonic() - started)


def _retry_after(given: str | None, now: datetime) -> timedelta | None:
    """What a receiver asks for: seconds or a date; None if it says nothing that can be read."""
    text = (given or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(aware - now, timedelta())
